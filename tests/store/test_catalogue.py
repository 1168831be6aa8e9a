"""Finding runs by what a person types, and page by page."""

import sqlite3
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.catalogue import SORTS, find_run, list_runs
from store.errors import UnknownRun

Launched = Callable[..., str]
Judged = Callable[..., None]


@pytest.fixture(name="filled")
def _filled(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> sqlite3.Connection:
    """A journal with four runs."""
    launched("261121-100000-aaaa", 1.0, name="baseline")
    launched("261121-100000-aaab", 2.0, name="augment", tags=["sweep"], hypothesis="100% better_now")
    launched(
        "261122-110000-bbbb", 3.0, name="augment", argv=["python", "main.py", "--lr", "0.1"], project_root="/p/nlp"
    )
    launched("261123-120000-cccc", 4.0, name="Last one")
    judged("261121-100000-aaaa", "finished", started=1.0, ended=100.0, seconds=99.0)
    judged("261121-100000-aaab", "failed", started=1.0, ended=50.0, seconds=49.0, cause="CUDA out of memory")
    judged("261122-110000-bbbb", "running", started=3.0)
    return journal


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("261121-100000-aaaa", "261121-100000-aaaa"),
        (" 261122 ", "261122-110000-bbbb"),
        ("261121-100000-aaab", "261121-100000-aaab"),
        ("baseline", "261121-100000-aaaa"),
        ("augment", "261122-110000-bbbb"),
        ("last", "261123-120000-cccc"),
    ],
)
def test_found(filled: sqlite3.Connection, reference: str, found: str) -> None:
    """By id, by unique prefix, by name (the latest wins), or the last one."""
    assert find_run(filled, reference).id == found


@pytest.mark.parametrize(
    ("reference", "near"),
    [
        ("261121", ["261121-100000-aaab", "261121-100000-aaaa"]),
        ("augmnt", ["augment"]),
        ("line", ["baseline"]),
        ("zzzzzz", []),
        ("", []),
        ("%", []),
        ("\udcff", []),
    ],
)
def test_not_found(filled: sqlite3.Connection, reference: str, near: list[str]) -> None:
    """What is not unique or not there is refused with what comes near."""
    with pytest.raises(UnknownRun) as refused:
        find_run(filled, reference)
    assert refused.value.nearest[: len(near) or None] == near
    assert str(refused.value)


def test_last_of_none(journal: sqlite3.Connection) -> None:
    """Where there is no run, the way to the first one is said."""
    with pytest.raises(UnknownRun, match="machiai run"):
        find_run(journal, "last")


def test_a_run_called_last(filled: sqlite3.Connection, launched: Launched) -> None:
    """A name comes before the word."""
    launched("250101-000000-dddd", 0.5, name="last")
    assert find_run(filled, "last").id == "250101-000000-dddd"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 4),
        ("augment", 2),
        ("AUGMENT sweep", 1),
        ("cuda memory", 1),
        ("nlp", 1),
        ("main.py --lr", 1),
        ("100%", 1),
        ("better_now", 1),
        ("bettersnow", 0),
        ("%", 1),
        ("_", 1),
        ("\\", 0),
        ("\udcff", 0),
    ],
)
def test_text(filled: sqlite3.Connection, text: str, count: int) -> None:
    """Every word must stand somewhere in a run, as it is: no letter means anything special."""
    assert list_runs(filled, text=text).total == count


@given(text=st.text(max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text(filled: sqlite3.Connection, text: str) -> None:
    """Any text is a question that has an answer."""
    page = list_runs(filled, text=text)
    assert len(page.runs) == page.total <= 4


def test_filters_and_pages(filled: sqlite3.Connection) -> None:
    """States and project filter; a page says how many there are in all."""
    assert {run.name for run in list_runs(filled, states=("finished", "failed")).runs} == {"baseline", "augment"}
    project = find_run(filled, "261122").project_id
    assert [run.id for run in list_runs(filled, project_id=project).runs] == ["261122-110000-bbbb"]
    pages = [list_runs(filled, limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [len(page.runs) for page in pages] == [3, 1, 0]
    assert {page.total for page in pages} == {4}
    assert len({run.id for page in pages for run in page.runs}) == 4


@pytest.mark.parametrize("sort", SORTS)
def test_sorts(filled: sqlite3.Connection, sort: str) -> None:
    """Every sort gives every run once."""
    assert len({run.id for run in list_runs(filled, sort=sort).runs}) == 4


def test_orders(filled: sqlite3.Connection) -> None:
    """Newest, by name without regard to case, and longest, with the running one by how long it runs."""
    assert [run.created for run in list_runs(filled).runs] == [4, 3, 2, 1]
    assert [run.name for run in list_runs(filled, sort="name").runs][-1] == "Last one"
    assert [run.id[-4:] for run in list_runs(filled, sort="longest").runs] == ["bbbb", "aaaa", "aaab", "cccc"]
