"""One request at a time and one in three seconds, whoever asks."""

import multiprocessing
import multiprocessing.synchronize
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from store import paper_gate
from store.database import open_journal, write
from store.settings import Settings, load
from tests.fakes.arxiv_server import ArxivServer, samples
from tests.workers.papers.conftest import NOW, Clock
from workers.papers.gate import Gate, NotNow, Stopped


def ask_often(home: str, url: str, count: int) -> None:
    """What another process of ours does: ask ``count`` times."""
    from workers.papers.arxiv_client import ArxivClient

    settings = load({"MACHIAI_HOME": home, "MACHIAI_ARXIV_URL": url})
    connection = open_journal(settings.journal)
    client = ArxivClient(Gate(connection, settings), settings)
    for _ in range(count):
        client.search("all:sample", 0, 10)
    connection.close()


class TestTurns:
    """Waiting for a turn."""

    def test_three_seconds_lie_between_two_turns(self, gate: Gate, clock: Clock, journal: sqlite3.Connection) -> None:
        """The second begins three seconds after the first has ended."""
        with gate.request() as turn:
            clock.now += 2
            turn.answered()
        with gate.request():
            began = clock()
        assert began == NOW + 2 + paper_gate.SPACING_SECONDS
        assert paper_gate.read_gate(journal).next_allowed == began + paper_gate.SPACING_SECONDS

    def test_the_time_is_kept_before_the_request(self, gate: Gate, journal: sqlite3.Connection) -> None:
        """Whoever dies in the middle of a request leaves the three seconds behind, and no lock."""
        with gate.request():
            assert paper_gate.read_gate(journal).next_allowed == NOW + paper_gate.SPACING_SECONDS

    def test_a_short_refusal_is_waited_out_a_long_one_is_not(self, gate: Gate, clock: Clock) -> None:
        """Where arXiv wants to be left alone for minutes, that is said at once, with the reason and until when."""
        with gate.request() as turn:
            turn.refused("busy", 7.0)
        with gate.request() as turn:
            assert clock() == NOW + 7
            assert turn.refused("very busy", 600.0) == NOW + 607
        assert gate.until() == NOW + 607
        with pytest.raises(NotNow, match="very busy") as caught, gate.request():
            pytest.fail("this was no turn")
        assert caught.value.until == NOW + 607

    def test_an_end_is_noticed_while_waiting(self, gate: Gate, at_arxiv: Settings, clock: Clock) -> None:
        """A daemon that is to stop does not wait for its turn."""
        with gate.request():
            pass
        ending = Gate(gate.connection, at_arxiv, clock, sleep=lambda _: True)
        with pytest.raises(Stopped), ending.request():
            pytest.fail("this was no turn")

    def test_who_holds_the_turn_keeps_others_out(
        self, gate: Gate, journal: sqlite3.Connection, at_arxiv: Settings, clock: Clock
    ) -> None:
        """Another gate on the same folder waits, and gives up after a while, saying why."""
        steady = iter([0.0, 1.0, 1000.0])
        other = Gate(journal, at_arxiv, clock, sleep=clock.sleep, steady=lambda: next(steady))
        with gate.request(), pytest.raises(NotNow, match="another pull"), other.request():
            pytest.fail("there were two turns")

    def test_a_restart_remembers(self, gate: Gate, at_arxiv: Settings, clock: Clock) -> None:
        """What arXiv asked for holds for another process with another connection."""
        with gate.request() as turn:
            turn.refused("busy")
        with_new = open_journal(at_arxiv.journal)
        assert Gate(with_new, at_arxiv, clock).until() == NOW + 30
        with_new.close()

    def test_success_forgets_refusals(self, gate: Gate, journal: sqlite3.Connection) -> None:
        """After a good answer the next refusal waits thirty seconds again."""
        with write(journal):
            for _ in range(3):
                paper_gate.note_refusal(journal, NOW - 500, "busy")
        with gate.request() as turn:
            turn.answered()
        with gate.request() as turn:
            turn.refused("busy")
        assert gate.until() == gate.clock() + 30


def hold_for_ever(home: str, url: str, began: "multiprocessing.synchronize.Event") -> None:
    """A process of ours that never comes back from its request."""
    settings = load({"MACHIAI_HOME": home, "MACHIAI_ARXIV_URL": url})
    connection = open_journal(settings.journal)
    with Gate(connection, settings).request():
        began.set()
        time.sleep(600)


def test_the_turn_of_a_process_that_was_killed_is_free(home: Path, journal: sqlite3.Connection) -> None:
    """The lock goes with its holder; the three seconds since its request are kept all the same."""
    spawn = multiprocessing.get_context("spawn")
    began = spawn.Event()
    process = spawn.Process(target=hold_for_ever, args=(str(home), "http://127.0.0.1:9", began))
    process.start()
    assert began.wait(30)
    asked = paper_gate.read_gate(journal).next_allowed - paper_gate.SPACING_SECONDS
    process.kill()
    process.join()
    with Gate(journal, load({"MACHIAI_HOME": str(home)})).request():
        assert 3 <= time.time() - asked < 30


def test_several_processes_share_the_turns(
    home: Path, journal: sqlite3.Connection, wait_for: Callable[..., None]
) -> None:
    """Three processes that ask as fast as they may make one request at a time, three seconds apart."""
    spawn = multiprocessing.get_context("spawn")
    with ArxivServer(samples(3)) as server:
        began = time.monotonic()
        processes = [spawn.Process(target=ask_often, args=(str(home), server.url, count)) for count in (2, 1, 1)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
        assert [process.exitcode for process in processes] == [0, 0, 0]
        assert len(server.requests) == 4 and server.most_at_once == 1
        assert server.shortest_gap() >= 3
        assert time.monotonic() - began < 30
