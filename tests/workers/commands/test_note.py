"""`machiai note`, as typed in a terminal."""

import contextlib
import json
import sqlite3
import stat
import time
from pathlib import Path

import pytest

from store.database import open_journal, write
from store.entries import list_entries
from store.entry_rows import Entry
from store.links import links_of
from tests.conftest import python
from tests.fakes.command import Machiai

PNG = b"\x89PNG\r\n\x1a\npicture"


@pytest.fixture(name="run")
def _run(machiai: Machiai) -> str:
    """A run of the project *cifar*; its id."""
    machiai.call("run", "--name", "resnet", "--project", "cifar", "--", *python("print('hello')"))
    return str(machiai.show()["id"])


def written(machiai: Machiai) -> list[Entry]:
    """All entries, newest first."""
    with contextlib.closing(open_journal(machiai.home / "journal.db")) as connection:
        return list_entries(connection)


def test_append_to_today(machiai: Machiai) -> None:
    """Lines of a day come into one entry, under their times."""
    done = machiai.call("note", "学習率を", "下げた")
    assert done.returncode == 0 and "entry 1 (" in done.stderr and done.stdout == ""
    assert machiai.call("note", "損失が下がる").returncode == 0
    (entry,) = written(machiai)
    assert entry.kind == "note" and entry.project is None
    assert entry.title in {time.strftime("%Y-%m-%d", time.localtime(entry.created)), time.strftime("%Y-%m-%d")}
    assert entry.body.startswith("## ") and "学習率を 下げた\n" in entry.body and entry.body.endswith("損失が下がる\n")


def test_about_a_run(machiai: Machiai, run: str) -> None:
    """A note about a run is of its project, and linked to it at the step that is named."""
    done = machiai.call("note", "--run", "resnet", "--step", "1200", "spike")
    assert done.returncode == 0 and "cifar" in done.stderr
    (entry,) = written(machiai)
    assert f"spike (run:{run}@1200)" in entry.body and entry.project == "cifar"
    with contextlib.closing(open_journal(machiai.home / "journal.db")) as connection:
        (link,) = links_of(connection, "entry", entry.id)
    assert (link.to_kind, link.to_id, link.step) == ("run", run, 1200.0)


def test_from_stdin(machiai: Machiai, tmp_path: Path) -> None:
    """What is piped in is kept as it is, with or without a dash, in an old Japanese encoding too."""
    for number, (arguments, data) in enumerate(
        ((("-",), "# 表\n\n| a | b |\n".encode()), ((), "二行\nある\n".encode("cp932")))
    ):
        path = tmp_path / f"in-{number}"
        path.write_bytes(data)
        with path.open("rb") as file:
            assert machiai.call("note", "--new", *arguments, stdin=file).returncode == 0
    assert [entry.body for entry in written(machiai)] == ["二行\nある", "# 表\n\n| a | b |"]


def test_an_entry_of_its_own(machiai: Machiai, run: str) -> None:
    """A title, or --new, makes an entry of its own, of any kind and project."""
    assert machiai.call("note", "--title", "なぜ", "--kind", "idea", "--project", "cifar", "body").returncode == 0
    assert machiai.call("note", "--new", "alone").returncode == 0
    second, first = written(machiai)
    assert (first.title, first.kind, first.project, first.body) == ("なぜ", "idea", "cifar", "body")
    assert (second.title, second.body) == ("", "alone")


def test_attached(machiai: Machiai, tmp_path: Path) -> None:
    """A picture is attached and shown in the text; what is no picture is refused before anything is written."""
    (tmp_path / "loss.png").write_bytes(PNG)
    (tmp_path / "data.csv").write_text("a,b")
    done = machiai.call("note", "--attach", "data.csv", "x")
    assert done.returncode == 1 and "data.csv: that is no picture" in done.stderr
    assert written(machiai) == []
    for _ in range(2):
        assert machiai.call("note", "見よ", "--attach", "loss.png").returncode == 0
    (entry,) = written(machiai)
    assert entry.body.count("![loss.png](attachment:1)") == 1 and entry.body.count("見よ") == 2


def test_what_is_refused(machiai: Machiai, run: str) -> None:
    """Each refusal names what is wrong, and writes nothing."""
    for arguments, words, code in (
        ((), "nothing was written", 1),
        (("--project", "cifra", "x"), "did you mean cifar?", 1),
        (("--run", "gone", "x"), "no run is called 'gone'", 1),
        (("--step", "3", "x"), "give --run too", 2),
        (("--kind", "diary", "x"), "'diary' is not one of", 2),
    ):
        done = machiai.call("note", *arguments)
        assert done.returncode == code and words in done.stderr, done.stderr
        assert "Traceback" not in done.stderr
    done = machiai.call("note", "x", env={"MACHIAI_READ_ONLY": "1"})
    assert done.returncode == 1 and "read-only" in done.stderr
    assert written(machiai) == []


def test_in_the_editor(machiai: Machiai, tmp_path: Path) -> None:
    """In a terminal without a text the user's editor opens, and what is saved there is kept."""
    import pty

    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nprintf '編集した\\n' > \"$1\"\n")
    editor.chmod(0o755)
    master, terminal = pty.openpty()
    with open(master, "rb", buffering=0), open(terminal, "rb", buffering=0) as stdin:
        done = machiai.call("note", "--new", stdin=stdin, env={"EDITOR": str(editor), "VISUAL": ""})
    assert done.returncode == 0, done.stderr
    assert [entry.body.strip() for entry in written(machiai)] == ["編集した"]


def test_the_journal_is_locked(machiai: Machiai) -> None:
    """While another process writes for longer than usual the command waits, and what was typed is kept."""
    machiai.call("note", "first")
    with contextlib.closing(sqlite3.connect(machiai.home / "journal.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        process = machiai.start("note", "while locked")
        with pytest.raises(Exception, match="timed out"):
            process.wait(timeout=3)
        other.execute("COMMIT")
        assert process.wait(timeout=30) == 0
    (entry,) = written(machiai)
    assert "while locked" in entry.body


def test_the_journal_cannot_be_written(machiai: Machiai) -> None:
    """Where the journal fails for good what was typed is in a file for this user alone, and the way back is told."""
    machiai.call("note", "first")
    with contextlib.closing(open_journal(machiai.home / "journal.db")) as connection, write(connection):
        connection.execute("DROP TABLE entry_versions")
    done = machiai.call("note", "失われない")
    assert done.returncode == 1 and "what you wrote is in" in done.stderr and "Traceback" not in done.stderr
    (path,) = (machiai.home / "unsaved-notes").iterdir()
    assert path.read_text(encoding="utf-8") == "失われない" and stat.S_IMODE(path.stat().st_mode) == 0o600


def test_found_at_once(machiai: Machiai) -> None:
    """What was just written is found by the next command."""
    machiai.call("note", "GPU使用率が低い")
    hits = json.loads(machiai.call("search", "使用率", "--json").stdout)
    assert [hit["kind"] for hit in hits] == ["entry"]
