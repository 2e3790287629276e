"""What would a build of all of OpenML take? Arithmetic, with every assumption an option.

    python benchmarks/openml_on_paper.py

Nothing is measured here. The defaults are 10⁷ runs in one measure and 20,000 datasets;
pages of 1,000 rows with parameters (``evaluation/setup/list``) in units of one flow and one
task, which cannot be paged together; bytes of a page as recorded from replies (6.5 MB of XML
for 10,000 plain rows, 115 KB of it after gzip; 4.15 MB for 1,000 rows of parameters); bytes
of a stored run and memory as ``benchmarks/runs_to_matrix.py`` and
``benchmarks/constructed_columns.py`` measure them.
"""

from __future__ import annotations

import argparse
import math
import shlex
import sys


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10_000_000)
    parser.add_argument("--datasets", type=int, default=20_000)
    parser.add_argument("--units", type=int, default=50_000, help="pairs of flow and task")
    parser.add_argument("--measures", type=int, default=1)
    parser.add_argument("--page", type=int, default=1000, help="rows with parameters a page")
    parser.add_argument("--plain-page", type=int, default=10_000)
    parser.add_argument("--page-s", type=float, default=5.0, help="seconds a page of runs")
    parser.add_argument("--small-s", type=float, default=0.5, help="seconds a small request")
    parser.add_argument("--connections", type=int, default=2, help="at a time, the most polite")
    parser.add_argument("--page-kb", type=float, default=4800, help="XML a page, uncompressed")
    parser.add_argument("--gzip", type=float, default=40, help="XML over gzip")
    parser.add_argument("--dataset-mb", type=float, default=2.0, help="mean of a download")
    parser.add_argument("--run-bytes", type=float, default=16.5, help="of a stored run")
    parser.add_argument("--configuration-bytes", type=float, default=60)
    parser.add_argument(
        "--constructed-bytes", type=float, default=380, help="memory a configuration"
    )
    parser.add_argument("--metafeatures-s", type=float, default=1.0, help="CPU a dataset")
    args = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    # A unit ends with a page that is not full: on average one more than its rows fill.
    full = args.runs // args.page
    runs = full + args.units
    more = (args.measures - 1) * (args.runs // args.plain_page + args.units)
    described = 2 * args.datasets + math.ceil(args.datasets / 10_000) + 1
    downloads = args.datasets
    slow = full * args.page_s
    quick = (args.units + more + described + downloads) * args.small_s
    hours = (slow + quick) / args.connections / 3600
    xml_gb = args.runs / args.page * args.page_kb / 1e6
    raw_gb = xml_gb / args.gzip
    table_gb = args.runs * args.run_bytes / 1e9
    configurations_gb = args.runs * args.configuration_bytes / 1e9
    rows = [
        ("requests for runs", f"{runs + more:,}", f"{full:,} full pages, {args.units:,} last"),
        ("requests for datasets", f"{described + downloads:,}", "description, qualities, rows"),
        (
            "hours at the polite rate",
            f"{hours:.0f}",
            f"{args.connections} connections, "
            f"{args.page_s:g} s a full page, {args.small_s:g} s another",
        ),
        ("XML read, GB", f"{xml_gb:.0f}", f"{raw_gb:.1f} as it comes, compressed"),
        ("disk for raw pages, GB", f"{raw_gb:.1f}", "kept compressed, may be deleted"),
        (
            "disk for datasets, GB",
            f"{args.datasets * args.dataset_mb / 1e3:.0f}",
            "only for meta-features of our own; qualities need none of it",
        ),
        (
            "disk for the meta-dataset, GB",
            f"{table_gb + configurations_gb:.2f}",
            f"{table_gb:.2f} runs, {configurations_gb:.2f} configurations, none shared",
        ),
        (
            "CPU hours for meta-features",
            f"{args.datasets * args.metafeatures_s / 3600:.0f}",
            f"{args.metafeatures_s:g} s a dataset, in parallel",
        ),
        (
            "memory, MB",
            "about 470",
            "10⁷ runs to 9 million cells; the builder holds a page and a bucket",
        ),
        (
            "memory for constructed columns, GB",
            f"{args.runs * args.constructed_bytes / 1e9:.1f}",
            f"{args.constructed_bytes:g} bytes a configuration of its own: its id, values "
            "compressed, runs; medoids from 10,000 of them",
        ),
    ]
    print("| what | figure | of which |\n| --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
