"""*Journal → Review* and the refactor log: one's own commits hunk by hunk, and what a range of them was for."""

import sqlite3
import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from app import own_commits, refactors
from store import commits, entries, intents, links, reviews, settings, task_rows
from store.commits import Commit
from store.database import write
from store.errors import EntryError
from store.projects import ensure_project
from store.reviews import Hunk, Patch
from tests.fakes import journal

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]
ROOT = "/home/lab/cifar-robust"
LOADER = Hunk("data/loader.py", "@@ -10 +10,2 @@", ("-workers = 2", "+workers = 8"), "k1")
TRAIN = Hunk("train.py", "@@ -1 +1,2 @@ def main():", (" lr = 1", "+wd = 0.05"), "k2")


def sha(number: int) -> str:
    """The name of a commit."""
    return f"{number:040x}"


def add_commit(connection: sqlite3.Connection, number: int, subject: str, ago: float, repository: str = ROOT) -> Commit:
    """Enter a commit of the user's own, written ``ago`` seconds ago."""
    with write(connection):
        project = ensure_project(connection, repository, 1.0)
        files = (("train.py", 2, 1),)
        one = Commit(
            repository, sha(number), project, "Hana", "hana@lab", time.time() - ago, subject, "", 1, 2, 1, files, True
        )
        commits.record(connection, [one])
    return one


def keep_patch(connection: sqlite3.Connection, one: Commit, *hunks: Hunk) -> None:
    """The daemon has kept its hunks."""
    with write(connection):
        reviews.keep_patch(connection, one.repository, one.sha, Patch(hunks), time.time())


def name_of(one: Commit, hunk: Hunk) -> str:
    """What the page calls a hunk."""
    return f"{one.sha[:12]}-{hunk.key}"


