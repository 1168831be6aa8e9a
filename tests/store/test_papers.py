"""Papers that are taken up, decided about, changed and ordered."""

import sqlite3
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import links, papers, search, sessions
from store.database import write
from store.errors import Conflict, PaperError
from store.papers import Find, Taken

NOW = 1_800_000_000.0
DAY = 86400.0
HORIZON = Find(
    "2401.01234", "Horizon", authors=("Jane Roe", "山田 花子"), abstract="We wait for 学習率.", categories=("cs.LG",),
    version=1, published=NOW - DAY, url="https://arxiv.org/abs/2401.01234",
)  # fmt: skip


def take(journal: sqlite3.Connection, find: Find = HORIZON, now: float = NOW, **more: object) -> Taken:
    """Take a find up."""
    with write(journal):
        return papers.take_up(journal, find, now, **more)  # type: ignore[arg-type]


def put(journal: sqlite3.Connection, ref: str, state: str, now: float = NOW) -> int:
    """Decide about a paper."""
    with write(journal):
        return papers.set_state(journal, ref, state, now)


class TestTakingUp:
    """One paper is kept once, whatever tells of it."""

    def test_the_same_again(self, journal: sqlite3.Connection) -> None:
        """It is new once; again it changes nothing and leaves no mark."""
        assert take(journal).is_new
        again = take(journal, now=NOW + 1)
        assert (again.is_new, again.is_updated) == (False, False)
        assert [one.kind for one in papers.history(journal, again.paper.id)] == ["added"]

    @pytest.mark.parametrize("state", ["inbox", "queue", "read", "dropped"])
    def test_a_newer_version(self, journal: sqlite3.Connection, state: str) -> None:
        """It brings its text, and stays where it was; that it is out is said of what was taken up or read."""
        take(journal)
        put(journal, HORIZON.ref, state)
        newer = take(
            journal, replace(HORIZON, version=3, title="Horizon, revised", abstract="We wait longer."), NOW + DAY
        )
        assert (newer.is_new, newer.is_updated, newer.paper.state) == (False, True, state)
        assert (newer.paper.title, newer.paper.version) == ("Horizon, revised", 3)
        assert newer.paper.has_newer is (state in ("queue", "read"))

    def test_an_older_version(self, journal: sqlite3.Connection) -> None:
        """A version is never lowered, as a search may still tell of the one before."""
        take(journal, replace(HORIZON, version=3))
        assert not take(journal, replace(HORIZON, version=2, title="Before", abstract="before")).is_updated
        known = papers.known(journal, HORIZON.ref)
        assert (known.version, known.title) == (3, "Horizon")

    def test_a_withdrawal(self, journal: sqlite3.Connection) -> None:
        """It is marked, and stays in the history."""
        take(journal)
        take(journal, replace(HORIZON, version=2, withdrawn=True, comment="This paper has been withdrawn"))
        known = papers.known(journal, HORIZON.ref)
        assert known.withdrawn and "withdrawn" in [one.kind for one in papers.history(journal, known.id)]
        take(journal, replace(HORIZON, version=1))
        assert papers.known(journal, known.id).withdrawn
        take(journal, replace(HORIZON, version=3))
        assert not papers.known(journal, known.id).withdrawn

    def test_by_doi_and_address(self, journal: sqlite3.Connection) -> None:
        """What is known by another name is the same; what is told with less does not take away."""
        take(journal, replace(HORIZON, doi="10.1000/182"))
        assert not take(journal, Find("", "horizon!", source="bibtex", doi="10.1000/182")).is_new
        assert not take(journal, Find("", "a page", source="web", url=HORIZON.url)).is_new
        assert papers.known(journal, HORIZON.ref).title == "Horizon"
        assert take(journal, Find("", "A blog post", source="web", url="https://example.org/p")).paper.ref.startswith(
            "web-"
        )

    def test_by_title_and_first_author(self, journal: sqlite3.Connection) -> None:
        """An entry of BibTeX without an id is the paper that arXiv tells of later, and the other way round; a post on
        the web, or a paper of somebody else, that bears the same title is not."""
        entry = take(journal, Find("", "horizon", source="bibtex", authors=("Roe, Jane",)), state="queue").paper
        taken = take(journal)
        assert not taken.is_new and taken.paper.id == entry.id
        assert (taken.paper.state, taken.paper.version, taken.paper.title) == ("queue", 1, "Horizon")
        assert not take(journal).is_updated
        assert take(journal, replace(HORIZON, ref="2402.00001", authors=("A. Other",), url=None)).is_new
        post = Find("", "Horizon", source="web", url="https://example.org/horizon")
        assert take(journal, post).is_new
        other = Find("2402.00002", "Seeds", authors=("B. Else",), version=1)
        assert not take(journal, replace(other, ref="", source="bibtex", version=None)).paper.version
        assert not take(journal, other).is_new
        assert not take(journal, Find("", "seeds", source="web")).is_new

    @pytest.mark.parametrize("title", ["", "  \n\t"])
    def test_without_a_title(self, journal: sqlite3.Connection, title: str) -> None:
        """Nothing is kept, and that is said."""
        with pytest.raises(PaperError, match="needs a title"):
            take(journal, Find("2401.00001", title))
        assert papers.count_states(journal)["inbox"] == 0

    def test_it_is_found(self, journal: sqlite3.Connection) -> None:
        """By its abstract, its authors and its id, in Japanese too; and by the lesson that was drawn."""
        take(journal)
        with write(journal):
            papers.change(journal, HORIZON.ref, NOW, lesson="早く止める")
        for text in ("学習率", "Roe", "山田", "2401.01234", "早く止"):
            assert [hit.id for hit in search.search(journal, text, kinds=["paper"])] == [HORIZON.ref], text


