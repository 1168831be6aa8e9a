"""The latest reading of each kind and subject, and the events of machines."""

import sqlite3

import pytest

from store import machines
from store.database import write
from store.machines import DISKS, GPUS, USAGE


def test_the_latest_reading_wins(journal: sqlite3.Connection) -> None:
    """A newer reading takes the place of the one before, an older one that comes late does not."""
    with write(journal):
        for as_of, share in ((10.0, 1), (12.0, 2), (11.0, 3)):
            machines.record_reading(journal, GPUS, "lab1", host="lab1", as_of=as_of, data={"share": share})
    reading = machines.read_reading(journal, GPUS, "lab1")
    assert reading == machines.Reading(GPUS, "lab1", "lab1", 12.0, {"share": 2})


def test_readings_of_a_kind(journal: sqlite3.Connection) -> None:
    """Kinds and subjects do not mix; what is forgotten is gone, and it alone."""
    with write(journal):
        for subject in ("run-b", "run-a"):
            machines.record_reading(journal, USAGE, subject, host="lab1", as_of=1.0, data={"cpu": None})
        machines.record_reading(journal, DISKS, "run-a", host="lab2", as_of=2.0, data={})
    assert [one.subject for one in machines.read_readings(journal, USAGE)] == ["run-a", "run-b"]
    assert machines.read_readings(journal, GPUS) == []
    with write(journal):
        machines.forget_reading(journal, USAGE, "run-a")
    assert [one.subject for one in machines.read_readings(journal, USAGE)] == ["run-b"]
    assert machines.read_reading(journal, DISKS, "run-a") is not None


def test_a_command_that_is_not_utf8(journal: sqlite3.Connection) -> None:
    """Japanese stays as it is; bytes that were no UTF-8 show question marks instead of failing the write."""
    with write(journal):
        machines.record_reading(
            journal, GPUS, "lab1", host="lab1", as_of=1.0, data={"command": "学習 \udcff\udcfe", "share": 1e300}
        )
    reading = machines.read_reading(journal, GPUS, "lab1")
    assert reading is not None
    assert reading.data == {"command": "学習 ??", "share": 1e300}


def test_an_event_is_noted_once(journal: sqlite3.Connection) -> None:
    """The same event of the same subject and moment is known the second time; another host's is another."""
    with write(journal):
        assert machines.record_event(journal, "lab1", "gpu:A", "xid", 5.0, {"xid": 79})
        assert not machines.record_event(journal, "lab1", "gpu:A", "xid", 5.0, {"xid": 79, "source": "kernel"})
        assert machines.record_event(journal, "lab2", "gpu:A", "xid", 5.0)
        assert machines.record_event(journal, "lab1", "gpu:A", "lost", 5.0)
    assert [event.detail for event in machines.events_since(journal, 0.0, kinds=["xid"])] == [{}, {"xid": 79}]


@pytest.mark.parametrize(
    ("since", "subject", "kinds", "times"),
    [
        (0.0, None, (), [4.0, 3.0, 2.0, 1.0]),
        (2.0, None, (), [4.0, 3.0, 2.0]),
        (0.0, "gpu:B", (), [4.0, 3.0]),
        (0.0, "gpu:A", ("lost", "returned"), [2.0, 1.0]),
        (0.0, None, ("xid",), [4.0]),
        (5.0, None, (), []),
    ],
)
def test_events_are_found(
    journal: sqlite3.Connection, since: float, subject: str | None, kinds: tuple[str, ...], times: list[float]
) -> None:
    """Newest first: from a moment on, of one subject, of some kinds."""
    with write(journal):
        for time, name, kind in (
            (1.0, "gpu:A", "lost"),
            (3.0, "gpu:B", "lost"),
            (2.0, "gpu:A", "returned"),
            (4.0, "gpu:B", "xid"),
        ):
            machines.record_event(journal, "lab1", name, kind, time)
    found = machines.events_since(journal, since, subject=subject, kinds=kinds)
    assert [event.time for event in found] == times


def test_old_events_are_dropped(journal: sqlite3.Connection) -> None:
    """What befell the machine before a moment is dropped, the rest stays."""
    with write(journal):
        for moment in (1.0, 2.0, 3.0):
            machines.record_event(journal, "lab1", "gpu:A", "xid", moment)
        assert machines.trim_events(journal, 2.0) == 1
    assert [event.time for event in machines.events_since(journal, 0.0)] == [3.0, 2.0]
