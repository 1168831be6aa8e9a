"""Reviewing commits hunk by hunk."""

import sqlite3
from collections.abc import Callable

import pytest

from store import commits, intents, reviews, search
from store.commits import Commit
from store.database import write
from store.errors import Conflict
from store.reviews import Hunk, Patch
from store.runs import get_run

PLACE = ("/p/cifar", "aa")
PATCH = Patch((Hunk("学習.py", "@@ -1 +1 @@", ("-a", "+b"), "k1"), Hunk("b.py", "@@ -9 +9 @@", ("+c",), "k2")))


@pytest.fixture(name="commit")
def _commit(journal: sqlite3.Connection, launched: Callable[..., str]) -> Commit:
    """A commit with two hunks that are kept."""
    run = get_run(journal, launched("a"))
    assert run is not None
    one = Commit(*PLACE, run.project_id, "Me", "me@x", 50.0, "work", "", 1, 2, 1, (("b.py", 2, 1),), True)
    with write(journal):
        commits.record(journal, [one])
        reviews.keep_patch(journal, *PLACE, PATCH, 60.0)
    return one


def reviewed(journal: sqlite3.Connection, sha: str = "aa") -> float | None:
    """When the commit was reviewed."""
    found = commits.get_commit(journal, "/p/cifar", sha)
    assert found is not None
    return found.reviewed


def test_ticking(journal: sqlite3.Connection, commit: Commit) -> None:
    """The commit is reviewed with its last hunk, and not any more when one is taken back."""
    with write(journal):
        assert not reviews.tick(journal, *PLACE, "k1", 70.0)
        assert reviewed(journal) is None
        assert reviews.tick(journal, *PLACE, "k2", 71.0)
    assert reviewed(journal) == 71.0
    with write(journal):
        assert not reviews.tick(journal, *PLACE, "k1", 72.0, on=False)
    assert reviewed(journal) is None
    assert {key: mark.ticked for key, mark in reviews.marks_of(journal, *PLACE).items()} == {"k1": False, "k2": True}


def test_a_cut_patch(journal: sqlite3.Connection, commit: Commit) -> None:
    """Ticking what is shown of a patch that was cut does not make the commit reviewed; doing so as a whole does."""
    with write(journal):
        reviews.keep_patch(journal, *PLACE, Patch(PATCH.hunks, True), 61.0)
        assert not (reviews.tick(journal, *PLACE, "k1", 70.0) or reviews.tick(journal, *PLACE, "k2", 70.0))
        assert reviews.review_all(journal, "/p/cifar", ["aa", "bb"], 71.0) == 1
    assert reviewed(journal) == 71.0


def test_comments_and_tasks(journal: sqlite3.Connection, commit: Commit) -> None:
    """A comment is kept beside the tick; one that another tab changed meanwhile is not written over."""
    with write(journal):
        reviews.tick(journal, *PLACE, "k1", 70.0)
        reviews.comment(journal, *PLACE, "k1", "なぜ？", 71.0)
        reviews.comment(journal, *PLACE, "k1", "なぜ？ why", 72.0, was="なぜ？")
        reviews.comment(journal, *PLACE, "k1", "なぜ？ why", 73.0, was="なぜ？")
    with pytest.raises(Conflict) as caught, write(journal):
        reviews.comment(journal, *PLACE, "k1", "other", 74.0, was="なぜ？")
    mark = reviews.marks_of(journal, *PLACE)["k1"]
    assert caught.value.current == mark
    assert (mark.ticked, mark.comment, mark.task_id) == (True, "なぜ？ why", None)


def test_a_comment_is_searched(journal: sqlite3.Connection, commit: Commit) -> None:
    """A comment is found at once, at its commit, also from a clone; one that was taken back is not."""
    clone = {name: getattr(commit, name) for name in commit.__dataclass_fields__} | {"repository": "/p/clone"}
    with write(journal):
        commits.record(journal, [Commit(**clone)])
        commits.record_repository(journal, commits.Repository("/p/cifar", commit.project_id, {}, None, None, None))
        commits.record_repository(journal, commits.Repository("/p/clone", commit.project_id, {}, None, None, None))
        reviews.comment(journal, *PLACE, "k1", "種を固定していない", 71.0)
        reviews.comment(journal, "/p/clone", "aa", "k2", "bfloat leaks", 72.0)
    (hit,) = search.search(journal, "固定")
    assert (hit.kind, hit.id, hit.title, hit.snippet.count("種を固定していない")) == ("commit", "aa", "work", 1)
    assert [hit.id for hit in search.search(journal, "bfloat 固定")] == ["aa"]
    with write(journal):
        reviews.comment(journal, *PLACE, "k1", "", 73.0, was="種を固定していない")
    assert search.search(journal, "固定") == [] and len(search.search(journal, "bfloat")) == 1


def test_patches(journal: sqlite3.Connection, commit: Commit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hunks come back as they were kept; only the newest are kept; marks stay."""
    assert reviews.read_patch(journal, *PLACE) == PATCH
    assert reviews.read_patch(journal, "/p/cifar", "bb") is None
    monkeypatch.setattr(reviews, "KEPT_PATCHES", 2)
    with write(journal):
        reviews.tick(journal, *PLACE, "k1", 70.0)
        for number, sha in enumerate(("b", "c")):
            reviews.keep_patch(journal, "/p/cifar", sha, PATCH, 100.0 + number)
    assert reviews.kept_shas(journal, "/p/cifar") == {"b", "c"}
    assert set(reviews.marks_of(journal, *PLACE)) == {"k1"}


def test_asking(journal: sqlite3.Connection, commit: Commit) -> None:
    """Asking for hunks is an intent, one for each commit."""
    first = reviews.ask_patch(journal, "/p/cifar", "aa", 80.0)
    assert reviews.ask_patch(journal, "/p/cifar", "aa", 81.0) == first
    assert reviews.ask_patch(journal, "/p/cifar", "bb", 82.0) != first
    assert [one.detail["sha"] for one in intents.open_intents(journal)] == ["aa", "bb"]


def test_marks_outlive_a_rebase(journal: sqlite3.Connection, commit: Commit) -> None:
    """A commit that takes the place of another has its marks; reviewed only where it changes the same lines."""
    with write(journal):
        reviews.comment(journal, *PLACE, "k1", "kept", 70.0)
        reviews.review_all(journal, "/p/cifar", ["aa"], 71.0)
        same = {name: getattr(commit, name) for name in commit.__dataclass_fields__}
        commits.record(journal, [Commit(**{**same, "sha": "bb"})])
        commits.record(journal, [Commit(**{**same, "sha": "cc", "files": (("b.py", 9, 1),)})])
        commits.record(journal, [Commit(**{**same, "sha": "dd", "subject": "other"})])
    assert [reviewed(journal, sha) for sha in ("bb", "cc", "dd")] == [71.0, None, None]
    kept = [set(reviews.marks_of(journal, "/p/cifar", sha)) for sha in ("bb", "cc", "dd")]
    assert kept == [{"k1"}, {"k1"}, set()]