class TestDecisions:
    """States, putting off, undo."""

    def test_put_off_and_back(self, journal: sqlite3.Connection) -> None:
        """It comes back to the inbox by itself, once its time has come and not before."""
        take(journal)
        put(journal, HORIZON.ref, "later")
        with write(journal):
            assert papers.wake_due(journal, NOW + papers.LATER_SECONDS - 1) == 0
            assert papers.wake_due(journal, NOW + papers.LATER_SECONDS) == 1
        assert papers.known(journal, HORIZON.ref).state == "inbox"

    def test_undo(self, journal: sqlite3.Connection) -> None:
        """The last decision first, then the one before; after a day none."""
        take(journal)
        put(journal, HORIZON.ref, "queue")
        put(journal, HORIZON.ref, "dropped", NOW + 1)
        with write(journal):
            for state in ("queue", "inbox"):
                back = papers.undo(journal, NOW + 2)
                assert back is not None and back.state == state
            assert papers.undo(journal, NOW + 2) is None
        put(journal, HORIZON.ref, "queue", NOW + 3)
        with write(journal):
            assert papers.undo(journal, NOW + 4 + papers.UNDO_SECONDS) is None

    def test_undo_of_one_that_was_decided_again(self, journal: sqlite3.Connection) -> None:
        """A decision that another followed is not taken back over it."""
        take(journal)
        first = put(journal, HORIZON.ref, "queue")
        put(journal, HORIZON.ref, "read", NOW + 1)
        with pytest.raises(PaperError, match="undo that first"), write(journal):
            papers.undo(journal, NOW + 2, first)
        assert papers.known(journal, HORIZON.ref).state == "read"

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.sampled_from(["inbox", "later", "queue", "reading", "read", "dropped"]), max_size=8))
    def test_all_is_undone(self, journal: sqlite3.Connection, states: list[str]) -> None:
        """Whatever was decided, as many undos bring back what was, field by field."""
        ref = f"2401.{papers.count_states(journal)['inbox']:05d}"
        before = take(journal, replace(HORIZON, ref=ref, url=None)).paper
        for number, state in enumerate(states):
            put(journal, ref, state, NOW + number)
        with write(journal):
            for _ in states:
                papers.undo(journal, NOW + 100)
        after = papers.known(journal, ref)
        assert replace(after, changed=before.changed) == before

    def test_what_there_is_not(self, journal: sqlite3.Connection) -> None:
        """A state that does not exist, and a paper that nobody knows, say what to do."""
        take(journal)
        with pytest.raises(PaperError, match="one of inbox, later"):
            put(journal, HORIZON.ref, "eaten")
        with pytest.raises(PaperError, match="`machiai paper ls` lists them"):
            put(journal, "2499.99999", "queue")


class TestChanging:
    """What a person types, and the order of the queue."""

    def test_two_who_change(self, journal: sqlite3.Connection) -> None:
        """The second is told how it is now; the same words are no conflict."""
        read = take(journal).paper
        with write(journal):
            papers.change(journal, read.ref, NOW, read.revision, lesson="one")
            papers.change(journal, read.ref, NOW, read.revision, lesson="one")
            with pytest.raises(Conflict) as caught:
                papers.change(journal, read.ref, NOW, read.revision, lesson="two")
        assert getattr(caught.value.current, "lesson", None) == "one"

    def test_tags(self, journal: sqlite3.Connection) -> None:
        """Without their sign, each once; too many or too long ones are refused."""
        take(journal, tags=["#拡張", "拡張", " RL ", "rl"])
        assert papers.known(journal, HORIZON.ref).tags == ("拡張", "RL")
        assert papers.all_tags(journal) == ["RL", "拡張"]
        for tags in (["x" * 41], [str(number) for number in range(21)]):
            with pytest.raises(PaperError, match="at most"), write(journal):
                papers.change(journal, HORIZON.ref, NOW, tags=tags)

    @given(moves=st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["up", "down", "top", "bottom"])), max_size=12))
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_the_queue_is_a_list(self, journal: sqlite3.Connection, moves: list[tuple[int, str]]) -> None:
        """Moving about, none is lost or doubled, and the order is that of a list so moved."""
        refs = [f"2402.{number:05d}" for number in range(5)]
        for ref in refs:
            take(journal, Find(ref, ref, version=1), state="inbox")
            put(journal, ref, "inbox")
            put(journal, ref, "queue")
        wanted = list(refs)
        for number, where in moves:
            ref = refs[number]
            at = wanted.index(ref)
            to = {"up": max(0, at - 1), "down": min(4, at + 1), "top": 0, "bottom": 4}[where]
            with write(journal):
                assert papers.move(journal, ref, where, NOW) is (to != at)
            wanted.insert(to, wanted.pop(at))
            assert [one.ref for one in papers.list_papers(journal, ["queue"])] == wanted

    def test_forgetting(self, journal: sqlite3.Connection) -> None:
        """One added by mistake goes with its place in the search; one that a note or session is about does not."""
        take(journal)
        with write(journal):
            links.link(journal, "entry", 1, "paper", HORIZON.ref, NOW)
        with pytest.raises(PaperError, match="drop it instead"), write(journal):
            papers.remove(journal, HORIZON.ref)
        with write(journal):
            links.unlink(journal, "entry", 1, "paper", HORIZON.ref)
            papers.remove(journal, HORIZON.ref)
        assert papers.get(journal, HORIZON.ref) is None
        assert search.search(journal, "学習率") == []
        take(journal, replace(HORIZON, ref="2403.00001", url=None))
        with write(journal):
            sessions.begin(journal, "read", NOW, paper="2403.00001")
        with pytest.raises(PaperError, match="drop it instead"), write(journal):
            papers.remove(journal, "2403.00001")
