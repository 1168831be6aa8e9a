"""Signs of life."""

import sqlite3

from store.heartbeats import Heartbeat, beat, is_alive, read_heartbeats, silent_for


def test_the_newest_sign_of_each_worker_is_kept(journal: sqlite3.Connection) -> None:
    """One row a worker, the daemon's first."""
    beat(journal, [Heartbeat("ingest", 7, 1.0, 10.0, "ok"), Heartbeat("daemon", 7, 1.0, 10.0, "ok")])
    beat(journal, [Heartbeat("daemon", 8, 2.0, 20.0, "unhealthy", "outbox")])
    assert [(one.worker, one.pid, one.beat, one.detail) for one in read_heartbeats(journal)] == [
        ("daemon", 8, 20.0, "outbox"),
        ("ingest", 7, 10.0, None),
    ]


def test_silence_begins_after_half_a_minute() -> None:
    """A daemon heard 30 s ago is alive, 31 s ago silent; never heard and stopped are neither."""
    beats = [Heartbeat("daemon", 7, 1.0, 100.0, "ok")]
    assert is_alive(beats, 130.0)
    assert not is_alive(beats, 131.0)
    assert silent_for(beats, 131.0) == 31.0
    assert silent_for(beats, 90.0) == 0.0
    assert silent_for([], 131.0) is None
    assert silent_for([Heartbeat("daemon", 7, 1.0, 100.0, "stopped")], 101.0) is None
