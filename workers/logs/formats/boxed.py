"""Tables of two columns between rules, as reinforcement learning prints them: Stable-Baselines, Spinning Up, baselines.

    ----------------------------------
    | rollout/           |          |      a section, whose rows are indented
    |    ep_rew_mean     | 1.27e+03 |
    ----------------------------------

Also without boxes (garage, rlkit: a rule of two parts above and below). Other output may stand between the rows, so a
table is read when its closing rule comes. A rule is as wide as its rows, by which a table is told from others.
"""

import re
from typing import Any

from workers.logs import columns
from workers.logs.formats import Memory
from workers.logs.numbers import to_number
from workers.logs.records import Count, Reading, Record

SIGNS = ("-----", "|")
_RULE = re.compile(r"\s*-{10,}\s*$")
_SPLIT_RULE = re.compile(r"\s*-{3,} {2,}-{3,}\s*$")
_ROW = re.compile(r"\|(?P<indent> *)(?P<name>[^|\s](?:[^|]*[^|\s])?) *\| *(?P<value>[^|\s](?:[^|]*[^|\s])?)? *\|\s*$")
_BARE_ROW = re.compile(r"(?P<name>\S(?: ?\S){0,80}+) {2,}(?P<value>[-+]?[\d.]\S*|nan|-?inf|None)\s*$")
_ROUNDED = re.compile(r"\d(?:\.\d+)?e\+\d+$")
_STEPS = (
    ("timestep", ("total_timesteps", "timesteps_so_far", "total_timestep", "num_timesteps")),
    ("step", ("step", "steps", "global_step", "total_steps")),
    ("epoch", ("epoch", "itr", "iteration")),
    ("timestep", ("total_env_interacts", "total_env_steps", "total_interacts", "timesteps", "frames")),
    ("episode", ("episodes_so_far", "episodes", "num_episodes", "episode")),
    ("update", ("nupdates", "n_updates", "updates")),
    ("iteration", ("iterations", "iter")),
)
_RANKS = {name: (rank, unit) for rank, (unit, names) in enumerate(_STEPS) for name in names}
_SLACK = 2
_MOST_ROWS = 500


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is a rule, or a row in a table as wide as the rule above it."""
    if _RULE.match(line) or _SPLIT_RULE.match(line):
        return True
    if not memory.get("open"):
        return False
    if memory.get("bare"):
        if len(line.rstrip()) <= memory["width"] and _BARE_ROW.match(line):
            return True
        memory["open"] = memory["bare"] = False  # nothing stands between the rows of such a table
        return False
    begin = line.find("|")
    if begin < 0 or abs(len(line.rstrip()) - memory["width"]) > _SLACK:
        return False
    return bool(_ROW.match(line, begin)) and line.count("|") == 3


def parse(line: str, memory: Memory) -> Reading | None:
    """The table, at the rule that closes it."""
    if line.lstrip().startswith("-"):
        return _rule(line, memory)
    rows: dict[str, Any] = memory["rows"]
    if memory.get("bare"):
        row = _BARE_ROW.match(line)
        if row and len(rows) < _MOST_ROWS:
            rows[row["name"]] = row["value"]
        return None
    row = _ROW.match(line, line.find("|"))
    if row is None or len(rows) >= _MOST_ROWS:
        return None
    name, value = " ".join(row["name"].split()), row["value"]
    if value is None:
        memory["section"] = name if name.endswith("/") else ""
        memory["flush"] = len(row["indent"])
    else:
        if memory["section"] and len(row["indent"]) <= memory["flush"]:
            memory["section"] = ""
        rows[memory["section"] + name] = value
    return None


def _rule(line: str, memory: Memory) -> Reading | None:
    rows: dict[str, Any] = memory.get("rows") or {}
    split = bool(_SPLIT_RULE.match(line))
    told = _told(rows, memory) if rows and (not memory.get("bare") or split) else None
    memory.update(open=True, bare=split, rows={}, section="", flush=0, width=len(line.rstrip()))
    if told is not None and split:
        memory["open"] = False  # its closing rule does not open another
    return told


def _told(rows: dict[str, str], memory: Memory) -> Reading | None:
    numbers = {name: value for name, text in rows.items() if (value := to_number(text)) is not None}
    if not numbers or not columns.holds_metrics([dict(numbers)]):
        return None
    known = {name: columns.leaf(columns.normal(name)) for name in numbers}
    counters = sorted((_RANKS[leaf][0], name) for name, leaf in known.items() if leaf in _RANKS)
    step_name = counters[0][1] if counters else None
    never = columns.assign(list(numbers)).never - {step_name}
    values = {name: value for name, value in numbers.items() if name != step_name and name not in never}
    if not values:
        return None
    if step_name is None:
        return Reading([Record(values)])
    unit = _RANKS[known[step_name]][1]
    step = _exact(rows[step_name], numbers[step_name], memory)
    epoch = next((numbers[name] for name, leaf in known.items() if leaf == "epoch"), None)
    if unit == "epoch":
        return Reading([Record(values, epoch=step)], (Count("epoch", step),))
    return Reading([Record(values, step=step, epoch=epoch, unit=unit)], (Count(unit, step),))


def _exact(text: str, printed: float, memory: Memory) -> float:
    """The step that was rounded to ``text``: the last one and the usual interval, where that is rounded to the same."""
    last, interval = memory.get("last"), memory.get("interval")
    step = printed
    if last is not None and interval and _ROUNDED.search(text):
        guess = last + interval
        if float(f"{guess:.3g}") == printed:
            step = guess
    elif last is not None and not _ROUNDED.search(text) and printed > last:
        memory["interval"] = printed - last
    memory["last"] = step
    return step
