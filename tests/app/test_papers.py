"""*Papers*: from nothing to a queue, the inbox decided one by one and taken back, lists, searches."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import paper_export
from app import papers as pages
from app.words import Words
from store import intents, paper_rows, paper_searches, papers, sessions
from store.database import write
from store.errors import JournalReadOnly
from store.paper_queries import make_form
from store.settings import load
from tests.fakes import journal
from tests.fakes.papers import find, state_of, take_up

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]


def press(app: AppTest, key: str) -> AppTest:
    """Press a button and let the page be drawn anew."""
    app.button(key=key).click().run()
    assert not app.exception, app.exception
    return app


def menu(app: AppTest, paper_id: int, entry: str) -> AppTest:
    """Open the menu of a row and press an entry of it."""
    app.session_state[f"paper-menu-{paper_id}"] = True
    app.run()
    return press(app, f"paper-{entry}-{paper_id}-menu")


def downloads(app: AppTest) -> list[bool]:
    """Whether each of the files can be had."""
    return [not getattr(one, "disabled", False) for one in app.get("download_button")]


def id_of(connection: sqlite3.Connection, ref: str) -> int:
    """The row of a paper."""
    return paper_rows.known(connection, ref).id


def test_nothing_is_there_and_five_are_added(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """An empty page says how to have papers; what is pasted is in the queue at once, and arXiv is to be asked."""
    app = open_page("papers")
    assert "No paper is known yet." in shown(app)
    text = "2312.00752\nhttps://arxiv.org/abs/1706.03762v5\n2405.21060\n[a post](https://example.org/post)\nOn seeds\n7"
    app.text_area[0].set_value(text)
    press(app, "papers-add-go")
    seen = shown(app)
    assert "5 papers were added." in seen and "7 names no paper" in seen
    queue = papers.list_papers(connection, ["queue"])
    assert [one.ref for one in queue[:3]] == ["2312.00752", "1706.03762", "2405.21060"] and len(queue) == 5
    (asked,) = intents.open_intents(connection)
    assert asked.kind == "paper_add" and asked.detail["text"].split() == ["2312.00752", "1706.03762", "2405.21060"]
    assert app.text_area[0].value == ""
    app.text_area[0].set_value("1706.03762")
    press(app, "papers-add-go")
    assert "1 was known already." in shown(app)
    app.text_area[0].set_value("7")
    press(app, "papers-add-go")
    assert "that names no paper" in shown(app) and app.text_area[0].value == "7"


def test_the_inbox_is_decided_one_by_one(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """The first in full with its formulas; each decision brings the next, and the last can be taken back."""
    refs = take_up(connection, 4)
    app = open_page("papers")
    text = shown(app)
    assert "**Selective state spaces for long sequences**" in text and r"We bound $|x|_2$ by $5 and more" in text
    assert "newest first" in text
    press(app, "papers-first-queue")
    assert state_of(connection, refs[0]) == "queue" and "Kept: Selective state spaces" in shown(app)
    press(app, "papers-first-dropped")
    press(app, "papers-first-later")
    assert [state_of(connection, ref) for ref in refs] == ["queue", "dropped", "later", "inbox"]
    press(app, "papers-undo")
    assert state_of(connection, refs[2]) == "inbox" and "Dropped: On" in shown(app)
    press(app, "papers-undo")
    assert state_of(connection, refs[1]) == "inbox"
    press(app, f"paper-dropped-{id_of(connection, refs[3])}")
    assert state_of(connection, refs[3]) == "dropped" and state_of(connection, refs[1]) == "inbox"


def test_what_ranks_high_says_why(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """The words that put a paper high stand with it; the best comes first, not the newest."""
    refs = take_up(connection, 3)
    with write(connection):
        paper_rows.write_fields(
            connection, id_of(connection, refs[2]), time.time(), {"score": 2.0, "why": ["拡散", "rate"]}
        )
    text = shown(open_page("papers"))
    assert "high because of: 拡散, rate" in text and "by what you kept and skipped" in text
    assert text.index("拡散モデルの学習率について") < text.index("Selective state spaces")


def test_a_long_inbox_has_pages(connection: sqlite3.Connection, home: Path) -> None:
    """Twenty a page; a page beyond the last is the last."""
    take_up(connection, 45)
    settings = load({"MACHIAI_HOME": str(home)})
    first, beyond = (pages.read_shelf(settings, "inbox", number=number) for number in (1, 9))
    assert len(first.papers) == 20 and first.total == 45
    assert beyond.number == 3 and len(beyond.papers) == 5


def test_the_last_page_may_become_empty(
    connection: sqlite3.Connection, open_page: Open, shown: Shown, home: Path
) -> None:
    """Its only paper decided, the page before it is shown; a key that is pressed twice decides once."""
    refs = take_up(connection, 41)
    app = open_page("papers")
    app.session_state["papers-page-inbox"] = 3
    app.run()
    press(app, "papers-first-dropped")
    assert state_of(connection, refs[40]) == "dropped" and "Gradient noise" in shown(app)
    pages.decide(load({"MACHIAI_HOME": str(home)}), refs[40], "dropped")
    assert len([one for one in papers.history(connection, id_of(connection, refs[40])) if one.kind == "state"]) == 1


def test_the_queue_is_ordered_and_read_from(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Up, down, to the top, urgent first; reading begins a session as long as what is left of the pass."""
    refs = take_up(connection, 3, "queue")
    app = open_page("papers", section="queue")
    press(app, f"paper-up-{id_of(connection, refs[2])}")
    assert [one.ref for one in papers.list_papers(connection, ["queue"])] == [refs[0], refs[2], refs[1]]
    menu(app, id_of(connection, refs[1]), "top")
    menu(app, id_of(connection, refs[2]), "priority2")
    assert [one.ref for one in papers.list_papers(connection, ["queue"])] == [refs[2], refs[1], refs[0]]
    assert "urgent" in shown(app) and "pass 1: about 7 min" in shown(app)
    press(app, f"paper-read-now-{id_of(connection, refs[1])}")
    session = sessions.open_session(connection)
    assert session is not None and (session.kind, session.paper, session.planned) == ("read", refs[1], 420.0)
    assert state_of(connection, refs[1]) == "reading"
    menu(app, id_of(connection, refs[0]), "read")
    assert state_of(connection, refs[0]) == "read"


