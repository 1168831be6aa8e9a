"""What an entry's text speaks of."""

import sqlite3

import pytest

from store import entries
from store.database import write
from store.links import link, links_of
from store.references import find_references

RUN = "261121-102011-k3fa"
SHA = "4f1c2ab9d0e35c67f8a1b2c3d4e5f60718293a4b"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"see run:{RUN}.", {("run", RUN): None}),
        (f"spike at run:{RUN}@1200, again run:{RUN}", {("run", RUN): 1200.0}),
        (f"（run：{RUN}＠0.5）を見る", {("run", RUN): 0.5}),
        ("task:12のあと、entry:3", {("task", "12"): None, ("entry", "3"): None}),
        ("commit:4f1c2ab broke it", {("commit", "4f1c2ab"): None}),
        (
            "paper:2401.01234v2 and paper:cs.CL/0102003",
            {("paper", "2401.01234"): None, ("paper", "cs.CL/0102003"): None},
        ),
        ("dryrun:261121-102011-k3fa xtask:3 task:3x commit:12 paper:12 run:last", {}),
    ],
)
def test_found(text: str, found: dict[tuple[str, str], float | None]) -> None:
    """References are found in any sentence, in full width too; what only looks like one is none."""
    assert find_references(text) == found


def test_facts() -> None:
    """The runs and commits of an entry's facts are spoken of too."""
    facts = {"runs": [RUN], "commits": [SHA, ""], "tests": "none"}
    assert find_references("x", facts) == {("run", RUN): None, ("commit", SHA): None}


def links(journal: sqlite3.Connection, entry_id: int) -> set[tuple[str, str, float | None]]:
    """What an entry is linked to."""
    return {(one.to_kind, one.to_id, one.step) for one in links_of(journal, "entry", entry_id)}


def test_links_follow_the_text(journal: sqlite3.Connection) -> None:
    """A reference is a link while it stands in the text; a link made by hand stays whatever the text says."""
    with write(journal):
        made = entries.add(journal, "note", f"run:{RUN} task:1 entry:1", 1.0)
        link(journal, "entry", made, "project", 1, 1.0)
    assert links(journal, made) == {("run", RUN, None), ("task", "1", None), ("project", "1", None)}
    with write(journal):
        entries.change(journal, made, 2.0, 1, body=f"run:{RUN}@500 task:2")
    assert links(journal, made) == {("run", RUN, 500.0), ("task", "2", None), ("project", "1", None)}
    with write(journal):
        entries.change(journal, made, 3.0, 2, body="nothing")
    assert links(journal, made) == {("project", "1", None)}
    assert [entry.id for entry in entries.entries_about(journal, "project", "1")] == [made]


def test_a_commit_that_is_known_later(journal: sqlite3.Connection) -> None:
    """The short id of a commit becomes the whole one as soon as the journal knows it, and goes with the text."""
    with write(journal):
        made = entries.add(journal, "refactor", f"commit:{SHA[:8]}", 1.0)
    assert links(journal, made) == {("commit", SHA[:8], None)}
    with write(journal):
        journal.execute("INSERT INTO projects (id, name, root, created) VALUES (1, 'p', '/p', 0)")
        journal.execute(
            "INSERT INTO commits (repository, sha, project_id, author, email, time, subject) "
            "VALUES ('/p', ?, 1, 'a', 'a@example.org', 1, 's')",
            (SHA,),
        )
        entries.change(journal, made, 2.0, 1, title="why")
    assert links(journal, made) == {("commit", SHA, None)}
    with write(journal):
        entries.change(journal, made, 3.0, 2, body="gone")
    assert links(journal, made) == set()
