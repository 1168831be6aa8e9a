"""What the runs of a week took of the GPUs."""

import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.weekly.gpu_use import QUARTER
from store.weekly.runs import read_times
from store.weekly.spans import Span, length


@dataclass(frozen=True)
class Holding:
    """For how many seconds a run held a GPU, and for how many of these the GPU did nothing for it."""

    run_id: str
    gpu: str
    held: float
    idle: float


def reckon_gpu(holdings: Iterable[Holding], times: Mapping[str, Sequence[Span]]) -> dict[str, Any]:
    """The figures of the GPUs; ``times`` are those of the runs that were at work, by id.

    A GPU that two runs held at once counts for each. Of runs ``without`` any it is not known that they held one: they
    were on the CPU alone, on another machine, or nobody watched.
    """
    held = list(holdings)
    known = {one.run_id for one in held}
    without = [spans for run_id, spans in times.items() if run_id not in known]
    return {
        "seconds": sum(one.held for one in held),
        "idle_seconds": sum(one.idle for one in held),
        "gpus": len({one.gpu for one in held}),
        "without_runs": len(without),
        "without_seconds": sum(length(spans) for spans in without),
    }


def read_holdings(connection: sqlite3.Connection, begin: float, until: float) -> list[Holding]:
    """What the runs held in the quarters of an hour that begin between two moments."""
    rows = connection.execute(
        "SELECT run_id, gpu, sum(held) AS held, sum(idle) AS idle FROM gpu_use WHERE quarter >= ? AND quarter < ? "
        "AND held > 0 GROUP BY run_id, gpu ORDER BY run_id, gpu",
        (math.ceil(begin / QUARTER), math.ceil(until / QUARTER)),
    )
    return [Holding(**row) for row in rows]


def read_held(connection: sqlite3.Connection, begin: float, until: float) -> float:
    """Only their seconds, for a trend."""
    row = connection.execute(
        "SELECT sum(held) FROM gpu_use WHERE quarter >= ? AND quarter < ?",
        (math.ceil(begin / QUARTER), math.ceil(until / QUARTER)),
    ).fetchone()
    return float(row[0] or 0.0)


def read_gpu(connection: sqlite3.Connection, begin: float, until: float) -> dict[str, Any]:
    """The figures that the journal has of the GPUs between two moments; see :func:`reckon_gpu`."""
    return reckon_gpu(read_holdings(connection, begin, until), read_times(connection, begin, until))