def test_four_in_reading_are_pointed_out_and_nothing_more(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Three are read well at a time; the fourth is read all the same."""
    refs = take_up(connection, 3, "reading")
    assert "read well" not in shown(open_page("papers", section="reading"))
    take_up(connection, 1, "reading", first=3)
    app = open_page("papers", section="reading")
    assert "4 are being read at a time; 3 are read well." in shown(app)
    press(app, f"paper-read-{id_of(connection, refs[0])}")
    assert state_of(connection, refs[0]) == "read" and "read well" not in shown(app)


def test_what_was_put_aside_comes_back(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Put off with the day it comes back, dropped below; both have a way back."""
    refs = take_up(connection, 2)
    with write(connection):
        papers.set_state(connection, refs[0], "later", time.time())
        papers.set_state(connection, refs[1], "dropped", time.time())
    app = open_page("papers", section="aside")
    assert "comes back 20" in shown(app)
    press(app, f"paper-inbox-{id_of(connection, refs[0])}")
    press(app, f"paper-queue-{id_of(connection, refs[1])}")
    assert [state_of(connection, ref) for ref in refs] == ["inbox", "queue"]
    assert "Nothing was dropped." in shown(app)


def test_a_list_is_cut_down_to_a_tag(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """The tags of all papers are there to choose from."""
    refs = take_up(connection, 2, "read")
    with write(connection):
        papers.change(connection, refs[0], time.time(), tags=["ssm"], lesson="gates matter")
    app = open_page("papers", section="read")
    assert "#ssm" in shown(app) and "gates matter" in shown(app)
    app.session_state["papers-tag-read"] = "ssm"
    app.run()
    text = shown(app)
    assert "Selective state spaces" in text and "bridges" not in text


def test_a_newer_version_and_a_withdrawal_are_marked(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """On what was read already, and wherever it stands."""
    (ref,) = take_up(connection, 1, "read")
    with write(connection):
        papers.take_up(connection, find(0, version=3), time.time())
    assert "v3 is out, v1 was seen" in shown(open_page("papers", section="read"))
    with write(connection):
        papers.take_up(connection, find(0, version=4, withdrawn=True, comment="withdrawn by the authors"), time.time())
    text = shown(open_page("paper", id=ref))
    assert "This paper was withdrawn. withdrawn by the authors" in text and "v4 is out since you read v1" in text


def test_a_search_is_followed_by_a_form(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Categories and words make the query, which is shown; following it asks for its first pull."""
    app = open_page("papers", section="searches")
    assert "No search is followed yet." in shown(app)
    app.multiselect(key="papers-follow-0-categories").set_value(["cs.LG"])
    app.text_input(key="papers-follow-0-title").set_value("state space, mamba")
    app.text_input(key="papers-follow-0-exclude").set_value("survey").run()
    query = 'cat:cs.LG AND (ti:"state space" OR ti:mamba) ANDNOT (ti:survey OR abs:survey)'
    assert query in shown(app)
    press(app, "papers-follow-go")
    (search,) = paper_searches.list_searches(connection)
    assert search.query == query and search.form is not None
    (asked,) = intents.open_intents(connection)
    assert (asked.kind, asked.detail) == ("paper_pull", {"search": search.id})
    assert "not pulled yet" in shown(app)
    press(app, "papers-follow-go")
    assert "a search needs a category or a word to look for" in shown(app)


def test_a_typed_query_that_arxiv_would_not_read_is_told(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """What is wrong stands beside it, what was typed stays in its field."""
    app = open_page("papers", section="searches")
    app.session_state["papers-follow-0-way"] = "typed"
    app.run()
    app.text_area(key="papers-follow-0-query").set_value("cat:cs.LG and ti:mamba").run()
    press(app, "papers-follow-go")
    assert "is written AND in a query" in shown(app)
    assert app.text_area(key="papers-follow-0-query").value == "cat:cs.LG and ti:mamba"
    assert paper_searches.list_searches(connection) == []


def follow(connection: sqlite3.Connection, name: str = "ssm") -> int:
    """Follow a search; its number."""
    with write(connection):
        form = make_form({"categories": ["cs.LG"], "title": ["state space"]})
        return paper_searches.add_search(connection, form, time.time() - 9000, name).id


def test_a_fault_is_named_with_the_last_good_pull(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """On the inbox and under Searches: what went wrong, and since when nothing new is known."""
    number, now = follow(connection), time.time()
    with write(connection):
        paper_searches.record_pull(connection, number, began=now - 7200, ended=now - 7200, outcome="ok", new=3)
        paper_searches.record_pull(
            connection, number, began=now - 60, ended=now - 60, outcome="degraded", reason="“Rate exceeded.”"
        )
    good = Words("en", None).moment(now - 7200, now)
    text = shown(open_page("papers"))
    assert "“ssm” could not be pulled" in text and "“Rate exceeded.”" in text and "Last good pull:" in text
    app = open_page("papers", section="searches")
    text = shown(app)
    assert "incomplete" in text and "“Rate exceeded.”" in text and "last good pull" in text
    assert len(good) == 5 or "-" in good
    app.session_state[f"search-pulls-{number}"] = True
    app.run()
    assert "3 new" in shown(app)


def test_a_search_is_changed_paused_pulled_and_removed(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """With another query it is pulled anew; one that is paused says so; removing leaves its papers."""
    number = follow(connection)
    app = open_page("papers", section="searches")
    press(app, f"search-pull-{number}")
    assert [one.detail for one in intents.open_intents(connection)] == [{"search": number}]
    app.session_state[f"search-menu-{number}"] = True
    app.run()
    press(app, f"search-edit-{number}")
    app.text_input(key=f"papers-search-{number}-title").set_value("mamba").run()
    press(app, f"papers-search-save-{number}")
    assert paper_searches.list_searches(connection)[0].query == "cat:cs.LG AND ti:mamba"
    app.session_state[f"search-menu-{number}"] = True
    app.run()
    press(app, f"search-pause-{number}")
    assert "paused" in shown(app)
    app.session_state[f"search-menu-{number}"] = True
    app.run()
    press(app, f"search-remove-{number}")
    assert paper_searches.list_searches(connection) == []


def test_pull_now_waits_for_the_daemon(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Asked once while it goes on; a silent daemon is told, a refusal says why."""
    follow(connection)
    app = open_page("papers")
    press(app, "papers-pull")
    press(app, "papers-pull") if not app.button(key="papers-pull").disabled else None
    (asked,) = intents.open_intents(connection)
    assert asked.kind == "paper_pull" and asked.detail == {}
    assert "No daemon has run here yet" in shown(app)
    journal.beat(connection, time.time())
    app.run()
    assert "arXiv is being asked for new papers" in shown(app)
    intents.answer(connection, asked.id, "refused", "arXiv wants to be left alone", time.time())
    app.run()
    assert "arXiv wants to be left alone" in shown(app)


def test_a_link_leads_to_another_section(open_page: Open) -> None:
    """A link on the page to another section is followed, also where one was chosen by hand before."""
    app = open_page("papers")
    app.segmented_control[0].set_value("queue").run()
    assert app.query_params["section"] in ("queue", ["queue"])
    app.query_params["section"] = "searches"
    assert app.run().segmented_control[0].value == "searches"


@pytest.mark.parametrize(("form", "part"), [("bib", "@misc{"), ("md", "- [Selective"), ("csv", "2609.00000,1,")])
def test_a_list_is_taken_along(connection: sqlite3.Connection, home: Path, form: str, part: str) -> None:
    """As BibTeX, Markdown or CSV, of the states that are asked for."""
    take_up(connection, 1, "queue")
    take_up(connection, 1, "read", first=1)
    settings = load({"MACHIAI_HOME": str(home)})
    text = paper_export.write_out(settings, form, ("queue",), None, {"queue": "Queue"}).decode()
    assert part in text and "bridges" not in text
    assert "bridges" in paper_export.write_out(settings, form, paper_export.KEPT, None, {}).decode()


def test_some_of_a_list_are_taken_along(connection: sqlite3.Connection, open_page: Open, home: Path) -> None:
    """They are picked by their titles; without any nothing can be downloaded."""
    refs = take_up(connection, 3, "queue")
    app = open_page("papers", section="queue")
    app.session_state["papers-export-queue"] = True
    app.run()
    app.segmented_control(key="papers-export-of-queue").set_value("some").run()
    assert downloads(app) == [False] * 3
    app.multiselect(key="papers-export-picked-queue").set_value(refs[1:]).run()
    assert downloads(app) == [True] * 3
    text = paper_export.write_out(load({"MACHIAI_HOME": str(home)}), "csv", ("queue",), None, {}, refs[1:]).decode()
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == refs[1:]


def test_papers_are_added_with_tags(connection: sqlite3.Connection, open_page: Open) -> None:
    """The tags typed beside the list are on all that it names, and begin anew for the next."""
    app = open_page("papers")
    app.text_area[0].set_value("2312.00752\nOn seeds")
    app.multiselect(key="papers-add-tags").set_value(["ssm"])
    press(app, "papers-add-go")
    assert [one.tags for one in papers.list_papers(connection, ["queue"])] == [("ssm",), ("ssm",)]
    assert app.multiselect(key="papers-add-tags").value == []


def test_an_answer_of_the_daemon_is_said_in_japanese(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """What became of an adding is kept in English and read by whoever looks."""
    follow(connection)
    asked = intents.ask(connection, "paper_add", None, time.time(), {"text": "2312.00752"})
    words = "arXiv is busy (HTTP 503); the papers are kept by their ids, and asked about again later"
    intents.answer(connection, asked, "refused", words, time.time())
    seen = shown(open_page("papers", lang="ja"))
    assert "論文は ID のまま残し、あとで改めて問い合わせます" in seen and "HTTP 503" in seen and "later" not in seen


def test_a_dashboard_that_only_shows_changes_nothing(
    connection: sqlite3.Connection, open_page: Open, shown: Shown, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No button that would; and asked all the same it refuses."""
    (ref,) = take_up(connection, 1)
    follow(connection)
    monkeypatch.setenv("MACHIAI_READ_ONLY", "1")
    for section in ("inbox", "queue", "aside", "searches"):
        app = open_page("papers", section=section)
        assert "only shows" in shown(app)
        assert not [one.key for one in app.button if str(one.key).startswith(("paper", "search-pull"))]
    settings = load({"MACHIAI_HOME": str(home), "MACHIAI_READ_ONLY": "1"})
    with pytest.raises(JournalReadOnly):
        pages.decide(settings, ref, "queue")
    assert state_of(connection, ref) == "inbox"


def test_the_page_speaks_japanese(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Sections, buttons and reasons."""
    take_up(connection, 2)
    text = shown(open_page("papers", locale="ja-JP"))
    assert "論文" in text and "残す" in text and "続き（新しい順" in text
