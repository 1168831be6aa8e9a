"""`machiai search`, as typed in a terminal."""

import contextlib
import json
from typing import Any

import pytest

from store import tasks
from store.database import open_journal, write
from tests.conftest import python
from tests.fakes.command import Machiai


@pytest.fixture(name="filled")
def _filled(machiai: Machiai) -> str:
    """A failed run of the project *cifar*, a task and a note about learning rates; the run's id."""
    code = "import sys; print('学習を開始'); sys.exit('損失が NaN になった')"
    machiai.call("run", "--name", "学習率スイープ", "--project", "cifar", "--", *python(code))
    with contextlib.closing(open_journal(machiai.home / "journal.db")) as connection, write(connection):
        tasks.add(connection, "学習データを増やす", 1000.0)
    machiai.call("note", "ﾊﾞｯﾁを半分にして学習し直す")
    return str(machiai.show()["id"])


def hits(machiai: Machiai, *arguments: str) -> list[dict[str, Any]]:
    """What ``machiai search --json`` says."""
    done = machiai.call("search", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_everything_is_found(machiai: Machiai, filled: str) -> None:
    """Entries, tasks, runs and what their logs said are found without a daemon, the best first."""
    found = hits(machiai, "学習")
    assert {(hit["kind"], hit["id"]) for hit in found} == {
        ("run", filled),
        ("log", filled),
        ("task", "1"),
        ("entry", "1"),
    }
    assert all(list(hit) == ["kind", "id", "title", "snippet", "score"] for hit in found)
    scores = [hit["score"] for hit in found]
    assert scores == sorted(scores, reverse=True)
    assert [hit["kind"] for hit in hits(machiai, "損失", "nan", "--kind", "log")] == ["log"]
    assert [(hit["kind"], hit["snippet"].count("ﾊﾞｯﾁ")) for hit in hits(machiai, "バッチ")] == [("entry", 1)]
    assert {hit["kind"] for hit in hits(machiai, "学習", "--kind", "task", "--kind", "run")} == {"task", "run"}
    assert {hit["kind"] for hit in hits(machiai, "学習", "--project", "cifar")} == {"run", "log"}
    assert len(hits(machiai, "学習", "-n", "2")) == 2
    assert hits(machiai, "どこにもない") == [] and hits(machiai, '"') == []


def test_for_people(machiai: Machiai, filled: str) -> None:
    """A find is two lines: what it is, and the place; where there is none the way out is told."""
    done = machiai.call("search", "データ")
    assert "task     1  1970-01-01  学習データを増やす" in done.stdout
    done = machiai.call("search", "nowhere")
    assert done.returncode == 0 and done.stdout == "" and "nothing holds all of 'nowhere'" in done.stderr
    done = machiai.call("search", "x", "--project", "cifra")
    assert done.returncode == 1 and "did you mean cifar?" in done.stderr
    assert machiai.call("search").returncode == 2


def test_the_token_is_not_shown(machiai: Machiai) -> None:
    """A token that a command line held is hidden in what is found."""
    token = "o.SECRETSECRETSECRET"
    machiai.call("run", "--name", "leak", "--", *python("pass"), token)
    shown = machiai.call("search", "leak", env={"MACHIAI_PUSHBULLET_TOKEN": token})
    as_json = machiai.call("search", "leak", "--json", env={"MACHIAI_PUSHBULLET_TOKEN": token})
    assert "leak" in shown.stdout and token not in shown.stdout and token not in as_json.stdout


def test_read_only(machiai: Machiai, filled: str) -> None:
    """A read-only Machiai searches what is known, and writes nothing."""
    assert machiai.call("search", "学習", "--json", env={"MACHIAI_READ_ONLY": "1"}).returncode == 0
