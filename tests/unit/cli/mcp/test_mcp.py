"""The server as a client meets it: in memory, and once as a process over stdio.

Also of: cli.mcp.command, cli.mcp.desk, cli.mcp.kept, cli.mcp.server.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from warmstart.cli.mcp.desk import Desk
from warmstart.cli.mcp.server import make_server
from warmstart.errors import ArgumentError, DatasetError

DATA = Path(__file__).parents[4] / "data" / "examples" / "german_credit.csv"
QUESTION = {"data": str(DATA), "target": "class", "n": 3, "space": "lda, naive_bayes"}


def talk(conversation, server):
    async def main():
        async with Client(server) as client:
            return await conversation(client)

    return asyncio.run(main())


def told(result):
    assert not result.is_error, result.content
    return json.loads(result.content[0].text)


def wrong(result):
    assert result.is_error
    return result.content[0].text


async def whole_way(client):
    tools = (await client.list_tools()).tools
    names = {tool.name for tool in tools}
    answer = told(await client.call_tool("suggest", QUESTION))
    handle = {"answer": answer["answer"]}
    text = (await client.call_tool("explain", handle)).content[0].text
    first = answer["suggestions"][0]
    recorded = told(
        await client.call_tool(
            "record_result",
            {**handle, "configuration_id": first["configuration_id"], "score": 0.7},
        )
    )
    following = told(await client.call_tool("next_configuration", {**handle, "n": 2}))
    code = (await client.call_tool("code", handle)).content[0].text
    return names, answer, text, recorded, following, code


def check(found):
    names, answer, text, recorded, following, code = found
    assert names == {"suggest", "explain", "code", "next_configuration", "record_result"}
    assert answer["metric"] == "balanced_accuracy"
    assert [one["rank"] for one in answer["suggestions"]] == [1, 2, 3]
    first = answer["suggestions"][0]
    assert first["score_low"] < first["score"] < first["score_high"]
    assert {one["learner"] for one in answer["suggestions"]} <= {"lda", "naive_bayes"}
    assert "german_credit" in text
    assert recorded["n_told"] == 1
    assert recorded["best"]["configuration_id"] == first["configuration_id"]
    named = [one["configuration_id"] for one in following["configurations"]]
    assert len(named) == 2
    assert first["configuration_id"] not in named
    compile(code, "code", "exec")


def test_whole_way_in_memory():
    check(talk(whole_way, make_server(Desk())))


def test_whole_way_over_stdio(tmp_path):
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "warmstart", "mcp", "--state", str(tmp_path)],
        env=dict(os.environ),
    )
    check(talk(whole_way, command))
    assert [path.name for path in tmp_path.iterdir()] == ["german-credit-1.json"]


def test_mistakes_are_told_in_words():
    async def conversation(client):
        call = client.call_tool
        yes = {"answer": told(await call("suggest", QUESTION))["answer"]}
        return [
            wrong(await call("suggest", {**QUESTION, "target": "klass"})),
            wrong(await call("suggest", {**QUESTION, "data": "/no/such.csv"})),
            wrong(await call("suggest", {})),
            wrong(await call("explain", {"answer": "x-1"})),
            wrong(await call("explain", {**yes, "rank": 9})),
            wrong(await call("record_result", {**yes, "configuration_id": "abc", "score": 1})),
            wrong(await call("record_result", {**yes, "score": 0.5})),
        ]

    said = talk(conversation, make_server(Desk()))
    assert "klass" in said[0]
    assert "there is no file /no/such.csv" in said[1]
    assert "there is no answer 'x-1'; there are: german-credit-1" in said[3]
    assert "rank must be from 1 to 3, got 9" in said[4]
    assert "abc" in said[5]
    assert "one of them" in said[6]
    assert not [text for text in said if "Traceback" in text]


class TestDesk:
    def ask(self, desk):
        asked = {"target": "class", "n": 2, "space": ["lda"]}
        return desk.suggest(str(DATA), **asked)["answer"]

    def test_state_survives_a_restart(self, tmp_path):
        desk = Desk(state=tmp_path)
        answer = self.ask(desk)
        one = desk.following(answer)[0]
        desk.record(answer, one["configuration_id"], score=0.6)
        again = Desk(state=tmp_path)
        assert again.explain(answer) == desk.explain(answer)
        assert again.following(answer) == desk.following(answer)
        assert again.record(answer, one["configuration"], score=0.8)["n_told"] == 2
        assert self.ask(again) == "german-credit-2"

    def test_only_below_the_root(self, tmp_path):
        with pytest.raises(DatasetError, match="not below"):
            self.ask(Desk(root=tmp_path))
        with pytest.raises(DatasetError, match="not below"):
            Desk(root=tmp_path).suggest("https://example.org/a.csv", target="y")
        inside = Desk(root=DATA.parent)
        assert inside.suggest(DATA.name, target="class", n=1)["dataset"] == "german_credit"

    def test_a_description_takes_no_results(self):
        desk = Desk()
        answer = desk.suggest(description="loans", task_type="binary", n=1)["answer"]
        with pytest.raises(ArgumentError, match="results need data"):
            desk.record(answer, "x", score=0.5)

    def test_damaged_state(self, tmp_path):
        (tmp_path / "x-1.json").write_text("{", "utf-8")
        with pytest.raises(ArgumentError, match="holds no answer"):
            Desk(state=tmp_path).explain("x-1")

    def test_a_name_leads_nowhere_else(self, tmp_path):
        (tmp_path / "secret.json").write_text("{}", "utf-8")
        with pytest.raises(ArgumentError, match="there is no answer"):
            Desk(state=tmp_path / "state").explain("../secret")
