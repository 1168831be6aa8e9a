"""The page of a paper: what it says, passes and lesson, pages in place, notes, what belongs to it."""

import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from streamlit.testing.v1 import AppTest

from store import entries, links, paper_files, paper_rows, papers, reading, rereading, search, sessions, tasks
from store.database import write
from store.paper_rows import Paper
from store.papers import Find
from tests.app.test_papers import press
from tests.fakes.papers import find, state_of, take_up

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]


def known(connection: sqlite3.Connection, ref: str) -> Paper:
    """A paper as the journal has it."""
    return paper_rows.known(connection, ref)


def put_pdf(connection: sqlite3.Connection, home: Path, ref: str, pages: int = 3) -> Path:
    """Let the PDF of a paper lie in its place, with that many pages."""
    path = paper_files.file_path(home, ref)
    path.parent.mkdir(parents=True, exist_ok=True)
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(300, 400)
    document.save(path)
    document.close()
    with write(connection):
        paper_files.want(connection, ref, time.time())
        paper_files.note_ready(
            connection, known(connection, ref).id, time.time(), version=1, size=path.stat().st_size, digest="0",
            pages=pages, text="the text of its pages",
        )  # fmt: skip
    return path


def save(app: AppTest, name: str, text: str, key: str) -> AppTest:
    """Type into the field of a draft and press its button."""
    field = next(one for one in app.text_area if str(one.key).startswith(f"draft-{name}"))
    field.set_value(text)
    return press(app, key)


