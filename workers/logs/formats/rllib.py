"""Ray: RLlib's and Tune's result blocks in YAML, the boxes that replaced them, and Tune's table of trials.

A block (``Result for PPO_…:``) is sorted by name, so that ``training_iteration`` comes last; it is read there. Metrics
of the trials after the first carry the trial's name, and only the main ones are kept.
"""

import re
from typing import Any

from workers.logs import columns, names
from workers.logs.formats import Memory
from workers.logs.records import Count, Reading, Record

SIGNS = ("Result for ", " finished iteration ", "Number of trials: ", "Trial name", "\u2502", "  ")
_BLOCK = re.compile(r"Result for (?P<trial>[^\s:]{1,200}):\s*$")
_ROW = re.compile(r"(?P<indent> {2,40})(?P<name>[^\s:#'\"{\[-][^:]{0,120}):(?: (?P<value>\S.*)?)?$")
_ITEM = re.compile(r" {2,40}(?:- |[\]}\d'\"-])")
_FINISHED = re.compile(r"(?P<trial>Training|Trial \S{1,200}) finished iteration (?P<done>\d+) at ")
_BOX_ROW = re.compile(r"\u2502 (?P<name>\S(?: ?\S){0,100}+) {2,}(?P<value>\S.*?) *\u2502\s*$")
_BOX_EDGE = re.compile(r"[\u2500-\u257f]{5,}\s*$|\u2502 [^\u2502]{1,120}\u2502\s*$")
_TRIALS = re.compile(r"Number of trials: (?P<shown>\d+)(?:/(?P<total>\d+))? \((?P<states>[^()]{1,200})\)")
_TERMINATED = re.compile(r"(\d+) TERMINATED")
_MOST = 1000


def recognise(line: str, memory: Memory) -> bool:
    """Whether it opens a block, a box or a table, or belongs to the one that is open."""
    kind = memory.get("kind") if memory.get("open") else None
    if kind == "yaml":
        if _ROW.match(line) or _ITEM.match(line):
            return True
        memory["open"] = False  # closing is all that asking changes
    elif kind == "box":
        if _BOX_EDGE.match(line) or _BOX_ROW.match(line):
            return True
    elif kind == "table" and line.startswith(("|", "+-")):
        return True
    return bool(_BLOCK.match(line) or _FINISHED.search(line) or _TRIALS.search(line)) or _heads_table(line)


def parse(line: str, memory: Memory) -> Reading | None:
    """The result of an iteration, or how many trials are over."""
    block = _BLOCK.match(line)
    if block:
        memory.update(open=True, kind="yaml", trial=_name_of(block["trial"], memory), path=[], rows={}, seen=True)
        return None
    finished = _FINISHED.search(line)
    if finished:
        done = float(finished["done"][:15])
        memory.update(open=True, kind="box", trial=_name_of(finished["trial"], memory), step=done, seen=True, left=200)
        return Reading(counts=(Count("iteration", done),)) if not memory["trial"] else None
    trials = _TRIALS.search(line)
    if trials:
        total = float((trials["total"] or trials["shown"])[:15])
        over = _TERMINATED.search(trials["states"])
        return Reading(counts=(Count("trial", float(over[1]) if over else 0.0, total),)) if total > 1 else None
    if _heads_table(line):
        memory.update(open=True, kind="table", header=_cells(line))
        return None
    kind = memory.get("kind")
    if kind == "yaml":
        return _yaml(line, memory)
    if kind == "box":
        return _box(line, memory)
    return _table(line, memory) if kind == "table" else None


def _name_of(trial: str, memory: Memory) -> str:
    """What the names of a trial's metrics begin with: nothing for the first trial."""
    known = memory.setdefault("trials", [])
    if trial not in known and len(known) < _MOST:
        known.append(trial)
    return "" if known and known[0] == trial else trial.removeprefix("Trial ") + "/"


def _yaml(line: str, memory: Memory) -> Reading | None:
    row = _ROW.match(line)
    if row is None:
        return None
    indent, name, text = len(row["indent"]), row["name"].strip(), row["value"]
    path: list[Any] = memory["path"]
    while path and path[-1][0] >= indent:
        path.pop()
    if text is None:
        path.append([indent, name])
        return None
    value = columns.to_float(text.strip())
    rows: dict[str, float] = memory["rows"]
    if value is not None and len(rows) < _MOST:
        rows["/".join([*(part for _, part in path), name])] = value
    if name != "training_iteration" or value is None or path:
        return None
    memory["rows"] = {}
    return _result(rows, value, memory["trial"])


def _result(rows: dict[str, float], done: float, trial: str) -> Reading | None:
    parts = columns.assign(list(rows))
    values = {
        trial + name: value
        for name, value in rows.items()
        if name != "training_iteration" and name not in parts.never and columns.moment(value) is None
        if not trial or ("/" not in name and names.is_metric(name))
    }
    counts = () if trial else (Count("iteration", done),)
    return Reading([Record(values, step=done, unit="iteration")], counts) if values else None


def _box(line: str, memory: Memory) -> Reading | None:
    memory["left"] -= 1
    if line.startswith("\u2570") or memory["left"] < 0:
        memory["open"] = False
    row = _BOX_ROW.match(line)
    value = columns.to_float(row["value"].replace(" ", "")) if row else None
    if row is None or value is None or row["name"] == "training_iteration":
        return None
    reading = _result({row["name"]: value}, memory["step"], memory["trial"])
    if reading is not None:
        reading.counts = ()
    return reading


def _heads_table(line: str) -> bool:
    return line.startswith("| Trial name ") and " iter |" in line


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _table(line: str, memory: Memory) -> Reading | None:
    """A row of the table of trials; only where no result blocks say more."""
    header: list[str] = memory["header"]
    cells = _cells(line)
    if memory.get("seen") or len(cells) != len(header) or cells[0].startswith("-"):
        return None
    begin = header.index("iter")
    step = columns.to_float(cells[begin])
    values = {
        name: value
        for name, cell in list(zip(header, cells, strict=True))[begin + 1 :]
        if name not in ("ts", "") and (value := columns.to_float(cell)) is not None
    }
    if step is None or not values:
        return None
    trial = _name_of(cells[0], memory)
    if memory.setdefault("rows_seen", {}).get(trial) == step:
        return None  # the table is printed anew every few seconds
    memory["rows_seen"][trial] = step
    values = {trial + name: value for name, value in values.items() if not trial or names.is_metric(name)}
    counts = () if trial else (Count("iteration", step),)
    return Reading([Record(values, step=step, unit="iteration")], counts) if values else None
