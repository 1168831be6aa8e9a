"""`machiai conclude`, as typed in a terminal."""

from pathlib import Path

import pytest

from tests.conftest import python
from tests.fakes.command import Machiai


@pytest.fixture(name="run")
def _run(machiai: Machiai) -> str:
    """A run that has ended; its id."""
    machiai.call("run", "--name", "resnet", "--", *python("print('hello'); raise SystemExit(3)"))
    return str(machiai.show()["id"])


def test_what_a_run_showed(machiai: Machiai, run: str) -> None:
    """One line is kept, printed, told by `show` and found by `search`; another one takes its place, --clear takes it
    away."""
    done = machiai.call("conclude", "resnet")
    assert (done.returncode, done.stdout) == (0, "") and f"machiai conclude {run} TEXT" in done.stderr
    done = machiai.call("conclude", run, "学習率は", "下げなくてよい")
    assert (done.returncode, done.stdout) == (0, "") and "it showed: 学習率は 下げなくてよい" in done.stderr
    assert machiai.call("conclude", "last").stdout == "学習率は 下げなくてよい\n"
    assert machiai.show()["conclusion"] == "学習率は 下げなくてよい"
    assert " conclusion  学習率は 下げなくてよい\n" in machiai.call("show", "last").stdout
    assert run in machiai.call("search", "下げなくて").stdout
    assert machiai.call("conclude", run, "or so").returncode == 0
    assert machiai.show()["conclusion"] == "or so"
    assert "no conclusion is kept any more" in machiai.call("conclude", run, "--clear").stderr
    assert machiai.show()["conclusion"] is None


def test_from_stdin(machiai: Machiai, run: str, tmp_path: Path) -> None:
    """What is piped in becomes one line; nothing piped in is no conclusion."""
    path = tmp_path / "piped"
    for text, code in (("two\nlines\n", 0), (" \n", 1)):
        path.write_text(text)
        with path.open("rb") as file:
            assert machiai.call("conclude", run, "-", stdin=file).returncode == code
    assert machiai.show()["conclusion"] == "two lines"


def test_who_waits_for_one(machiai: Machiai, run: str) -> None:
    """Without a run, those that ended and have none are listed, with how they ended."""
    listed = machiai.call("conclude")
    assert listed.returncode == 0 and f"failed   {run}  resnet" in listed.stdout
    machiai.call("conclude", run, "the data is gone")
    listed = machiai.call("conclude", "--days", "1")
    assert listed.stdout == "" and "no run that ended in the last day waits for a conclusion" in listed.stderr


def test_refused(machiai: Machiai, run: str) -> None:
    """What cannot be kept is said with the way out, and nothing is written."""
    for arguments, said in (
        (("nope", "x"), "no run is called 'nope'"),
        ((run, "x" * 501), "at most 500 characters, and this one has 501"),
        ((run, " "), "nothing was written; give the text, or take the conclusion away with --clear"),
        ((run, "x", "--clear"), "--clear takes a RUN and no text"),
        (("--clear",), "--clear takes a RUN and no text"),
    ):
        done = machiai.call("conclude", *arguments)
        assert done.returncode != 0 and said in done.stderr, arguments
    done = machiai.call("conclude", run, "x", env={"MACHIAI_READ_ONLY": "1"})
    assert done.returncode == 1 and "read-only" in done.stderr
    assert machiai.call("conclude", run, env={"MACHIAI_READ_ONLY": "1"}).returncode == 0
    assert machiai.show()["conclusion"] is None
