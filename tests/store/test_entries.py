"""Writing the journal: nothing typed is lost, whatever comes between."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import attachments, entries
from store.database import open_journal, write
from store.entry_rows import Entry
from store.errors import Conflict, EntryError
from store.search import search
from store.settings import Settings

JST = timezone(timedelta(hours=9))
NOON = datetime(2026, 11, 21, 12, 5, tzinfo=JST).timestamp()


def add(journal: sqlite3.Connection, body: str, now: float = NOON, kind: str = "note", title: str = "") -> Entry:
    """Write an entry; as it is then."""
    with write(journal):
        made = entries.read_entry(journal, entries.add(journal, kind, body, now, title=title))
    assert made is not None
    return made


def append(
    journal: sqlite3.Connection, text: str, now: float, kind: str = "note", project_id: int | None = None
) -> Entry:
    """Append to today's entry."""
    with write(journal):
        return entries.append_today(journal, text, now, JST, kind, project_id)


class TestWriting:
    """Adding and appending."""

    def test_an_entry(self, journal: sqlite3.Connection) -> None:
        """An entry is kept as it was typed, and found."""
        body = "# 学習率\r\n\n$\\alpha$ と `code`  \n"
        entry = add(journal, body, kind="study")
        assert (entry.body, entry.kind, entry.revision, entry.removed) == (body, "study", 1, None)
        assert entry.heading == "学習率"
        assert [hit.id for hit in search(journal, "学習")] == [str(entry.id)]

    def test_what_is_refused(self, journal: sqlite3.Connection) -> None:
        """An entry of no kind, and one that says nothing, are refused with the way out."""
        for kind, body, title, words in (("diary", "x", "", "note, study"), ("note", " \n", " ", "needs some text")):
            with pytest.raises(EntryError, match=words):
                add(journal, body, kind=kind, title=title)
        with pytest.raises(EntryError, match="needs some text"):
            append(journal, "  \n", NOON)
        assert entries.list_entries(journal) == []

    def test_a_day_has_one_entry(self, journal: sqlite3.Connection) -> None:
        """What is appended within a day comes under its times, the next day begins anew; by kind and project."""
        first = append(journal, "学習を始めた\n", NOON)
        assert first.body == "## 12:05\n\n学習を始めた\n" and first.title == first.day == "2026-11-21"
        append(journal, "損失が下がる", NOON + 20)
        again = append(journal, "終わった", NOON + 3600)
        assert again.id == first.id and again.revision == 3
        assert again.body == "## 12:05\n\n学習を始めた\n\n損失が下がる\n\n## 13:05\n\n終わった\n"
        assert append(journal, "別", NOON, "idea").id != first.id
        late = datetime(2026, 11, 21, 23, 59, tzinfo=JST).timestamp()
        assert append(journal, "夜", late).id == first.id
        assert append(journal, "朝", late + 120).id != first.id
        with write(journal):
            journal.execute("INSERT INTO projects (id, name, root, created) VALUES (1, 'cifar', '/p', 0)")
        mine = append(journal, "x", NOON, project_id=1)
        assert mine.id != first.id and mine.project == "cifar"
        assert entries.today(journal, NOON, JST, project_id=1) == mine

    def test_an_open_code_block(self, journal: sqlite3.Connection) -> None:
        """What is appended after a code block that nobody closed is not shown as code."""
        append(journal, "```python\nx = 1", NOON)
        body = append(journal, "text", NOON + 60).body
        assert "x = 1\n```\n\n## 12:06\n\ntext" in body
        assert append(journal, "more", NOON + 120).body.count("```") == 2

    def test_of_a_removed_day(self, journal: sqlite3.Connection) -> None:
        """After today's entry was removed the next line begins another."""
        first = append(journal, "x", NOON)
        with write(journal):
            entries.remove(journal, first.id, NOON)
        assert append(journal, "y", NOON).id != first.id

    def test_bytes_that_are_no_text(self, journal: sqlite3.Connection) -> None:
        """Half a surrogate pair, as a terminal of another encoding gives, does not keep the rest from being kept."""
        assert add(journal, "caf\udce9 学習").body == "caf? 学習"


