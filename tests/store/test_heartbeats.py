"""Who is alive."""

import sqlite3

from store.heartbeats import DAEMON, Heartbeat, beat, is_alive, read_heartbeats, silent_for


def test_rewritten(journal: sqlite3.Connection) -> None:
    """A worker has one row, the daemon's comes first."""
    beat(journal, [Heartbeat("alpha", 1, 1.0, 2.0, "ok"), Heartbeat(DAEMON, 1, 1.0, 2.0, "ok")])
    beat(journal, [Heartbeat("alpha", 1, 1.0, 5.0, "unhealthy", "it broke")])
    found = read_heartbeats(journal)
    assert [one.worker for one in found] == [DAEMON, "alpha"]
    assert (found[1].beat, found[1].status, found[1].detail) == (5.0, "unhealthy", "it broke")


def test_silence() -> None:
    """The daemon is alive for half a minute after its last beat, and not when it said goodbye or never spoke."""
    heard = [Heartbeat(DAEMON, 1, 1.0, 100.0, "ok")]
    assert (silent_for(heard, 110.0), is_alive(heard, 130.0), is_alive(heard, 130.1)) == (10.0, True, False)
    assert silent_for(heard, 90.0) == 0.0
    for other in ([], [Heartbeat("alpha", 1, 1.0, 100.0, "ok")], [Heartbeat(DAEMON, 1, 1.0, 100.0, "stopped")]):
        assert (silent_for(other, 101.0), is_alive(other, 101.0)) == (None, False)
