"""Real tables that come with installed packages, as users hand them in, and as they break them.

From scikit-learn's wheel: its toy datasets, and the OpenML files its own tests read
(anneal, adult, glass, titanic, zoo, penguins, cpu, …), which warmstart's reader reads.
"""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import scipy.sparse
import sklearn.datasets

from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.arff import read_arff

EXAMPLES = Path(__file__).parents[2] / "data" / "examples"
OPENML = Path(sklearn.datasets.__file__).parent / "tests" / "data" / "openml"


@dataclass(frozen=True)
class Case:
    """What a user has: X, y, and what they say of it."""

    X: object
    y: object
    task_type: str
    kinds: dict | None = None


@lru_cache
def openml(number):
    """One of the OpenML tables in scikit-learn's wheel."""
    (file,) = (OPENML / f"id_{number}").glob("*.arff.gz")
    return read_arff(gzip.decompress(file.read_bytes()), file.name, Notes())


@lru_cache
def example(name):
    return pd.read_csv(EXAMPLES / f"{name}.csv")


def split(frame, target, n_rows=None, seed=0):
    """X and y of some rows whose target is known, in another order."""
    frame = frame[frame[target].notna()]
    if n_rows is not None and n_rows < len(frame):
        frame = frame.sample(n_rows, random_state=seed)
    return frame.drop(columns=target), frame[target]


def sklearn_frame(name, n_rows=None):
    frame = getattr(sklearn.datasets, f"load_{name}")(as_frame=True).frame
    return split(frame, "target", n_rows)


def with_gaps(X, share=0.3, seed=0):
    return X.mask(np.random.default_rng(seed).random(X.shape) < share)


# --- as they are ----------------------------------------------------------------------


def iris():
    return Case(*sklearn_frame("iris"), "multiclass")


def wine_arrays():
    return Case(*sklearn.datasets.load_wine(return_X_y=True), "multiclass")


def breast_cancer():
    return Case(*sklearn_frame("breast_cancer", 200), "binary")


def digits():
    return Case(*sklearn_frame("digits", 150), "multiclass")


def iris_words():
    return Case(*split(openml(61), "class"), "multiclass")


def glass():
    return Case(*split(openml(40675), "class"), "binary")


def titanic():
    return Case(*split(openml(40945), "survived", 200), "binary")


def chess():
    """Only categories."""
    return Case(*split(openml(3), "class", 200), "binary")


def zoo():
    """A name a row; classes of four and five animals."""
    return Case(*split(openml(62), "type"), "multiclass")


def penguins():
    return Case(*split(openml(42585), "species", 200), "multiclass")


def australian():
    """A sparse file."""
    return Case(*split(openml(292), "Y"), "binary")


def adult():
    """Ten rows."""
    return Case(*split(openml(1590), "class"), "binary")


def anneal():
    """Eleven rows of 38 columns, most of them empty."""
    return Case(*split(openml(2), "thick"), "regression")


def german_credit():
    return Case(*split(example("german_credit"), "class", 200), "binary")


def diabetes():
    return Case(*sklearn_frame("diabetes", 200), "regression")


def linnerud():
    """Twenty rows."""
    bunch = sklearn.datasets.load_linnerud(as_frame=True)
    return Case(bunch.data, bunch.target["Weight"], "regression")


def cpu():
    return Case(*split(openml(561), "class"), "regression")


def penguin_mass():
    return Case(*split(openml(42585), "body_mass_g", 200), "regression")


def titanic_fare():
    return Case(*split(openml(40945), "fare", 200), "regression")


def concrete():
    return Case(*split(example("concrete_strength"), "compressive_strength", 200), "regression")


# --- and broken -----------------------------------------------------------------------


def missing_cells():
    X, y = sklearn_frame("breast_cancer", 150)
    return Case(with_gaps(X), y, "binary")


def missing_cells_regression():
    X, y = sklearn_frame("diabetes", 150)
    return Case(with_gaps(X, 0.6), y, "regression")