class TestChanging:
    """Changes, versions, two tabs at once."""

    def test_versions(self, journal: sqlite3.Connection) -> None:
        """Every change keeps what was there, and is found by what it says now."""
        entry = add(journal, "学習率")
        with write(journal):
            entry = entries.change(journal, entry.id, NOON + 1, entry.revision, body="バッチ", title="t", kind="idea")
            entry = entries.change(journal, entry.id, NOON + 2, entry.revision, facts={"tests": "正解率は同じ"})
            assert entries.change(journal, entry.id, NOON + 3, entry.revision, body="バッチ") == entry
        assert (entry.revision, entry.changed, entry.kind, entry.facts["tests"]) == (
            3,
            NOON + 2,
            "idea",
            "正解率は同じ",
        )
        kept = entries.versions(journal, entry.id)
        assert [(one.revision, one.body, one.kind, one.saved) for one in kept] == [
            (1, "学習率", "note", NOON + 1),
            (2, "バッチ", "idea", NOON + 2),
        ]
        assert search(journal, "学習") == [] and len(search(journal, "ﾊﾞｯﾁ 正解")) == 1

    def test_two_tabs(self, journal: sqlite3.Connection) -> None:
        """The second of two that changed the same text is told, with what is there now, and nothing is written."""
        entry = add(journal, "one two")
        with write(journal):
            entries.change(journal, entry.id, NOON + 1, 1, body="one TWO")
        with pytest.raises(Conflict, match="changed elsewhere") as caught, write(journal):
            entries.change(journal, entry.id, NOON + 2, 1, body="ONE two")
        assert isinstance(caught.value.current, Entry) and caught.value.current.body == "one TWO"
        assert len(entries.versions(journal, entry.id)) == 1

    def test_appended_while_it_is_edited(self, journal: sqlite3.Connection) -> None:
        """A line that a command appends while today's entry is open in a tab is kept, and so is what the tab saves."""
        entry = append(journal, "first", NOON)
        append(journal, "from the terminal", NOON + 60)
        append(journal, "again", NOON + 120)
        with write(journal):
            saved = entries.change(
                journal, entry.id, NOON + 180, entry.revision, body=entry.body.replace("first", "FIRST, and more")
            )
        assert saved.body == ("## 12:05\n\nFIRST, and more\n\n## 12:06\n\nfrom the terminal\n\n## 12:07\n\nagain\n")
        with write(journal):
            assert entries.change(journal, entry.id, NOON + 181, entry.revision, body=saved.body).body == saved.body

    def test_typed_on_in_another_tab(self, journal: sqlite3.Connection) -> None:
        """What another tab typed into the same line is no addition to the end."""
        entry = add(journal, "the loss")
        with write(journal):
            entries.change(journal, entry.id, NOON, 1, body="the loss fell")
        with pytest.raises(Conflict), write(journal):
            entries.change(journal, entry.id, NOON, 1, body="a loss")

    def test_removed_and_restored(self, journal: sqlite3.Connection) -> None:
        """A removed entry is not listed, found or changed; restored it is as before."""
        entry = add(journal, "学習 task:1")
        with write(journal):
            assert entries.remove(journal, entry.id, NOON)
            assert not entries.remove(journal, entry.id, NOON)
        assert entries.list_entries(journal) == [] and search(journal, "学習") == []
        assert entries.entries_about(journal, "task", "1") == []
        assert [one.id for one in entries.list_entries(journal, removed=True)] == [entry.id]
        with pytest.raises(Conflict, match="restore it"), write(journal):
            entries.change(journal, entry.id, NOON, 1, body="x")
        with write(journal):
            assert entries.restore(journal, entry.id)
            assert not entries.restore(journal, entry.id)
        assert entries.list_entries(journal) == [entry] and len(search(journal, "学習")) == 1

    def test_what_there_is_not(self, journal: sqlite3.Connection) -> None:
        """There is no entry 9, and no field of that name."""
        entry = add(journal, "x")
        with pytest.raises(EntryError, match="no entry 9"), write(journal):
            entries.change(journal, 9, NOON, 1, body="x")
        with pytest.raises(EntryError, match="no text"), write(journal):
            entries.change(journal, entry.id, NOON, 1, text="x")
        with pytest.raises(EntryError, match="'diary'"), write(journal):
            entries.change(journal, entry.id, NOON, 1, kind="diary")


