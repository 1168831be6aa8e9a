"""What `machiai show` says of a run's measurements: progress, time left and metrics."""

import math
import sqlite3
import time
from typing import Any

from store.curves import resolved_count, resolved_extent
from store.durations import spell
from store.legs import LEGS_OF_LAUNCH
from store.metrics import in_order, merge_sources
from store.progress import Progress, read_progress
from store.runs import Run
from store.series import Series, list_series

_SHOWN = 12


def measures(connection: sqlite3.Connection, run: Run) -> dict[str, Any]:
    """The keys ``progress``, ``eta`` and ``metrics`` of `show --json`; a number that JSON has no word for is the text
    ``nan``, ``inf`` or ``-inf``."""
    progress = read_progress(connection, run.id)
    merged = merge_sources(list_series(connection, run.id))
    extents = {name: _extent(connection, one) for name, one in merged.items()}
    return {
        "progress": _progress(progress),
        "eta": _eta(progress) if run.is_active else None,
        "metrics": {
            name: {
                "count": resolved_count(connection, merged[name].id),
                "last": spell_number(merged[name].last),
                "last_step": spell_number(merged[name].last_step),
                "min": spell_number(extents[name][0]),
                "max": spell_number(extents[name][1]),
                "unit": merged[name].unit,
                "nans": merged[name].nans,
                "source": merged[name].source,
            }
            for name in in_order(merged)
        },
    }


def _extent(connection: sqlite3.Connection, one: Series) -> tuple[float | None, float | None]:
    """The lowest and highest value, of the job's own launch where an earlier one stands in the same log."""
    return resolved_extent(connection, one.id) if one.last_leg >= LEGS_OF_LAUNCH else (one.low, one.high)


def lines(connection: sqlite3.Connection, run: Run) -> list[tuple[str, str]]:
    """The same for people: label and text."""
    said = []
    progress = read_progress(connection, run.id)
    if progress is not None and progress.done is not None:
        said.append(("progress", _in_words(progress)))
        if run.is_active and progress.eta_at is not None:
            said.append(("time left", _left(progress, time.time())))
    merged = merge_sources(list_series(connection, run.id))
    names = in_order(merged)
    for name in names[:_SHOWN]:
        one = merged[name]
        last = "nan" if math.isnan(one.last) else f"{one.last:.5g}"
        count = resolved_count(connection, one.id)
        said.append(("metric", f"{name}  {last} at {one.unit} {one.last_step:.10g}  ({count} values)"))
    if len(names) > _SHOWN:
        said.append(("metric", f"and {len(names) - _SHOWN} more; `machiai export {run.id}` writes all"))
    return said


def brief(progress: Progress | None, now: float) -> str:
    """``15 %, 2 m left  `` for a line of a list; empty where nothing is known."""
    if progress is None or progress.share is None:
        return ""
    left = f", {spell(max(0.0, progress.eta_at - now))} left" if progress.eta_at is not None else ""
    return f"{100 * progress.share:.0f} %{left}  "


def spell_number(value: float | None) -> float | str | None:
    """A number for JSON."""
    if value is None or math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def _progress(progress: Progress | None) -> dict[str, Any] | None:
    if progress is None or progress.done is None:
        return None
    return {
        "done": progress.done,
        "total": progress.total,
        "unit": progress.unit,
        "phase": progress.phase,
        "levels": list(progress.levels),
        "as_of": progress.updated,
    }


def _eta(progress: Progress | None) -> dict[str, Any] | None:
    if progress is None or progress.eta_at is None:
        return None
    return {
        "at": progress.eta_at,
        "low": progress.eta_low,
        "high": progress.eta_high,
        "source": progress.eta_source,
    }


def _in_words(progress: Progress) -> str:
    done = f"{progress.done:.10g}"
    text = f"{done} of {progress.total:.10g} {progress.unit}s" if progress.total else f"{progress.unit} {done}"
    return f"{text} ({100 * progress.share:.0f} %)" if progress.share is not None else text


def _left(progress: Progress, now: float) -> str:
    assert progress.eta_at is not None
    text = f"about {spell(max(0.0, progress.eta_at - now))}"
    if progress.eta_low is not None and progress.eta_high is not None:
        text += f", {spell(max(0.0, progress.eta_low - now))} to {spell(max(0.0, progress.eta_high - now))}"
    return f"{text} ({progress.eta_source})" if progress.eta_source else text