def five_rows_a_class():
    X, y = sklearn_frame("iris")
    kept = y.groupby(y).head(5).index
    return Case(X.loc[kept], y.loc[kept], "multiclass")


def three_rows_a_class():
    X, y = sklearn_frame("digits")
    kept = y.groupby(y).head(3).index
    return Case(X.loc[kept], "digit " + y.loc[kept].astype(str), "multiclass")


def wide():
    """200 columns, 40 rows."""
    X, y = sklearn_frame("digits", 40)
    shifted = [X.add_suffix(f"/{k}").shift(k, fill_value=0) for k in range(4)]
    return Case(pd.concat(shifted, axis=1).iloc[:, :200], (y > 4).to_numpy(), "binary")


def wide_regression():
    X, y = sklearn_frame("diabetes", 40)
    blocks = [X.add_suffix(f"/{k}") ** (k + 1) for k in range(20)]
    return Case(pd.concat(blocks, axis=1), y, "regression")


def tiny():
    return Case(*sklearn_frame("diabetes", 20), "regression")


def tiny_binary():
    return Case(*split(example("german_credit"), "class", 20, seed=3), "binary")


def named_classes():
    X, y = sklearn_frame("wine")
    return Case(X, y.map({0: "first kind", 1: "second kind", 2: "Ärger"}), "multiclass")


def true_and_false():
    X, y = sklearn_frame("breast_cancer", 150)
    return Case(X, y == 1, "binary")


def category_target():
    X, y = split(openml(42585), "species", 150)
    return Case(X, y.astype("category").cat.add_categories("unseen"), "multiclass")


def number_names():
    X, y = sklearn_frame("iris")
    return Case(X.set_axis([3, 1, 2, 0], axis=1), y, "multiclass")


def mixed_names():
    X, y = sklearn_frame("wine")
    names = [k if k % 2 else str(k + 1) for k in range(X.shape[1])]
    return Case(X.set_axis(names, axis=1), y, "multiclass")


def twice_the_same_name():
    X, y = sklearn_frame("diabetes", 100)
    return Case(X.set_axis(["a", "a", "b", *X.columns[3:]], axis=1), y, "regression")


def names_of_two_levels():
    X, y = sklearn_frame("iris")
    pairs = [("sepal", "length"), ("sepal", "width"), ("petal", "length"), ("petal", "width")]
    return Case(X.set_axis(pd.MultiIndex.from_tuples(pairs), axis=1), y, "multiclass")


def awkward_names():
    """What LightGBM and XGBoost refuse in the names of columns."""
    X, y = split(openml(42585), "species", 100)
    return Case(X.set_axis(['a"b', "[c]", "d<e", "{f}:", "g,h", "ü"], axis=1), y, "multiclass")


def polars_frame():
    X, y = split(openml(40945), "survived", 150)
    X = pl.from_pandas(X[["pclass", "sex", "age", "fare", "embarked", "home.dest"]])
    return Case(X, pl.Series("survived", y.tolist()), "binary")


def arrow_table():
    X, y = split(openml(42585), "body_mass_g", 150)
    return Case(pa.Table.from_pandas(X, preserve_index=False), pa.array(y), "regression")


def nullable_columns():
    X, y = split(openml(42585), "species", 150)
    return Case(X.convert_dtypes(), y.convert_dtypes(), "multiclass")


def object_array():
    X, y = split(openml(40945), "survived", 150)
    return Case(X[["pclass", "sex", "age", "embarked"]].to_numpy(object), list(y), "binary")


def lists():
    X, y = sklearn_frame("diabetes", 60)
    return Case(X.to_numpy().tolist(), y.tolist(), "regression")


def sparse_matrix():
    X, y = sklearn_frame("digits", 120)
    return Case(scipy.sparse.csr_matrix(X.to_numpy()), y.to_numpy(), "multiclass")