def test_listing(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """Entries are listed newest first, by time, kind and project, a page at a time."""
    launched("r1")
    ids = [add(journal, f"n{at}", NOON + at, "idea" if at % 2 else "note").id for at in range(6)]
    with write(journal):
        entries.change(journal, ids[0], NOON + 9, 1, project_id=1)
    listed = entries.list_entries(journal)
    assert [entry.id for entry in listed] == ids[::-1] and listed[-1].project == "cifar"
    assert [entry.id for entry in entries.list_entries(journal, kinds=["idea"])] == [ids[5], ids[3], ids[1]]
    assert [entry.id for entry in entries.list_entries(journal, begin=NOON + 1, end=NOON + 3)] == [ids[2], ids[1]]
    assert [entry.id for entry in entries.list_entries(journal, project_id=1)] == [ids[0]]
    assert [entry.id for entry in entries.list_entries(journal, limit=2, offset=3)] == [ids[2], ids[1]]
    assert entries.list_entries(journal, kinds=[]) == []


def test_attachments_are_found(journal: sqlite3.Connection, settings: Settings) -> None:
    """An entry is found by the name of what is attached, and by the marks on its pages."""
    entry = add(journal, "slides")
    made = attachments.keep(settings, journal, entry.id, "輪講.pdf", b"%PDF-1.7 x", NOON)
    attachments.mark(journal, made, 3, "ここで収束する")
    assert [hit.id for hit in search(journal, "輪講 収束")] == [str(entry.id)]
    attachments.drop(journal, made, NOON)
    assert search(journal, "収束") == []


_EDIT = st.tuples(
    st.sampled_from(["save", "stale", "append", "remove", "restore"]), st.text("学習ab\n", min_size=1, max_size=5)
)


@given(st.lists(_EDIT, max_size=15))
@settings(max_examples=25, deadline=None)
def test_nothing_typed_is_lost(edits: list[tuple[str, str]]) -> None:
    """Over any order of saves, saves on an old state, appends and removals, everything that was taken is still there:
    in the entry or in a version of it; and what was refused was refused aloud."""
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(open_journal(Path(folder) / "j.db")) as journal:
        entry = append(journal, "begin", NOON)
        old = entry
        taken: list[str] = []
        for number, (what, letters) in enumerate(edits):
            typed = f"<{number}{letters}>"
            now = NOON + number * 60
            try:
                with write(journal):
                    if what == "append":
                        appended = entries.append_today(journal, typed, now, JST)
                        taken.append(typed)
                        entry = appended if appended.id == entry.id else entry
                    elif what in ("save", "stale"):
                        seen = entry if what == "save" else old
                        entry = entries.change(journal, entry.id, now, seen.revision, body=f"{seen.body}\n{typed}")
                        taken.append(typed)
                    elif what == "remove":
                        entries.remove(journal, entry.id, now)
                    else:
                        entries.restore(journal, entry.id)
            except Conflict as conflict:
                assert isinstance(conflict.current, Entry)
                entry = old = conflict.current
        everything = [one.body for removed in (False, True) for one in entries.list_entries(journal, removed=removed)]
        everything += [version.body for version in entries.versions(journal, entry.id)]
        assert not [typed for typed in taken if not any(typed in body for body in everything)]
        kept = entries.read_entry(journal, entry.id)
        assert kept and kept.revision == len(entries.versions(journal, entry.id)) + 1
