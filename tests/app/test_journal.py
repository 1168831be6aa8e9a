"""*Journal*: what is typed is kept or stays in its field; days, entries, history, files, links."""

import sqlite3
import struct
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from app import attached, journal
from app.attached import File
from store import attachments, database, entries, intents, settings
from store.database import write
from store.entry_rows import Entry
from store.errors import EntryError, JournalReadOnly
from tests.fakes import journal as days

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]
TOKYO = ZoneInfo("Asia/Tokyo")
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def picture(width: int = 8) -> bytes:
    """A small picture as PNG."""
    rows = zlib.compress((b"\0" + b"\x40\x80\x60" * width) * 4)
    header = struct.pack(">IIBBBBB", width, 4, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def field(app: AppTest, name: str) -> str:
    """The key of a field that holds a draft."""
    try:
        return f"draft-{name}--{app.session_state[f'draft-number:{name}']}"
    except KeyError:
        return f"draft-{name}--0"


def type_in(app: AppTest, name: str, text: str) -> AppTest:
    """Type into a field that holds a draft."""
    key = field(app, name)
    found = [one for one in [*app.text_area, *app.text_input] if one.key == key]
    return found[0].set_value(text)


def entries_of(connection: sqlite3.Connection) -> list[Entry]:
    """All entries, newest first."""
    return entries.list_entries(connection)


def test_what_is_typed_is_added_to_today(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """One entry a day: under the time of the reader's zone, the field empty again, shown below at once."""
    app = open_page("journal")
    type_in(app, "journal", "学習率 3e-4 が良い $\\alpha$")
    app.button("journal-save").click().run()
    type_in(app, "journal", "and a second thought")
    app.button("journal-save").click().run()
    (entry,) = entries_of(connection)
    today = datetime.now(TOKYO)
    assert entry.title == f"{today:%Y-%m-%d}" and entry.kind == "note"
    assert "学習率 3e-4 が良い $\\alpha$" in entry.body and "and a second thought" in entry.body
    assert "Kept." in shown(app) and "学習率 3e-4" in shown(app)
    assert [one.value for one in app.text_area] == [""]


def test_an_entry_of_its_own(
    connection: sqlite3.Connection, busy: dict[str, str], open_page: Open, shown: Shown
) -> None:
    """With a title, a kind and a project; its references are links."""
    app = open_page("journal")
    app.toggle("journal-new").set_value(True).run()
    type_in(app, "journal-title", "Why RandAugment")
    app.selectbox("journal-kind").set_value("study")
    app.selectbox("journal-project").select_index(1).run()
    type_in(app, "journal", f"as in run:{busy['resnet-aug']}@1200")
    app.button("journal-save").click().run()
    (entry,) = entries_of(connection)
    assert (entry.title, entry.kind, entry.project) == ("Why RandAugment", "study", "cifar-robust")
    app = open_page("journal", entry=str(entry.id))
    assert "resnet-aug · step 1,200" in shown(app)


def test_nothing_typed_is_lost_while_the_journal_is_locked(
    connection: sqlite3.Connection, home: Path, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process writes, saving says so and keeps the text; saving again keeps it."""
    monkeypatch.setattr("app.reads.WAIT_SECONDS", 0.1)
    app = open_page("journal")
    with closing(database.open_journal(home / "journal.db")) as other, write(other):
        type_in(app, "journal", "not to be lost")
        app.button("journal-save").click().run()
        assert "your text is still here" in "\n".join(error.value for error in app.error)
        assert app.text_area[0].value == "not to be lost"
    app.button("journal-save").click().run()
    (entry,) = entries_of(connection)
    assert "not to be lost" in entry.body and not app.error


def test_an_empty_text_is_refused(connection: sqlite3.Connection, open_page: Open) -> None:
    """The reason stands beside the button and nothing is written."""
    app = open_page("journal")
    app.button("journal-save").click().run()
    assert "Not kept" in app.error[0].value and entries_of(connection) == []


def test_a_draft_outlives_a_switch_of_pages(connection: sqlite3.Connection, open_page: Open) -> None:
    """Text that was typed and not sent is in the field again when the page is come back to."""
    app = open_page("journal")
    type_in(app, "journal", "half a thought").run()
    app.switch_page("views/runs.py").run()
    app.switch_page("views/journal.py").run()
    assert app.text_area[0].value == "half a thought"


def test_two_tabs_edit_one_entry(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """The second to save sees both texts, and its own stays until it says which is to be kept."""
    with write(connection):
        number = entries.add(connection, "idea", "first words\n\nthe rest", time.time(), title="An idea")
    first, second = open_page("journal", entry=str(number)), open_page("journal", entry=str(number))
    for app in (first, second):
        app.button("entry-edit").click().run()
    type_in(first, f"entry-{number}-body", "rewritten in the first tab")
    type_in(first, f"entry-{number}-title", "A better idea")
    first.button("entry-save").click().run()
    type_in(second, f"entry-{number}-body", "rewritten in the second tab")
    second.button("entry-save").click().run()
    assert "rewritten in the first tab" in shown(second) and "changed elsewhere" in shown(second)
    assert second.text_area[0].value == "rewritten in the second tab"
    second.button("entry-mine").click().run()
    second.button("entry-save").click().run()
    kept = entries.read_entry(connection, number)
    assert kept is not None and kept.body == "rewritten in the second tab"
    assert kept.title == "A better idea"  # only one of them changed the title
    bodies = [one.body for one in entries.versions(connection, number)]
    assert bodies == ["first words\n\nthe rest", "rewritten in the first tab"]


def test_history_is_shown_and_edited_on_from(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """What each change took and gave is shown; an earlier text can be the beginning of the next edit."""
    with write(connection):
        number = entries.add(connection, "note", "one\ntwo", time.time())
        entries.change(connection, number, time.time(), 1, body="one\nthree")
    app = open_page("journal", entry=str(number))
    assert "-two\n+three" in shown(app)
    app.button("version-1").click().run()
    assert app.text_area[0].value == "one\ntwo"
    app.button("entry-save").click().run()
    kept = entries.read_entry(connection, number)
    assert kept is not None and kept.body == "one\ntwo" and kept.revision == 3


def test_removing_and_restoring(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """A removed entry is told of on its page and among the removed ones, and comes back as it was."""
    with write(connection):
        number = entries.add(connection, "note", "to be removed", time.time())
    app = open_page("journal", entry=str(number))
    app.button("entry-remove").click().run()
    assert "was removed" in shown(app) and entries_of(connection) == []
    app = open_page("journal")
    assert "to be removed" in shown(app)
    app.button(f"restore-{number}").click().run()
    assert [one.id for one in entries_of(connection)] == [number]


def test_files_are_kept_and_shown_where_they_were_put(
    connection: sqlite3.Connection, home: Path, open_page: Open
) -> None:
    """Pictures and PDFs of today's entry are files of the data folder; the text names them, once however often tried."""
    chosen = settings.load()
    files = [File("loss.png", picture()), File("slides.pdf", PDF)]
    written = journal.append_today(chosen, "the plateau", TOKYO, kind="note", project_id=None, files=files)
    again = journal.append_today(chosen, "", TOKYO, kind="note", project_id=None, files=files[:1])
    assert written.problem is None and again.problem is None
    kept = attachments.attachments_of(connection, written.entry.id)
    assert [one.media_type for one in kept] == ["image/png", "application/pdf"]
    assert f"![loss.png](attachment:{kept[0].id})" in again.entry.body
    app = open_page("journal", entry=str(written.entry.id))
    assert len(app.get("image")) == 2
    assert any("data:application/pdf;base64," in str(one.value) for one in app.markdown)
    app.button("entry-edit").click().run()
    app.button(f"drop-{kept[0].id}").click().run()
    assert [one.id for one in attachments.attachments_of(connection, written.entry.id)] == [kept[1].id]
    app.button(f"back-{kept[0].id}").click().run()
    assert len(attachments.attachments_of(connection, written.entry.id)) == 2


def test_a_file_that_cannot_be_kept_keeps_nothing(connection: sqlite3.Connection) -> None:
    """A file of a kind that cannot be shown is named, and the text is not written without it."""
    with pytest.raises(EntryError, match="notes.txt: that is no picture"):
        journal.append_today(
            settings.load(), "text", TOKYO, kind="note", project_id=None, files=[File("notes.txt", b"hello")]
        )
    assert entries_of(connection) == []


def test_marks_beside_the_pages_of_a_pdf(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """One's words are kept for a page and shown with it; what another tab wrote meanwhile is not written over."""
    written = journal.write_new(
        settings.load(), "Seminar", "", kind="study", project_id=None, files=[File("slides.pdf", PDF)]
    )
    (file,) = attachments.attachments_of(connection, written.entry.id)
    app = open_page("journal", entry=str(written.entry.id))
    app.number_input(f"page-{file.id}").set_value(3).run()
    type_in(app, f"mark-{file.id}-3", "the $\\sigma$ here is per class")
    app.button(f"mark-save-{file.id}").click().run()
    assert attachments.attachments_of(connection, written.entry.id)[0].marks == {3: "the $\\sigma$ here is per class"}
    assert "p. 3" in shown(app)
    type_in(app, f"mark-{file.id}-3", "mine").run()
    attached.mark_page(settings.load(), file.id, 3, "theirs", "the $\\sigma$ here is per class")
    journal_page = app.button(f"mark-save-{file.id}").click().run()
    assert "changed elsewhere" in shown(journal_page)
    assert attachments.attachments_of(connection, written.entry.id)[0].marks == {3: "theirs"}


def test_a_day_holds_everything_and_empty_days_are_skipped(
    connection: sqlite3.Connection, busy: dict[str, str], open_page: Open, shown: Shown
) -> None:
    """Runs, entries and the rest in order of time; the way back leads to the last day on which anything happened."""
    with write(connection):
        entries.add(connection, "note", "long ago", time.time() - 40 * 86400.0)
    app = open_page("journal")
    assert "resnet-aug" in shown(app) or "lm-tiny" in shown(app)
    days_seen = []
    while not app.button("journal-before").disabled:
        days_seen.append(app.button("journal-before").label)
        app.button("journal-before").click().run()
    assert days_seen == sorted(days_seen, reverse=True) and len(days_seen) <= 6
    assert "long ago" in shown(app)
    app.button("journal-today").click().run()
    assert "Today," in shown(app)


def test_the_filters(connection: sqlite3.Connection, busy: dict[str, str], open_page: Open, shown: Shown) -> None:
    """By kind and by project; an empty day says why it is empty."""
    with write(connection):
        entries.add(connection, "note", "of no project", time.time())
    app = open_page("journal")
    assert "of no project" in shown(app)
    app.selectbox("journal-of").select_index(1).run()
    assert "of no project" not in shown(app)
    app.button_group[-1].set_value(["task"]).run()
    assert "Nothing of that kind on this day." in shown(app)


def test_bounds_of_days_in_a_zone() -> None:
    """A day is that of the reader's zone, the one on which clocks are set back too."""
    begin, end = journal.bounds(date(2026, 11, 21), TOKYO)
    assert end - begin == 86400 and datetime.fromtimestamp(begin, TOKYO).hour == 0
    begin, end = journal.bounds(date(2026, 10, 25), ZoneInfo("Europe/Berlin"))
    assert end - begin == 25 * 3600


def test_unknown_entries_and_commits(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """A link of old says what it does not find."""
    assert "No such entry" in shown(open_page("journal", entry="99"))
    assert "No such entry" in shown(open_page("journal", entry="<b>"))
    assert "No such commit" in shown(open_page("journal", commit="4f1c2ab"))


def test_a_dashboard_that_only_shows(
    connection: sqlite3.Connection, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read-only: days and entries are seen, there is no field to write in, and nothing is asked of the daemon."""
    with write(connection):
        number = entries.add(connection, "note", "to be seen", time.time())
    monkeypatch.setenv("MACHIAI_READ_ONLY", "1")
    app = open_page("journal")
    assert "to be seen" in shown(app) and not app.text_area
    app = open_page("journal", entry=str(number))
    assert "to be seen" in shown(app)
    assert not [button for button in app.button if button.key in ("entry-edit", "entry-remove")]
    for section in ("review", "refactors"):
        app = open_page("journal", section=section)
        assert not app.text_area
    assert intents.latest_intents(connection, "show_commit", 0.0) == []
    with pytest.raises(JournalReadOnly):
        journal.remove(settings.load(), number)


def test_the_page_in_japanese(
    connection: sqlite3.Connection, busy: dict[str, str], open_page: Open, shown: Shown
) -> None:
    """Its words are the reader's; keys and addresses stay."""
    days.beat(connection, time.time())
    app = open_page("journal", "ja-JP")
    assert app.title[0].value == "ノート" and "今日に書き足す" in shown(app)
    assert [one.key for one in app.text_area] == ["draft-journal--0"]