def sparse_array():
    X, y = sklearn_frame("digits", 100)
    return Case(scipy.sparse.coo_array(X.to_numpy()), 1.5 * y.to_numpy(), "regression")


def category_columns():
    X, y = split(example("german_credit"), "class", 150)
    words = X.select_dtypes(exclude="number").columns
    X = X.astype(dict.fromkeys(words, "category"))
    X[words[0]] = X[words[0]].cat.add_categories(["never"]).cat.as_ordered()
    return Case(X, y, "binary")


def dates():
    X, y = split(example("concrete_strength"), "compressive_strength", 150)
    poured = pd.Timestamp("2021-03-01") - pd.to_timedelta(X.pop("age"), unit="D")
    X["poured"] = poured.mask(np.arange(150) % 7 == 0)
    X["tested"] = pd.Series(poured + pd.Timedelta(days=400)).dt.strftime("%d.%m.%Y")
    return Case(X, y, "regression")


def only_dates():
    X, y = split(example("concrete_strength"), "compressive_strength", 100)
    poured = pd.Timestamp("2021-03-01", tz="Europe/Berlin") - pd.to_timedelta(
        X["age"], unit="D"
    )
    return Case(poured.to_frame("poured"), y, "regression")


def free_text():
    X, y = split(openml(40945), "survived", 150)
    return Case(X[["name", "age"]], y, "binary", kinds={"name": "text"})


def reviews():
    """Ten wines described in words."""
    X, y = split(openml(42074), "variety")
    return Case(X, np.where(y.str.contains("Red|Cab|Pinot", regex=True), "red", "white"), None)


def everything_else():
    """Infinities, constants, identifiers, columns of nothing and of two types."""
    X, y = sklearn_frame("diabetes", 120)
    rng = np.random.default_rng(0)
    X["age"] = X["age"].mask(rng.random(120) < 0.1, np.inf)
    X["row"] = np.arange(120)
    X["key"] = [f"k{i:03d}" for i in range(120)]
    X["nothing"], X["always"] = None, "x"
    X["mixed"] = [i % 5 if i % 2 else f"v{i % 5}" for i in range(120)]
    X["flag"] = pd.Series(rng.choice([True, False, None], 120), index=X.index)
    X["lists"] = [[i] for i in range(120)]
    X["span"] = pd.to_timedelta(rng.integers(1, 99, 120), unit="h")
    return Case(X, y, "regression")


def index_of_dates():
    X, y = sklearn_frame("diabetes", 100)
    days = pd.date_range("2020-01-01", periods=100)
    return Case(X.set_index(days), y.set_axis(days), "regression")


def one_column():
    X, y = sklearn_frame("diabetes", 100)
    return Case(X[["bmi"]], y, "regression")


def one_category():
    X, y = split(openml(42585), "species", 100)
    return Case(X[["island"]], y, "multiclass")


CASES = {
    case.__name__: case
    for case in (
        iris,
        wine_arrays,
        breast_cancer,
        digits,
        iris_words,
        glass,
        titanic,
        chess,
        zoo,
        penguins,
        australian,
        adult,
        anneal,
        german_credit,
        diabetes,
        linnerud,
        cpu,
        penguin_mass,
        titanic_fare,
        concrete,
        missing_cells,
        missing_cells_regression,
        five_rows_a_class,
        three_rows_a_class,
        wide,
        wide_regression,
        tiny,
        tiny_binary,
        named_classes,
        true_and_false,
        category_target,
        number_names,
        mixed_names,
        twice_the_same_name,
        names_of_two_levels,
        awkward_names,
        polars_frame,
        arrow_table,
        nullable_columns,
        object_array,
        lists,
        sparse_matrix,
        sparse_array,
        category_columns,
        dates,
        only_dates,
        free_text,
        reviews,
        everything_else,
        index_of_dates,
        one_column,
        one_category,
    )
}
"""By name; each makes a fresh copy."""
