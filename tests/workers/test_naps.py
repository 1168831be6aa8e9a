"""Sleep of the machine is noticed, kept, and no time in which a training was slow."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import machines
from store.database import open_journal
from workers.naps import CLOCK, SLEPT, NapWatch

HOUR = 3600.0
NOON = 1_795_255_200.0


class Machine:
    """Three clocks that are moved by hand."""

    def __init__(self, connection: sqlite3.Connection, *, has_boot: bool = True) -> None:
        self.connection = connection
        self.wall, self.steady, self.boot = NOON, 1000.0, 1000.0
        self.has_boot = has_boot

    def watch(self, host: str = "lab-1") -> NapWatch:
        """A daemon that begins now."""
        return NapWatch(
            self.connection,
            host,
            clock=lambda: self.wall,
            steady=lambda: self.steady,
            boot=lambda: self.boot if self.has_boot else None,
        )

    def run(self, seconds: float) -> None:
        """It is awake."""
        self.wall, self.steady, self.boot = self.wall + seconds, self.steady + seconds, self.boot + seconds

    def sleep(self, seconds: float) -> None:
        """It sleeps."""
        self.wall, self.boot = self.wall + seconds, self.boot + seconds

    def kinds(self) -> list[str]:
        """What the journal has of it."""
        return [one.kind for one in machines.events_since(self.connection, 0.0)]


@pytest.fixture(name="connection")
def _connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_journal(tmp_path / "journal.db")
    yield connection
    connection.close()


@pytest.mark.parametrize("has_boot", [True, False])
def test_sleep_is_noticed(connection: sqlite3.Connection, has_boot: bool) -> None:
    """As long as it was, up to when the machine was seen awake again; with or without a clock since boot."""
    machine = Machine(connection, has_boot=has_boot)
    watch = machine.watch()
    assert not watch.look()
    machine.run(10)
    machine.sleep(8 * HOUR)
    machine.run(1)
    assert watch.look()
    assert watch.spans == [(NOON + 11, NOON + 11 + 8 * HOUR)]
    assert machine.kinds() == [SLEPT]


def test_a_clock_set_forward(connection: sqlite3.Connection) -> None:
    """Nothing ran in the hour that was left out; it is told apart from sleep where that can be."""
    machine = Machine(connection)
    watch = machine.watch()
    watch.look()
    machine.wall += HOUR
    machine.run(5)
    assert watch.look()
    assert watch.spans == [(NOON + 5, NOON + 5 + HOUR)]
    assert machine.kinds() == [CLOCK]


@pytest.mark.parametrize("seconds", [-HOUR, -5.0, 0.0, 4.0])
def test_nothing_of_note(connection: sqlite3.Connection, seconds: float) -> None:
    """A clock that is slewed, or set back, or a slow look, leaves no trace."""
    machine = Machine(connection)
    watch = machine.watch()
    watch.look()
    machine.wall += seconds
    machine.run(100)
    assert not watch.look()
    assert (watch.spans, machine.kinds()) == ([], [])


def test_it_is_known_after_a_restart(connection: sqlite3.Connection) -> None:
    """The next daemon knows the naps of this machine, and not those of another."""
    machine = Machine(connection)
    watch = machine.watch()
    for _ in range(2):
        watch.look()
        machine.run(60)
        machine.sleep(HOUR)
    watch.look()
    assert machine.watch().spans == watch.spans
    assert len(watch.spans) == 2
    assert machine.watch("lab-2").spans == []
