"""MLPerf's result lines, of all generations: ``:::MLPv0.5.0 ssd …``, ``:::MLL …`` and ``:::MLLOG {…}``.

Each names one key; most are settings and marks in time, a few are metrics.
"""

import json
import re
from typing import Any

from workers.logs import columns
from workers.logs.formats import Memory
from workers.logs.records import Count, Reading, Record

SIGNS = (":::ML",)
_OLD = re.compile(
    r":::ML(?:Pv[\d.]+ [\w-]+|L) (?P<time>\d+\.\d+) (?:\([^()]{0,200}:\d+\) )?(?P<key>[\w.]{1,60})(?:: (?P<value>.+))?$"
)
_METRIC = re.compile(
    r"(?:eval|train|validation|val)_(?:iteration_)?(?:accuracy|error|loss|mean_score|score|auc|dice|map|wer|bleu|ppl|kits19)"
    r"|(?:eval_)?(?:accuracy|loss)|opt_(?:current|effective)?_?learning_rate|mlm_accuracy|throughput|tracked_stats|win_rate"
)
_EPOCHS = ("epoch_num", "epoch", "epoch_count", "current_epoch_num")
_STEPS = ("iteration", "step_num", "step", "samples_count", "iteration_num")


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is one of MLPerf's lines, also of those that hold no metric."""
    return ":::MLLOG {" in line or _OLD.search(line) is not None


def parse(line: str, memory: Memory) -> Reading | None:
    """The metric of the line, with the epoch or step that it or an earlier line tells."""
    key, value, where, time = _pieces(line)
    position = {**(value if isinstance(value, dict) else {}), **where}
    epoch = next((found for name in _EPOCHS[:2] if (found := columns.to_float(position.get(name))) is not None), None)
    step = next((found for name in _STEPS if (found := columns.to_float(position.get(name))) is not None), None)
    if key in ("train_epoch", "epoch_start", "epoch_stop", "epoch_num") and epoch is None:
        epoch = columns.to_float(value)
    if epoch is not None:
        memory["epoch"] = epoch
    if not _METRIC.fullmatch(key):
        return Reading(counts=(Count("epoch", epoch),)) if epoch is not None and key != "eval_size" else None
    if isinstance(value, dict) and "value" in value:
        value = value["value"]
    numbers = value if isinstance(value, dict) else {key: value}
    values = {name: number for name, cell in numbers.items() if (number := columns.to_float(cell)) is not None}
    if not values or (key.startswith("opt_") and step is None and epoch is None):
        return None
    if step is not None:
        unit = "sample" if "samples_count" in position and "step_num" not in position else "iteration"
        return Reading([Record(values, step=step, epoch=epoch, unit=unit, time=time)])
    epoch = memory.get("epoch") if epoch is None else epoch
    return Reading([Record(values, epoch=epoch, time=time)])


def _pieces(line: str) -> tuple[str, Any, dict[str, Any], float | None]:
    """Key, value, metadata and time of a line."""
    begin = line.find(":::MLLOG {")
    if begin >= 0:
        found = _json(line[begin + 9 :].strip())
        if not isinstance(found, dict):
            return "", None, {}, None
        where = found.get("metadata")
        where = where if isinstance(where, dict) else {}
        return str(found.get("key")), found.get("value"), where, columns.moment(found.get("time_ms"))
    match = _OLD.search(line)
    if match is None:
        return "", None, {}, None
    value = _json(match["value"]) if match["value"] else None
    where = value.get("metadata") if isinstance(value, dict) else None
    if isinstance(value, dict) and isinstance(where, dict):
        value = value.get("value")
    return match["key"], value, where if isinstance(where, dict) else {}, columns.moment(match["time"])


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
