"""Commands that make meta-datasets and knowledge bases, and write them in other formats."""

from __future__ import annotations

import typer

from warmstart.cli.build import exchange, knowledge, local, openml, publish, similarity, status

app = typer.Typer(help="Make meta-datasets and knowledge bases of your own, and exchange them.")

app.command("local")(local.build_local)
app.command("pack")(publish.pack)
app.command("publish")(publish.publish)
app.command("knowledge")(knowledge.build_knowledge)
app.command("similarity")(similarity.build_similarity)
app.command("embedding")(similarity.build_embedding)
app.command("openml")(openml.build_openml)
app.command("status")(status.status)
app.command("metafeatures")(exchange.metafeatures)
app.command("export")(exchange.export)
app.command("hpob")(exchange.hpob)
app.command("aslib")(exchange.aslib)
