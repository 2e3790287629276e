"""Draw the pictures of README and documentation: ``python docs/images/make.py``."""

from pathlib import Path

import matplotlib as mpl
import pandas as pd

import warmstart

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Draw what is suggested for a table beside what cross-validation measured."""
    mpl.use("agg")
    credit = pd.read_csv(HERE.parents[1] / "data" / "examples" / "german_credit.csv")
    suggestions = warmstart.suggest(credit, target="class", metric="roc_auc", n=6)
    board = suggestions.cross_validate(credit.drop(columns="class"), credit["class"], cv=5)
    ax = suggestions.plot(measured=board)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title("", loc="left")
    ax.set_xlabel("ROC AUC on German credit, a table it had never seen")
    ax.figure.savefig(HERE / "answer.png", dpi=110)


if __name__ == "__main__":  # the examples of the documentation are collected from this folder
    main()
