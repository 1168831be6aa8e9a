"""Searching the journal."""

import sqlite3

import pytest

from store import documents, entries
from store.database import write
from store.search import count_hits, search

NOTES = {
    "lr": "学習率のスケジュールを変えた。warmup を 500 step にした。",
    "gpu": "GPU使用率が低い。num_workers を 8 にしても変わらない。",
    "half": "ﾊﾞｯﾁｻｲｽﾞを半分にしたら損失が下がった (num 4)",
    "english": "Attention logits spike at step 1200; see the loss-curve in 2401.01234",
}


@pytest.fixture(name="notes")
def _notes(journal: sqlite3.Connection) -> dict[str, str]:
    """Entries with those texts; their ids by name."""
    with write(journal):
        return {name: str(entries.add(journal, "note", text, 1000.0)) for name, text in NOTES.items()}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("学習", {"lr"}),
        ("率", {"lr", "gpu"}),
        ("学習率", {"lr"}),
        ("GPU", {"gpu"}),
        ("GPU使用率", {"gpu"}),
        ("バッチ", {"half"}),
        ("ﾊﾞｯﾁ", {"half"}),
        ("損失 num", {"half"}),
        ("num", {"gpu", "half"}),
        ("スケジュール", {"lr"}),
        ("atten", {"english"}),
        ("loss-curve", {"english"}),
        ("2401.01234", {"english"}),
        ("にした", {"lr", "half"}),
        ("無い", set()),
        ('"', set()),
    ],
)
def test_table(journal: sqlite3.Connection, notes: dict[str, str], query: str, names: set[str]) -> None:
    """What a researcher would type finds what they wrote, and that alone."""
    assert {hit.id for hit in search(journal, query)} == {notes[name] for name in names}


def test_a_hit(journal: sqlite3.Connection, notes: dict[str, str]) -> None:
    """A hit tells what it is, and where in it the place is."""
    (hit,) = search(journal, "ﾊﾞｯﾁ")
    assert (hit.kind, hit.id, hit.time, hit.project_id) == ("entry", notes["half"], 1000.0, None)
    assert [hit.snippet[begin:end] for begin, end in hit.marks] == ["ﾊﾞｯﾁ"]
    assert [hit.title[begin:end] for begin, end in hit.title_marks] == ["ﾊﾞｯﾁ"]
    assert hit.score > 0


def test_best_first(journal: sqlite3.Connection) -> None:
    """A word in the title counts more than one in the text, and the newest is first among equals."""
    with write(journal):
        for kind, ref, title, text, time in (
            ("entry", "1", "other", "warmup " + "filler " * 30, 1.0),
            ("task", "2", "try warmup", "filler " * 30, 1.0),
            ("run", "3", "other", "warmup " + "filler " * 30, 2.0),
        ):
            documents.put(journal, kind, ref, title=title, text=text, time=time, project_id=int(ref))
        for number in range(30):
            documents.put(journal, "log", str(number), title="r", text="nothing of it", time=3.0)
    assert [hit.id for hit in search(journal, "warmup")] == ["2", "3", "1"]
    assert [hit.id for hit in search(journal, "warmup", kinds=["entry", "run"])] == ["3", "1"]
    assert [hit.id for hit in search(journal, "warmup", project_id=1)] == ["1"]
    assert search(journal, "warmup", kinds=[]) == []
    assert [hit.id for hit in search(journal, "warmup", limit=1, offset=1)] == ["3"]
    assert count_hits(journal, "warmup") == {"entry": 1, "run": 1, "task": 1}
    assert count_hits(journal, "warmup", project_id=2) == {"task": 1}
    assert count_hits(journal, "?!") == {}


def test_pages_are_of_one_order(journal: sqlite3.Connection) -> None:
    """Page by page all is found once, in the order of the whole: also among many that are as good as each other."""
    with write(journal):
        for number in range(40):
            text = "warmup " * (1 + number % 3)
            kind = ("entry", "task")[number % 2]
            documents.put(journal, kind, str(number), title="t", text=text, time=number % 7, project_id=number % 5)
    for chosen in ({}, {"kinds": ["task"]}, {"project_id": 2}, {"kinds": ["entry"], "project_id": 1}):
        whole = [hit.id for hit in search(journal, "warmup", limit=100, **chosen)]
        pages = [search(journal, "warmup", limit=3, offset=at, **chosen) for at in range(0, 45, 3)]
        assert [hit.id for page in pages for hit in page] == whole
        assert (
            len(set(whole))
            == len(whole)
            == (40 if not chosen else {1: (20 if "kinds" in chosen else 8), 2: 4}[len(chosen)])
        )


def test_a_word_that_thousands_hold(journal: sqlite3.Connection) -> None:
    """Of what very many documents hold, those with it in the title come first, then newer ones; every one of them is on
    some page, once."""
    with write(journal):
        for number in range(2300):
            title = "About convergence" if number in (3, 2200) else f"Document {number}"
            documents.put(
                journal, "paper", f"p{number}", title=title, text="convergence of things", time=1000.0 + number
            )
        documents.put(journal, "task", "t", title="convergence", text="", time=1.0)
    found = [hit.id for at in range(0, 2400, 100) for hit in search(journal, "convergence", limit=100, offset=at)]
    assert set(found[:3]) == {"p3", "p2200", "t"}
    assert len(found) == len(set(found)) == 2301
    assert int(found[5][1:]) > int(found[-1][1:])
    scores = [hit.score for hit in search(journal, "convergence", limit=2301)]
    assert scores == sorted(scores, reverse=True)
    assert [hit.id for hit in search(journal, "convergence", kinds=["task"])] == ["t"]
    assert count_hits(journal, "convergence") == {"paper": 2300, "task": 1}
    assert {hit.id for hit in search(journal, "con", limit=3)} == set(found[:3])
