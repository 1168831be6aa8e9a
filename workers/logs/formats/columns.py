"""Tables whose first line names the columns: a CSV or TSV file followed as a log, or rows printed into one.

Spinning Up's ``progress.txt``, monitor files, RLlib's ``progress.csv``, Chainer's ``PrintReport``, spaCy, skorch, the
verbose tables of scikit-learn and of evolution strategies. Words in a row are a header only if they name a step or
metrics and the next rows hold their numbers: process lists, packages and printed data have columns, too.
"""

import csv
import re

from workers.logs import columns, names
from workers.logs.formats import Memory
from workers.logs.numbers import to_number
from workers.logs.records import Count, Reading, Record

SIGNS = ()
_NUMBER_ALONE = re.compile(r"(?:^|[\s,;=:|])[-+]?\.?\d|[=<>{}!?\"']|%\||\w: |://|\.{3}")
_NAME = re.compile(r"[^\W\d][^,;\t|]{0,119}$")
_WORD = re.compile(r"(?:[^\W\d]|#$)[\w./%@()\[\]#+*:-]{0,60}$")
_GAP = re.compile(r" {2,}|\t")
_MACHINE = re.compile(r"\[(?:MiB|%|W|MHz|C)\]|\.(?:gpu|used|total|draw)\b")
_MONITOR = re.compile(r'#\{"t_start": (?P<start>\d+(?:\.\d+)?)')
_UNDERLINE = re.compile(r"[\s\-+=|:]+$")
_FIRSTS = re.compile(
    r"(?:epochs?|iter(?:ation)?s?|steps?|gen(?:eration)?|episode|round|ep|e|it|itr|trial|timestep)$", re.IGNORECASE
)
_LONGEST = 20_000
_PATIENCE = 20
_NOISE = 20_000
_STATE = ("header", "mark", "trusted", "noise", "rows")


def recognise(line: str, memory: Memory) -> bool:
    """Whether it names columns, or is a row of those named before."""
    if memory.get("open"):
        if _is_row(line, memory):
            return True
        memory["noise"] += 1
        if memory["noise"] > (_NOISE if memory["trusted"] else _PATIENCE):
            memory["open"] = False  # closing is all that asking changes
    return bool(_MONITOR.match(line)) or _header(line) is not None


def parse(line: str, memory: Memory) -> Reading | None:
    """The numbers of a row by the names of their columns."""
    if memory.get("open") and _is_row(line, memory):
        return _row(line, memory)
    start = _MONITOR.match(line)
    if start:
        memory["start"] = float(start["start"])
        return None
    found = _header(line)
    if found is not None:
        mark, header = found
        memory.update(open=True, header=header, mark=mark, trusted=False, noise=0, rows=0)
    return None


def _header(line: str) -> tuple[str, list[str]] | None:
    """What separates the columns that a line names, and their names; None if it names none."""
    line = line.strip().lstrip("\ufeff")
    if len(line) > _LONGEST or len(line) < 5 or _NUMBER_ALONE.search(line.replace('"', "", 2000)):
        return None
    if line[0] == "|" and line[-1] == "|" and line.count("|") > 3:
        cells = _boxed_cells(line)
        is_named = _FIRSTS.match(cells[0]) and all(_NAME.match(cell) for cell in cells)
        return ("|", cells) if is_named and any(names.is_metric(cell) for cell in cells[1:]) else None
    line = line.lstrip("# ")
    for mark in ("\t", ",", ";"):
        if mark in line:
            cells = [cell.strip().strip('"') for cell in line.split(mark)]
            return (mark, cells) if _names_columns(cells) else None
    cells = line.split()
    if "  " in line and any(" " in cell for cell in _GAP.split(line)):
        cells = [cell for cell in _GAP.split(line) if cell]
    if len(cells) < 3 or len(cells) > 60 or not columns.is_header(cells):
        return None
    if not _FIRSTS.match(cells[0]) or not all(_WORD.match(cell.replace(" ", "_")) for cell in cells):
        return None
    return (" ", cells) if any(names.is_metric(cell) for cell in cells[1:]) else None


def _names_columns(cells: list[str]) -> bool:
    if not columns.is_header(cells) or not all(_NAME.match(cell) for cell in cells[not cells[0] :]):
        return False
    if _MACHINE.search(" ".join(cells)) or sum(cell.count(" ") > 3 for cell in cells):
        return False
    if cells[:3] == ["r", "l", "t"]:
        return True
    metrics = [cell for cell in cells if names.is_metric(cell) and not names.is_setting(cell)]
    if columns.assign(cells).step is None:
        return len(metrics) * 2 >= len(cells) and all(" " not in cell for cell in cells)
    return bool(metrics) or (len(cells) > 2 and all(" " not in cell for cell in cells))


