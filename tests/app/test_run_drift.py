"""Drift on the page *Run*: what differs from the code a run started with, and what is not known of it."""

import sqlite3
import time
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from app.views import run_drift
from app.words import Words
from store import drifts
from store.database import write
from store.drifts import Drift, DriftCommit, DriftFile
from tests.e2e.test_browser import RUN

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]
SAY = Words()
HOSTILE = "**x** :red[hi] $x$"


def record(connection: sqlite3.Connection, **fields: object) -> Drift:
    """What the daemon saw of the run half a minute ago."""
    made = Drift(RUN, time.time() - 30, **{"known": True, **fields})  # type: ignore[arg-type]
    with write(connection):
        drifts.record(connection, [made])
    return made


def test_not_looked_at_yet(busy: dict[str, str], open_page: Open, shown: Shown) -> None:
    """It says so, and has the commands all the same."""
    app = open_page("run", id=RUN)
    assert "Drift has not been looked at" in shown(app)
    assert f"machiai code {RUN} ../{RUN}\nmachiai drift {RUN}" in [code.value for code in app.code]


def test_no_drift(busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """The code is as it was, as of a time."""
    record(connection, entry="train.py", imports=4)
    text = shown(open_page("run", id=RUN))
    assert "The code is as the run started with it** :gray[:small[as of " in text


def test_what_it_imports_comes_first(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Commits, files and lines in a sentence; then the files, those that the entry script imports on top, marked."""
    record(
        connection,
        commits=(DriftCommit("4f1c2ab9d0e3", HOSTILE, time.time() - 600),),
        commit_count=1,
        files=(
            DriftFile("README.md", "modified", 1, 1),
            DriftFile("data/loader.py", "modified", 40, 12, True),
            DriftFile("b.py", "renamed", 0, 0, True, "a.py"),
            DriftFile("notes.txt", "touched"),
        ),
        file_count=20,
        imported_count=2,
        added=1041,
        deleted=13,
        entry="train.py",
        imports=9,
        submodules=("third/apex",),
        gone=2,
        capped=True,
    )
    app = open_page("run", id=RUN)
    text = shown(app)
    assert "The code differs: 1 commit since, 20 files (+1,041 −13), imported by train.py: 2" in text
    assert text.index("data/loader.py") < text.index("README.md") and "a.py → b.py" in text
    assert text.count(":orange-badge[imported]") == 2
    assert "2 commits of the run are no longer in the history" in text and "third/apex" in text
    assert "There is more than was counted." in text and "and 16 more" in text and "not under git" in text
    sent = "\n".join(element.value for element in app.markdown)
    assert HOSTILE not in sent and HOSTILE in text and "`4f1c2ab9`" in text


def test_what_is_not_known_is_said_with_its_reason(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Without git nothing is claimed."""
    record(connection, known=False, why="the folder was in no git repository")
    text = shown(open_page("run", id=RUN))
    assert "What differs is not known" in text
    assert "Not known exactly: the folder was in no git repository" in text
    assert "as the run started with it" not in text


def test_in_japanese(busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """The sentence is translated, names stay."""
    record(connection, files=(DriftFile("a.py", "modified", 3, 1),), file_count=1, added=3, deleted=1, entry="train.py")
    assert "コードが変わっています: 1 ファイル (+3 −1), train.py が読み込むものはなし" in shown(
        open_page("run", "ja-JP", id=RUN)
    )


def test_the_line_for_a_card() -> None:
    """Only files that the run imports are worth a line."""
    assert run_drift.brief(None, SAY) == ""
    assert run_drift.brief(Drift(RUN, 0, True, file_count=9, commit_count=3), SAY) == ""
    seen = Drift(RUN, 0, True, file_count=9, commit_count=1, imported_count=2)
    assert run_drift.brief(seen, SAY) == "1 commit since · 2 files it imports have changed"
