"""Make the synthetic runs in ``synthetic/``: ``python -m tests.replay_openml.make_synthetic``.

Nothing in them was measured. Scores come from a smooth function of the hyperparameters that
shifts with a made-up property of each dataset, plus noise.
"""

import csv
import json
import math
import random
from pathlib import Path

FOLDER = Path(__file__).parent / "synthetic"
SEED = 20260101
N_DATASETS, N_PER_FLOW = 10, 24
N_ROWS = 20

FOREST_FLOW, RPART_FLOW, J48_FLOW = 101, 201, 301


def forest(draw):
    """Values of a scikit-learn pipeline, as openml-python stores them: JSON."""
    return {
        1001: json.dumps(draw.choice(["mean", "median", "most_frequent"])),
        1002: json.dumps("NaN"),
        1003: json.dumps(draw.random() < 0.5),
        1004: json.dumps(draw.choice(["gini", "entropy"])),
        1005: json.dumps(round(draw.uniform(0.1, 0.9), 6)),
        1006: json.dumps(draw.randint(1, 20)),
        1007: json.dumps(100),
        1008: json.dumps(draw.choice([None, 5, 10])),
        1009: json.dumps(draw.randint(0, 2**31)),
        1010: json.dumps(draw.choice([None, 1, -1])),
        1011: json.dumps([["imputer", None], ["randomforestclassifier", None]]),
        1012: json.dumps(None),
    }


def rpart(draw):
    """Values of an mlr learner: only what differs from R's defaults, and noise."""
    values = {
        2001: f"{10 ** draw.uniform(-4, -0.5):.6g}",
        2002: str(draw.randint(3, 30)),
        2003: str(draw.randint(1, 60)),
        2004: str(draw.randint(1, 60)),
    }
    kept = {key: text for key, text in values.items() if draw.random() < 0.7}
    noise = {2005: str(draw.randint(1, 10**6)), 2006: "Mersenne-Twister", 2007: "Inversion"}
    return {**kept, **noise}


def j48(draw):
    """Values of a Weka classifier: flags and options."""
    values = {
        3001: f"{draw.choice([0.1, 0.25, 0.4])}",
        3002: str(draw.choice([1, 2, 4, 8])),
        3003: draw.choice(["true", "false"]),
        3004: str(draw.randint(1, 100)),
    }
    return values


FLOWS = {FOREST_FLOW: forest, RPART_FLOW: rpart, J48_FLOW: j48}


def response(flow, values, trait):
    """A made-up score in (0, 1): best where the values suit the trait."""
    total = 0.0
    for key, text in values.items():
        try:
            number = float(text)
        except ValueError:
            number = len(text)
        if math.isfinite(number) and key % 1000 not in (5, 6, 7, 9):
            total += math.sin(math.log1p(abs(number)) + trait + key % 7)
    return 0.75 + 0.2 * math.tanh(total / 4)


def datasets(draw):
    """Made-up tables; number 8 is a copy of number 7, number 10 has a numeric target."""
    found = []
    for number in range(1, N_DATASETS + 1):
        n_classes = 0 if number == 10 else 2 + number % 3
        rows = []
        for place in range(N_ROWS):
            target = f"c{place % n_classes}" if n_classes else f"{draw.gauss(0, 1):.3f}"
            color = draw.choice(["red", "green", "blue"])
            rows.append([f"{draw.gauss(number, 1):.3f}", f"{draw.random():.3f}", color, target])
        if number == 8:
            rows = found[-1]["rows"]
            n_classes = found[-1]["n_classes"]
        found.append(
            {
                "id": number,
                "name": f"synthetic-{number if number != 8 else 7}",
                "version": 2 if number == 8 else 1,
                "licence": "CC0" if number % 2 else "Public",
                "n_classes": n_classes,
                "rows": rows,
                "parquet": number in (1, 2),
            }
        )
    return found


def main():
    """Write ``datasets.json``, ``runs.csv`` and ``setups.csv``."""
    draw = random.Random(SEED)
    FOLDER.mkdir(exist_ok=True)
    made = datasets(draw)
    (FOLDER / "datasets.json").write_text(json.dumps(made, separators=(",", ":")) + "\n")
    traits = {d["id"]: draw.uniform(-2, 2) for d in made}
    traits[8] = traits[7]
    setups, runs = [], []
    for flow, make in FLOWS.items():
        shared = [make(draw) for _ in range(N_PER_FLOW // 3)]
        for number in range(1, N_DATASETS + 1):
            if number == 10 and flow != FOREST_FLOW:
                continue
            for place in range(N_PER_FLOW):
                # A third of the configurations is the same on every dataset.
                if place < len(shared):
                    values = shared[place]
                    setup = flow * 10_000 + place
                else:
                    values = make(draw)
                    setup = flow * 10_000 + number * 100 + place
                if setup not in {row[0] for row in setups}:
                    setups.append((setup, flow, json.dumps(values, sort_keys=True)))
                for _ in range(2 if place == 1 else 1):
                    score = response(flow, values, traits[number]) + draw.gauss(0, 0.01)
                    runs.append(
                        (
                            len(runs) + 1,
                            10 * number,
                            setup,
                            1 + place % 2,
                            f"2020-{1 + place % 12:02d}-{1 + number:02d} 12:00:00",
                            "out of memory" if place == 5 and number == 3 else "",
                            round(min(score, 1.0), 6),
                            round(min(score + 0.02, 1.0), 6),
                            round(math.exp(draw.gauss(6, 1)), 1),
                        )
                    )
    with (FOLDER / "setups.csv").open("w", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(["setup_id", "flow_id", "values"])
        writer.writerows(setups)
    with (FOLDER / "runs.csv").open("w", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(
            ["run_id", "task_id", "setup_id", "uploader", "time", "error",
             "predictive_accuracy", "area_under_roc_curve", "usercpu_time_millis"]
        )  # fmt: skip
        writer.writerows(runs)


if __name__ == "__main__":
    main()
