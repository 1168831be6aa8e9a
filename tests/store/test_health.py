"""How the machine is by the journal: what only history tells, idleness and growing swap."""

import sqlite3
from collections.abc import Callable

import pytest

from store import health, machines, samples
from store.database import write
from store.machines import GPUS, HOST

NOW = 1_795_230_000.0
GIB = 1 << 30
RUN = "261121-140233-k3vq"


@pytest.fixture(name="kept")
def _kept(journal: sqlite3.Connection) -> Callable[..., None]:
    """Keeps a figure every 10 s of a stretch of time, as a daemon does, folded into the series each minute."""

    def kept(subject: str, name: str, begin: float, end: float, value: Callable[[float], float]) -> None:
        moment = begin
        while moment < end:
            with write(journal):
                for _ in range(6):
                    samples.keep(journal, moment, [(subject, name, value(moment))])
                    moment += 10.0
                samples.fold(journal, moment)

    return kept


def read_gpu(journal: sqlite3.Connection, utilisation: int = 0) -> None:
    """One GPU, its memory held by a run."""
    process = {"pid": 41, "memory": 20 * GIB, "run": RUN, "visible": True}
    card = {"index": 0, "uuid": "GPU-0", "name": "RTX", "utilisation": utilisation, "processes": [process]}
    with write(journal):
        machines.record_reading(journal, GPUS, "okada", host="okada", as_of=NOW, data={"status": "ok", "gpus": [card]})


def test_an_empty_journal_has_no_findings(journal: sqlite3.Connection) -> None:
    """Before the first reading nothing is wrong."""
    assert health.read_findings(journal, NOW) == []


def test_a_run_that_holds_a_gpu_idle(
    journal: sqlite3.Connection, launched: Callable[..., str], kept: Callable[..., None]
) -> None:
    """Work until 20 minutes ago, nothing since: told by the run's name and for how long."""
    launched(RUN, name="resnet-aug")
    kept("gpu:GPU-0", "utilisation", NOW - 3600, NOW, lambda moment: 90.0 if moment < NOW - 1200 else 0.0)
    read_gpu(journal)
    (found,) = health.read_findings(journal, NOW)
    assert (found.kind, found.values["run"]) == ("idle", "resnet-aug")
    assert 1080 <= found.values["length"] <= 1260


def test_a_busy_gpu_is_not_idle(journal: sqlite3.Connection, kept: Callable[..., None]) -> None:
    """A validation of ten minutes, or one busy sample within the quarter of an hour, is work."""
    kept("gpu:GPU-0", "utilisation", NOW - 3600, NOW, lambda moment: 90.0 if moment == NOW - 600 else 0.0)
    read_gpu(journal)
    assert health.read_findings(journal, NOW) == []


def test_unknown_time_is_not_idle_time(journal: sqlite3.Connection, kept: Callable[..., None]) -> None:
    """A daemon that was away for an hour does not know that the GPU was idle in it."""
    kept("gpu:GPU-0", "utilisation", NOW - 7200, NOW - 3900, lambda _: 0.0)
    kept("gpu:GPU-0", "utilisation", NOW - 300, NOW, lambda _: 0.0)
    read_gpu(journal)
    assert health.read_findings(journal, NOW) == []
    assert 240 <= health.idle_for(journal, "GPU-0", NOW) <= 360
    assert health.idle_for(journal, "GPU-7", NOW) == 0.0


def test_growing_swap(journal: sqlite3.Connection, kept: Callable[..., None]) -> None:
    """Swap that grew by half a GiB in ten minutes is told; swap that shrinks is not."""
    data = {"memory_total": 64 * GIB, "memory_available": 30 * GIB, "swap_used": 3 * GIB}
    with write(journal):
        machines.record_reading(journal, HOST, "okada", host="okada", as_of=NOW, data=data)
    kept("host:okada", "swap", NOW - 600, NOW, lambda moment: 2 * GIB + (moment - NOW + 600) / 600 * GIB)
    (found,) = health.read_findings(journal, NOW)
    assert found.kind == "swap"
    assert 0.9 * GIB < health.swap_growth(journal, "okada", NOW) < 1.1 * GIB
    kept("host:other", "swap", NOW - 600, NOW, lambda moment: NOW - moment)
    assert health.swap_growth(journal, "other", NOW) == 0.0
