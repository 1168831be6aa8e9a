"""Finding runs."""

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.catalogue import SORTS, count_states, find_run, list_runs
from store.errors import UnknownRun
from tests.store.rows import end, enter


class TestFindRun:
    """What a person types."""

    def test_an_ambiguous_prefix_names_the_candidates(self, journal: sqlite3.Connection) -> None:
        """A prefix of two ids is refused with both."""
        enter(journal, "261121-140000-aaaa", name="a")
        enter(journal, "261121-140001-bbbb", name="b")
        assert find_run(journal, "261121-140001").name == "b"
        with pytest.raises(UnknownRun, match="more than one") as caught:
            find_run(journal, "261121")
        assert len(caught.value.nearest) == 2

    def test_a_name_wins_over_the_word_last(self, journal: sqlite3.Connection) -> None:
        """Who calls a run `last` gets that run."""
        enter(journal, "261121-140000-aaaa", name="last")
        enter(journal, "261121-140001-bbbb", name="newer", created=1_795_000_009.0)
        assert find_run(journal, "last").name == "last"

    def test_nothing_there(self, journal: sqlite3.Connection) -> None:
        """An empty journal says how to begin."""
        with pytest.raises(UnknownRun, match="machiai run"):
            find_run(journal, "last")

    @pytest.mark.parametrize("reference", ["", " ", "%", "_", "'; DROP TABLE runs; --", "\x00", "\udcff"])
    def test_odd_words_are_unknown_and_harmless(self, journal: sqlite3.Connection, reference: str) -> None:
        """Nothing typed is a pattern or a statement."""
        enter(journal)
        with pytest.raises(UnknownRun):
            find_run(journal, reference)
        assert count_states(journal) == {"queued": 1}


class TestListRuns:
    """A page of many."""

    def test_pages_cover_all_and_overlap_nowhere(self, journal: sqlite3.Connection) -> None:
        """Whatever the order, the pages together are all runs, each once."""
        for number in range(23):
            enter(
                journal, f"261121-1400{number:02d}-aaaa", created=1_795_000_000.0 + number // 2, name=f"n{number % 5}"
            )
        for sort in SORTS:
            pages = [list_runs(journal, sort=sort, limit=10, offset=offset) for offset in (0, 10, 20)]
            ids = [run.id for page in pages for run in page.runs]
            assert len(ids) == len(set(ids)) == 23 == pages[0].total

    def test_every_word_must_be_found_somewhere(self, journal: sqlite3.Connection) -> None:
        """Words may lie in different columns; one that is nowhere empties the page."""
        enter(journal, "261121-140000-aaaa", name="resnet", tags=["augment"], hypothesis="学習率を下げる")
        enter(journal, "261121-140001-bbbb", name="resnet")
        assert list_runs(journal, text="resnet").total == 2
        assert list_runs(journal, text="RESNET augment").total == 1
        assert list_runs(journal, text="学習率").total == 1
        assert list_runs(journal, text="resnet nowhere").total == 0

    def test_signs_of_patterns_are_themselves(self, journal: sqlite3.Connection) -> None:
        """% and _ are looked for, and do not stand for anything."""
        enter(journal, "261121-140000-aaaa", name="acc_90%")
        enter(journal, "261121-140001-bbbb", name="accx90x")
        assert [run.name for run in list_runs(journal, text="c_90%").runs] == ["acc_90%"]

    def test_state_and_project(self, journal: sqlite3.Connection) -> None:
        """Filters narrow together."""
        first = enter(journal, "261121-140000-aaaa", project="p")
        enter(journal, "261121-140001-bbbb")
        end(journal, first, "failed")
        project = list_runs(journal, states=["failed"]).runs[0].project_id
        assert list_runs(journal, project_id=project).total == 1
        assert list_runs(journal, project_id=project, states=["queued"]).total == 0

    @given(text=st.text(max_size=20))
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_any_text_can_be_looked_for(self, journal: sqlite3.Connection, text: str) -> None:
        """No text breaks the query."""
        assert list_runs(journal, text=text).total == 0
