"""The documents that the search knows."""

import sqlite3
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import documents
from store.bigrams import match_query
from store.database import write


def found(journal: sqlite3.Connection, query: str) -> list[tuple[str, str]]:
    """Kind and ref of what a query finds, in order of their making."""
    rows = journal.execute(
        "SELECT d.kind, d.ref FROM documents_fts JOIN documents d ON d.id = documents_fts.rowid "
        "WHERE documents_fts MATCH ? ORDER BY d.id",
        (match_query(query),),
    )
    return [(row["kind"], row["ref"]) for row in rows]


def put(journal: sqlite3.Connection, kind: str, ref: str, title: str, text: str = "", **more: Any) -> bool:
    """Put a document in a transaction of its own."""
    with write(journal):
        return documents.put(journal, kind, ref, title=title, text=text, **{"time": 1.0, **more})


def test_put_again_and_drop(journal: sqlite3.Connection) -> None:
    """A document is found by what it says now, and no longer when it is dropped."""
    assert put(journal, "entry", "1", "学習率を下げた", "loss fell")
    assert put(journal, "task", "1", "学習データを集める")
    assert found(journal, "学習") == [("entry", "1"), ("task", "1")]
    assert not put(journal, "entry", "1", "学習率を下げた", "loss fell")
    assert put(journal, "entry", "1", "バッチを半分に", "loss rose")
    assert found(journal, "学習") == [("task", "1")]
    assert found(journal, "loss fell") == [] and found(journal, "ﾊﾞｯﾁ rose") == [("entry", "1")]
    with write(journal):
        assert documents.drop(journal, "entry", "1")
        assert not documents.drop(journal, "entry", "1")
    assert found(journal, "バッチ") == [] and found(journal, "学習") == [("task", "1")]
    assert journal.execute("SELECT count(*) FROM documents_fts").fetchone()[0] == 1


def test_marks(journal: sqlite3.Connection) -> None:
    """A mark tells its writer whether a document is up to date; a new mark alone is kept too."""
    put(journal, "run", "r1", "resnet", mark="a")
    assert put(journal, "run", "r1", "resnet", mark="b")
    assert documents.marks(journal, "run", ["r1", "r2"]) == {"r1": "b"}
    assert found(journal, "resnet") == [("run", "r1")]


def test_what_is_refused(journal: sqlite3.Connection) -> None:
    """There is no document of a kind that nobody can open."""
    with pytest.raises(ValueError, match="entry, task, run, log, commit, session, paper"), write(journal):
        documents.put(journal, "mail", "1", title="", text="", time=1.0)


def test_text_that_utf8_cannot_hold(journal: sqlite3.Connection) -> None:
    """A file name of an unknown encoding does not keep the rest from being found."""
    put(journal, "run", "r1", "train \udce9.py", "損失")
    assert found(journal, "train 損失") == [("run", "r1")]


def test_a_log_is_found_by_what_it_says(journal: sqlite3.Connection) -> None:
    """The name of a run finds the run, and its log only where that says so too."""
    put(journal, "run", "r1", "学習率スイープ")
    put(journal, "log", "r1", "学習率スイープ", "損失")
    assert found(journal, "学習率") == [("run", "r1")] and found(journal, "損失") == [("log", "r1")]
    with write(journal):
        documents.rebuild(journal)
    assert found(journal, "学習率") == [("run", "r1")]


def test_undone_with_the_transaction(journal: sqlite3.Connection) -> None:
    """Where the writer's transaction fails the search knows nothing of it either."""
    put(journal, "entry", "1", "学習")
    with pytest.raises(RuntimeError), write(journal):
        documents.put(journal, "entry", "1", title="バッチ", text="", time=1.0)
        raise RuntimeError
    assert found(journal, "学習") == [("entry", "1")] and found(journal, "バッチ") == []


def test_rebuild(journal: sqlite3.Connection) -> None:
    """An index that was lost is made anew from the documents."""
    for number in range(5):
        put(journal, "entry", str(number), f"学習 {number}")
    with write(journal):
        journal.execute("DELETE FROM documents_fts")
    assert found(journal, "学習") == []
    with write(journal):
        assert documents.rebuild(journal) == 5
        assert documents.rebuild(journal) == 5
    assert len(found(journal, "学習")) == 5 and found(journal, "学習 3") == [("entry", "3")]


_WORDS = ("学習", "バッチ", "loss", "率")


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from([*_WORDS, ""])), max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_order_of_changes(changes: list[tuple[str, str]]) -> None:
    """Whatever was put and dropped in whatever order, exactly what is there now is found."""
    journal = sqlite3.connect(":memory:", isolation_level=None)
    journal.row_factory = sqlite3.Row
    journal.executescript(
        "CREATE TABLE documents (id INTEGER PRIMARY KEY, kind TEXT, ref TEXT, project_id INTEGER, time REAL, "
        "title TEXT, text TEXT, mark TEXT, UNIQUE (kind, ref));"
        "CREATE VIRTUAL TABLE documents_fts USING fts5(title, text, tokenize='unicode61 remove_diacritics 2')"
    )
    now: dict[str, str] = {}
    for ref, word in changes:
        if word:
            put(journal, "entry", ref, "", word)
            now[ref] = word
        else:
            with write(journal):
                documents.drop(journal, "entry", ref)
            now.pop(ref, None)
    for word in _WORDS:
        assert {ref for _, ref in found(journal, word)} == {ref for ref, held in now.items() if held == word}
    journal.close()