def _boxed_cells(line: str) -> list[str]:
    """The cells between upright lines; of a fraction in the first, what is done."""
    cells = [cell.strip().rstrip("%") for cell in line.strip()[1:-1].split("|")]
    return [cells[0].partition("/")[0].rstrip(), *cells[1:]]


def _cells(line: str, memory: Memory) -> list[str]:
    mark: str = memory["mark"]
    if mark == "|":
        line = line.strip()
        return _boxed_cells(line) if line[:1] == line[-1:] == "|" and len(line) < _LONGEST else []
    if mark == " ":
        return line.split()
    if '"' in line:
        try:
            return next(csv.reader([line], delimiter=mark))
        except csv.Error:
            return []
    return line.split(mark)


def _is_row(line: str, memory: Memory) -> bool:
    header: list[str] = memory["header"]
    mark: str = memory["mark"]
    if mark == " ":
        first = line.lstrip()[:1]
        if not (first.isdigit() or first in "-+"):
            return False
        cells = line.split(None, len(header))
        return len(cells) == len(header) and all(_number(cell) is not None or _is_filler(cell) for cell in cells)
    if line.count(mark) < len(header) - 1:
        return False
    cells = _cells(line, memory)
    if len(cells) != len(header):
        return False
    step = memory.get("step") if memory["trusted"] else columns.assign(header).step
    if step is not None:
        return columns.to_float(cells[header.index(step)].strip()) is not None
    return sum(columns.to_float(cell.strip()) is not None for cell in cells) * 2 >= len(cells)


def _is_filler(cell: str) -> bool:
    return cell in ("-", "--", "None", "N/A", "n/a") or bool(re.match(r"[\d.:]+(?:s|m|h|min)?$", cell))


def _number(cell: str) -> float | None:
    return to_number(cell.rstrip("%")) if cell[-1:] not in "smh" or cell[-3:] == "inf" else None


def _row(line: str, memory: Memory) -> Reading | None:
    memory["noise"] = 0
    header: list[str] = memory["header"]
    if memory["mark"] == " " and _UNDERLINE.match(line):
        return None
    row = dict(zip(header, (cell.strip() for cell in _cells(line, memory)), strict=True))
    if memory["mark"] == " ":
        row = {name: str(number) for name, cell in row.items() if (number := _number(cell)) is not None}
    if not memory["trusted"]:
        if not columns.holds_metrics([row]):
            memory["open"] = False
            return None
        memory["trusted"] = True
        parts = columns.assign(header)
        step, unit = parts.step, parts.unit
        if step is None and header[0] in ("E", "gen"):
            step, unit = (
                ("#", "step") if "#" in header else (header[0], "generation" if header[0] == "gen" else "epoch")
            )
        memory.update(step=step, unit=unit, epoch=parts.epoch, times=list(parts.times), never=sorted(parts.never))
    memory["rows"] += 1
    return _told(row, memory)


def _told(row: dict[str, str], memory: Memory) -> Reading | None:
    step_name, unit, epoch_name = memory["step"], memory["unit"], memory["epoch"]
    aside = {step_name, *memory["never"], *memory["times"]}
    values = {
        name: value
        for name, cell in row.items()
        if name not in aside and name and (value := columns.to_float(cell)) is not None
    }
    for name in memory["times"]:  # a column called "time" may hold seconds since the start, which are worth keeping
        if name not in memory["never"] and columns.moment(row.get(name)) is None:
            seconds = columns.to_float(row.get(name))
            values |= {name: seconds} if seconds is not None else {}
    if not values:
        return None
    time = next((known for name in memory["times"] if (known := columns.moment(row.get(name))) is not None), None)
    is_monitor = memory["header"][:3] == ["r", "l", "t"]
    if is_monitor and "start" in memory and "t" in values:
        time = memory["start"] + values["t"]
    step = columns.to_float(row.get(step_name)) if step_name else float(memory["rows"])
    epoch = columns.to_float(row.get(epoch_name)) if epoch_name else None
    if is_monitor:
        unit = "episode"
    counts = (Count(unit, step),) if step is not None and step_name else ()
    if unit == "epoch":
        return Reading([Record(values, epoch=step, time=time)], counts)
    return Reading([Record(values, step=step, epoch=epoch, unit=unit, time=time)], counts)