def test_a_commit_is_reviewed_hunk_by_hunk(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """The oldest comes first; with its last hunk ticked it makes room for the next; ticks stay with the commit."""
    old = add_commit(connection, 0xA1, "Split the loader", 7200)
    new = add_commit(connection, 0xB2, "Drop the dead branch", 3600)
    for one in (old, new):
        keep_patch(connection, one, LOADER, TRAIN)
    app = open_page("journal", section="review")
    assert "2 commits wait for your review" in shown(app) and "+workers = 8" in shown(app)
    app.button(f"tick-{name_of(old, LOADER)}").click().run()
    assert "1 hunk to look at" in shown(app) and "1 looked at" in "".join(box.label for box in app.expander)
    app.button(f"tick-{name_of(old, TRAIN)}").click().run()
    assert "1 commit waits for your review" in shown(app)
    kept = commits.get_commit(connection, ROOT, old.sha)
    assert kept is not None and kept.reviewed is not None
    app.button("review-all").click().run()
    assert "No commit of yours waits" in shown(app)
    app = open_page("journal", commit=old.sha[:12] if old.sha[:12].strip("0") else old.sha)
    app.button("review-all").click().run()
    assert [one.sha for one in commits.unreviewed(connection, time.time())] == [old.sha]


def test_a_comment_and_a_task(connection: sqlite3.Connection, open_page: Open) -> None:
    """A comment is kept when its field is left; a task made of the hunk has it for its title, once."""
    one = add_commit(connection, 0xA1, "Split the loader", 7200)
    keep_patch(connection, one, LOADER)
    app = open_page("journal", section="review")
    app.text_input(f"draft-comment-{name_of(one, LOADER)}--0").set_value("8 では多すぎる").run()
    assert reviews.marks_of(connection, ROOT, one.sha)["k1"].comment == "8 では多すぎる"
    app.button(f"task-{name_of(one, LOADER)}").click().run()
    (task,) = task_rows.list_tasks(connection)
    assert task.title == "8 では多すぎる" and task.project == "cifar-robust"
    assert [(link.to_kind, link.to_id) for link in links.links_of(connection, "task", task.id)] == [("commit", one.sha)]
    assert reviews.marks_of(connection, ROOT, one.sha)["k1"].task_id == task.id
    made = own_commits.make_task(settings.load(), one, LOADER, "again", "")
    assert made == task.id


def test_two_tabs_comment_on_one_hunk(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """The second sees the other's comment, and its own stays in the field until it is changed."""
    one = add_commit(connection, 0xA1, "Split the loader", 7200)
    keep_patch(connection, one, LOADER)
    app = open_page("journal", section="review")
    own_commits.comment(settings.load(), one, "k1", "of the other tab", "")
    key = f"draft-comment-{name_of(one, LOADER)}--0"
    app.text_input(key).set_value("mine").run()
    assert "of the other tab" in shown(app) and "Another tab wrote" in shown(app)
    assert app.text_input(key).value == "mine"
    assert reviews.marks_of(connection, ROOT, one.sha)["k1"].comment == "of the other tab"
    app.text_input(key).set_value("mine, after reading").run()
    assert reviews.marks_of(connection, ROOT, one.sha)["k1"].comment == "mine, after reading"
    assert "Another tab wrote" not in shown(app)


def test_hunks_are_asked_of_the_daemon_once(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Meanwhile the page says that it waits; a refusal says why and can be asked again; then the hunks are there."""
    journal.beat(connection, time.time())
    one = add_commit(connection, 0xA1, "Split the loader", 7200)
    app = open_page("journal", section="review")
    app.run()
    (asked,) = intents.latest_intents(connection, reviews.SHOW_COMMIT, 0.0)
    assert asked.detail == {"repository": ROOT, "sha": one.sha}
    assert "waiting for the daemon" in shown(app)
    intents.answer(connection, asked.id, "refused", "git took too long", time.time())
    app.run()
    assert "git took too long" in shown(app)
    app.button("review-again").click().run()
    again = intents.latest_intents(connection, reviews.SHOW_COMMIT, 0.0)
    assert len(again) == 2
    intents.answer(connection, again[0].id, "done", "1 hunk", time.time())
    keep_patch(connection, one, TRAIN)
    app.run()
    assert "+wd = 0.05" in shown(app)


def test_a_refactor_entry_ties_commits_to_why(
    connection: sqlite3.Connection, busy: dict[str, str], open_page: Open, shown: Shown
) -> None:
    """The range, the reason, that no test supported it, and the runs then running, linked to the commits."""
    first = add_commit(connection, 0xA1, "Split the loader", 7200)
    last = add_commit(connection, 0xB2, "Drop the dead branch", 3600)
    app = open_page("journal", section="refactors")
    app.selectbox("refactor-first").select_index(1).run()
    assert "2 commits" in shown(app) and "resnet-aug" in shown(app)
    app.button("refactor-save").click().run()
    assert "why was it done?" in app.error[0].value
    app.text_area[0].set_value("the loader was read by nobody")
    app.button("refactor-save").click().run()
    (entry,) = entries.list_entries(connection, kinds=["refactor"])
    assert entry.title == "Drop the dead branch" and entry.body == "the loader was read by nobody"
    assert entry.facts["commits"] == [first.sha, last.sha] and entry.facts["tests"] == ""
    assert busy["resnet-aug"] in entry.facts["runs"]
    targets = {(link.to_kind, link.to_id) for link in links.links_of(connection, "entry", entry.id)}
    assert {("commit", first.sha), ("commit", last.sha), ("run", busy["resnet-aug"])} <= targets
    assert "no test supported it" in shown(app)
    page = open_page("journal", entry=str(entry.id))
    assert "No test supported it." in shown(page) and "Split the loader" in shown(page)


def test_a_range_is_of_one_repository(connection: sqlite3.Connection) -> None:
    """The two ends may be given in either order, and must be of one repository."""
    one = add_commit(connection, 1, "a", 300)
    two = add_commit(connection, 2, "b", 200)
    three = add_commit(connection, 3, "c", 100)
    other = add_commit(connection, 4, "d", 50, "/home/lab/notes-lm")
    known = [other, three, two, one]
    assert refactors.between(known, three, two) == [two, three] == refactors.between(known, two, three)
    with pytest.raises(EntryError, match="two repositories"):
        refactors.between(known, one, other)