def test_a_paper_says_what_it_is(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Title and abstract with formulas, authors, categories, versions, links; the citation to be copied."""
    with write(connection):
        papers.take_up(
            connection, find(1, version=2, comment="9 pages", journal="J. Tests 3", doi="10.1000/xyz"), time.time()
        )
    text = shown(open_page("paper", id="2609.00001"))
    assert "On $ell_1$-regularised bridges at $O(nlog n)$ cost" in text  # as sent, without its backslashes
    assert "Ada Byron, Karl Gauß, 花子 山田, Emmy N." in text
    assert "arXiv:2609.00001 · cs.LG, stat.ML" in text and "v2 of" in text and "J. Tests 3 · 9 pages" in text
    assert "](<https://arxiv.org/abs/2609.00001>)" in text and "](<https://doi.org/10.1000/xyz>)" in text
    assert "eprint        = {2609.00001}" in text and "in the inbox" in text


def test_a_paper_goes_by_any_of_its_names(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """With a version or as an address; one that is not known can be added, another text is told."""
    take_up(connection, 1)
    assert "Selective state spaces" in shown(open_page("paper", id="arXiv:2609.00000v3"))
    app = open_page("paper", id="https://arxiv.org/abs/2312.00752v2")
    assert "The paper 2312.00752v2 is not among yours." in shown(app)
    press(app, "paper-add-this")
    assert state_of(connection, "2312.00752") == "queue" and "arXiv has not been asked about it yet" in shown(app)
    assert "knows no paper with the id 'web-nothing'" in shown(open_page("paper", id="web-nothing"))


def test_decisions_tags_and_priority(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """What can become of it follows from its state; tags and priority are kept at once and can be searched."""
    (ref,) = take_up(connection, 1)
    app = open_page("paper", id=ref)
    press(app, "paper-deed-queue")
    paper = known(connection, ref)
    assert paper.state == "queue"
    app.selectbox(key=f"paper-priority-{paper.id}-{paper.revision}").set_value(2).run()
    paper = known(connection, ref)
    app.multiselect(key=f"paper-tags-{paper.id}-{paper.revision}").set_value(["ssm", "再読"]).run()
    paper = known(connection, ref)
    assert (paper.priority, paper.tags) == (2, ("ssm", "再読"))
    assert [hit.id for hit in search.search(connection, "再読", kinds=["paper"])] == [ref]
    press(app, "paper-deed-read")
    press(app, "paper-deed-dropped")
    assert known(connection, ref).state == "dropped"
    press(app, "paper-forget")
    assert papers.get(connection, ref) is None and "is not among yours" in shown(app)


def test_a_paper_is_put_off_until_a_day(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """It leaves the queue, and comes back on the day that was chosen."""
    (ref,) = take_up(connection, 1, "queue")
    app = open_page("paper", id=ref)
    day = datetime.now(UTC).date() + timedelta(days=30)
    app.date_input(key="paper-put-off-until").set_value(day).run()
    press(app, "paper-put-off-go")
    paper = known(connection, ref)
    assert paper.state == "later" and paper.until is not None
    assert abs(paper.until - datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) < 86400


def test_a_session_begins_and_passes_are_done(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """The next pass with the minutes left; what is done says when, and can be taken back; the third ends it."""
    (ref,) = take_up(connection, 1, "queue")
    app = open_page("paper", id=ref)
    assert "not begun" in shown(app) and "Pass 1: what it is about :gray[:small[about 7 min]]" in shown(app)
    press(app, f"paper-read-now-{known(connection, ref).id}")
    session = sessions.open_session(connection)
    assert session is not None and session.paper == ref and session.paper_title == find(0).title
    assert "a session goes on" in shown(app) and state_of(connection, ref) == "reading"
    press(app, "paper-pass-done-1")
    assert known(connection, ref).passes == 1 and "Pass 2 is done" in shown(app)
    press(app, "paper-pass-back")
    assert known(connection, ref).passes == 0
    for number in (1, 2, 3):
        press(app, f"paper-pass-done-{number}")
    assert state_of(connection, ref) == "read" and "pass 3 done" in shown(app)


def test_time_spent_is_told(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Minutes of the sessions about it."""
    (ref,) = take_up(connection, 1, "queue")
    now = time.time()
    with write(connection):
        number = sessions.begin(connection, "read", now - 3000, paper=ref)
        sessions.end(connection, number, now - 1500)
    assert "25 min spent in 1 session" in shown(open_page("paper", id=ref))


def test_a_lesson_is_kept_and_never_overwritten_unseen(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """One that was written elsewhere meanwhile is shown first; saved again, what is typed here stays."""
    (ref,) = take_up(connection, 1, "read")
    app = open_page("paper", id=ref)
    save(app, "paper-lesson", "gates matter\n学習率も", "paper-lesson-save")
    assert known(connection, ref).lesson == "gates matter\n学習率も"
    number = known(connection, ref).id
    field = next(one for one in app.text_area if str(one.key).startswith("draft-paper-lesson"))
    field.set_value("mine").run()
    with write(connection):
        papers.change(connection, ref, time.time(), lesson="theirs")
    press(app, "paper-lesson-save")
    assert known(connection, ref).lesson == "theirs" and "as it is now: theirs" in shown(app)
    press(app, "paper-lesson-save")
    assert known(connection, ref).lesson == "mine" and number


def test_what_was_worth_it_is_read_again(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Marked once, it is due in some days; then it is asked how well it was known."""
    (ref,) = take_up(connection, 1, "read")
    app = open_page("paper", id=ref)
    press(app, "paper-worth")
    paper = known(connection, ref)
    assert paper.due is not None and 86400 < paper.due - time.time() < 4 * 86400
    assert "to be read again" in shown(app)
    with write(connection):
        paper_rows.write_fields(connection, paper.id, time.time(), {"due": time.time() - 60})
    assert "Due to be read again" in shown(open_page("papers", section="read"))
    app = open_page("paper", id=ref)
    press(app, "paper-rate-good")
    due = known(connection, ref).due
    assert due is not None and due > time.time() and rereading.due_papers(connection, time.time()) == []
    press(app, "paper-not-again")
    assert known(connection, ref).card is None


def test_notes_are_entries_of_the_journal(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """What is noted is a study entry about the paper, shown here, edited here, and with the runs it speaks of."""
    (ref,) = take_up(connection, 1, "reading")
    app = open_page("paper", id=ref)
    assert "Nothing is noted yet." in shown(app)
    save(app, "paper-note", "the bound needs $x > 0$", "paper-note-save")
    (entry,) = entries.entries_about(connection, "paper", ref)
    assert entry.kind == "study" and "the bound needs $x > 0$" in shown(app)
    press(app, f"paper-note-edit-{entry.id}")
    save(app, f"entry-{entry.id}-body", "the bound needs more", "entry-save")
    assert "the bound needs more" in shown(app)
    press(app, "paper-note-save")
    assert "nothing is written there yet" in shown(app)
    assert len(entries.entries_about(connection, "paper", ref)) == 1


def test_what_is_linked_stands_below(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Other entries and tasks about it, and the runs these are about; an entry leads back to it."""
    (ref,) = take_up(connection, 1, "queue")
    now = time.time()
    with write(connection):
        text = f"paper:{ref} explains run:{busy['resnet-aug']}"
        entry = entries.add(connection, "idea", text, now, title="an idea")
        task = tasks.add(connection, "try the gates", now)
        links.link(connection, "task", task, "paper", ref, now)
    app = open_page("paper", id=ref)
    text = shown(app)
    with write(connection):
        other = tasks.add(connection, "compare the gates", now)
    app.run()
    app.selectbox(key=f"paper-task-{known(connection, ref).id}-1").set_value(str(other))
    press(app, "paper-link-go")
    assert "compare the gates" in shown(app)
    assert "an idea" in text and "try the gates" in text and "resnet-aug" in text
    leaf = shown(open_page("journal", entry=str(entry)))
    assert "Selective state spaces for long sequences" in leaf and f"/paper?id={ref}" in leaf
    assert "spaces for long sequences" in shown(open_page("search", q="Selective state"))


def test_the_pdf_is_asked_for_and_waited_for(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Asked once; then what the daemon is about, or why it could not be had, with the way to try again."""
    (ref,) = take_up(connection, 1, "queue")
    app = open_page("paper", id=ref)
    press(app, "paper-fetch")
    file = paper_files.read(connection, ref)
    assert file is not None and file.state == "wanted" and "No daemon has run here yet" in shown(app)
    with write(connection):
        paper_files.note_failure(connection, file.paper_id, time.time(), "it is no PDF but a web page", final=True)
    app.run()
    assert "The PDF could not be fetched: it is no PDF but a web page" in shown(app)
    press(app, "paper-fetch")
    file = paper_files.read(connection, ref)
    assert file is not None and file.state == "wanted"


def test_pages_are_turned_in_place(connection: sqlite3.Connection, open_page: Open, shown: Shown, home: Path) -> None:
    """It opens at the page reached; turning reaches the next; a note carries the page it was made at."""
    (ref,) = take_up(connection, 1, "reading")
    path = put_pdf(connection, home, ref)
    with write(connection):
        reading.reach(connection, ref, 2, time.time())
    app = open_page("paper", id=ref)
    assert len(app.get("image")) == 1 and "of 3" in shown(app)
    press(app, "paper-turn-Right")
    assert known(connection, ref).page == 3 and app.button(key="paper-turn-Right").disabled
    save(app, "paper-note", "a table", "paper-note-save")
    (entry,) = entries.entries_about(connection, "paper", ref)
    assert entry.body == "**p. 3** a table"
    app.number_input(key=f"paper-page-{known(connection, ref).id}-3").set_value(1).run()
    assert known(connection, ref).page == 1
    path.unlink()
    assert "was here and is not there any more" in shown(open_page("paper", id=ref))


def test_a_post_on_the_web_has_its_own_page(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Its address leads there; its title can be put right; there is no PDF to fetch."""
    with write(connection):
        given: dict[str, Any] = {"title": "post", "source": "web", "url": "https://example.org/a*b"}
        paper = papers.take_up(connection, Find("", **given), time.time(), state="queue").paper
    app = open_page("paper", id=paper.ref)
    text = shown(app)
    assert "](<https://example.org/a*b>)" in text and "Fetch the PDF" not in text
    app.text_input(key=f"paper-title-{paper.revision}").set_value("A post about seeds")
    press(app, "paper-rename-save")
    assert known(connection, paper.ref).title == "A post about seeds"


@pytest.mark.parametrize("locale", ["en-US", "ja-JP"])
def test_a_dashboard_that_only_shows_has_no_buttons(
    connection: sqlite3.Connection, open_page: Open, home: Path, monkeypatch: pytest.MonkeyPatch, locale: str
) -> None:
    """Everything is there to be read, pages too; turning them writes nothing."""
    (ref,) = take_up(connection, 1, "reading")
    put_pdf(connection, home, ref)
    monkeypatch.setenv("MACHIAI_READ_ONLY", "1")
    app = open_page("paper", locale, id=ref)
    assert {str(one.key) for one in app.button if str(one.key).startswith("paper")} == {
        "paper-turn-Left", "paper-turn-Right"
    }  # fmt: skip
    press(app, "paper-turn-Right")
    assert known(connection, ref).page is None
