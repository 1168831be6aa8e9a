"""The reviews of commits as files."""

import sqlite3
from datetime import timedelta, timezone
from pathlib import Path

from store import commits, reviews
from store.commits import Commit
from store.database import write
from store.reviews import Hunk, Patch
from store.settings import Settings
from tests.fakes.journal import add_run
from tests.workers.test_entry_files import read
from workers.entry_files import export_journal

JST = timezone(timedelta(hours=9))
NOON = 1_795_230_000.0
PATCH = Patch((Hunk("b.py", "@@ -9 +9 @@", ("+c",), "k2"), Hunk("学習.py", "@@ -1 +1 @@ def fit", ("-a", "+b"), "k1")))


def add_commit(journal: sqlite3.Connection, repository: str, sha: str, subject: str) -> None:
    """Enter a commit of the first project, with two hunks."""
    with write(journal):
        one = Commit(repository, sha, 1, "Me", "me@x", NOON, subject, "", 1, 2, 1, (("b.py", 2, 1),), True)
        commits.record(journal, [one])
        reviews.keep_patch(journal, repository, sha, PATCH, NOON)


def test_reviews(journal: sqlite3.Connection, settings: Settings, tmp_path: Path) -> None:
    """What was noted stands under the hunk it is about, also where its lines are not kept any more; a commit that was
    only looked at is there too, one that waits is not."""
    add_run(journal, settings.home, "r1", created=NOON)
    add_commit(journal, "/p/cifar", "a" * 40, "学習率: 直す")
    add_commit(journal, "/q/cifar", "a" * 40, "学習率: 直す")
    add_commit(journal, "/p/cifar", "b" * 40, "looked at as a whole")
    add_commit(journal, "/p/cifar", "c" * 40, "waits")
    with write(journal):
        reviews.comment(journal, "/p/cifar", "a" * 40, "k1", "なぜ 0.1？", NOON + 1)
        reviews.comment(journal, "/p/cifar", "a" * 40, "lost", "it leaks", NOON + 2)
        reviews.tick(journal, "/p/cifar", "a" * 40, "k2", NOON + 3)
        reviews.tick(journal, "/q/cifar", "a" * 40, "k2", NOON + 4)
        reviews.review_all(journal, "/p/cifar", ["b" * 40], NOON + 60)
    done = export_journal(journal, settings, tmp_path / "out", JST)
    folder = tmp_path / "out" / "reviews"
    first = "2026-11-21-aaaaaaaaaaaa-cifar.md"
    names = {path.name for path in folder.iterdir()}
    assert names == {first, "2026-11-21-aaaaaaaaaaaa-cifar-2.md", "2026-11-21-bbbbbbbbbbbb-cifar.md"}
    assert done.reviews == 3
    head, body = read(folder / first)
    assert head == {
        "commit": "a" * 40,
        "repository": "/p/cifar",
        "project": "cifar-robust",
        "title": "学習率: 直す",
        "author": "Me",
        "written": "2026-11-21T12:00:00+09:00",
        "hunks": 2,
        "looked_at": 1,
    }
    assert body.startswith(
        "\n## 学習.py @@ -1 +1 @@ def fit\n\nなぜ 0.1？\n\n## a hunk whose lines are not kept here any more"
    )
    assert body.endswith("(lost)\n\nit leaks\n")
    head, _ = read(folder / "2026-11-21-bbbbbbbbbbbb-cifar.md")
    assert head["reviewed"] == "2026-11-21T12:01:00+09:00"
    assert [path.name for path in (tmp_path / "out" / "reviews").glob("*ccc*")] == []
