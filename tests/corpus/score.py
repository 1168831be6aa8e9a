"""Scoring the reader on a real log: records found, reported values right, progress right."""

import math
import re
from dataclasses import dataclass, field

from tests.corpus.index import Log
from workers.logs.progress import Standing
from workers.logs.reader import Column, Reader

CHUNK = 50_000


@dataclass
class Read:
    """What the reader made of a log."""

    columns: dict[str, Column]
    standing: Standing | None
    families: dict[str, int]


@dataclass
class Score:
    """How right that is."""

    log: Log
    records: int
    records_right: bool
    values_right: list[str] = field(default_factory=list)
    values_wrong: list[str] = field(default_factory=list)
    progress: str = ""
    progress_right: bool | None = None


def read_log(data: bytes, chunk: int = CHUNK) -> Read:
    """Read a log in pieces, as it would grow."""
    reader = Reader()
    columns: dict[str, Column] = {}
    for start in range(0, len(data), chunk):
        reader.feed(data[start : start + chunk], float(start))
        _add(columns, reader)
    reader.finish(float(len(data)))
    _add(columns, reader)
    return Read(columns, reader.progress.standing(), dict(reader.hits))


def _add(columns: dict[str, Column], reader: Reader) -> None:
    for name, new in reader.harvest().columns.items():
        column = columns.setdefault(name, Column(new.unit))
        column.legs += new.legs
        column.steps += new.steps
        column.times += new.times
        column.values += new.values


def score(log: Log, read: Read) -> Score:
    """Compare with the ground truth."""
    named = {name: _find(read.columns, name, value) for name, value in log.final_values.items()}
    counts = [len(read.columns[name].values) for name in named.values() if name]
    counts += [len(column.values) for name, column in read.columns.items()]
    near = min(counts, key=lambda n: abs(n - log.n_records), default=0)
    found = Score(log, near, abs(near - log.n_records) <= 0.05 * log.n_records)
    if log.n_records == 0:
        found.records = max((len(c.values) for c in read.columns.values()), default=0)
        found.records_right = found.records == 0 or bool(log.final_values)
    for name, value in log.final_values.items():
        (found.values_right if named[name] else found.values_wrong).append(f"{name}={value:g}")
    standing = read.standing
    if standing is not None:
        found.progress = f"{standing.done:g}/{standing.total:g}" if standing.total else f"{standing.done:g}/?"
        found.progress += f" {standing.unit}"
    found.progress_right = _progress_right(log, standing)
    return found


def _progress_right(log: Log, standing: Standing | None) -> bool | None:
    """Whether the total is one of the ground truth's, and the done is what was seen last; None if it tells neither."""
    totals = [float(number) for number in re.findall(r"(?:=|to )(\d+)(?!\.\d)", log.total.split("(")[0])]
    if not totals or re.match(r"none", log.total):
        return None
    if standing is None or standing.total is None:
        return False
    return any(math.isclose(standing.total, total) for total in totals)


def _find(columns: dict[str, Column], name: str, value: float) -> str | None:
    """The series that has that name, more or less, and ends with that value."""
    wanted = _words(name)
    alike = sorted(columns, key=lambda known: (_words(known) != wanted, len(known)))
    for known in alike:
        if (wanted & _words(known) or _flat(known) in _flat(name) or _flat(name) in _flat(known)) and _is(
            columns[known].values[-1], value
        ):
            return known
    return None


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", re.sub(r"\(.*?\)|%", "", name).lower()))


def _flat(name: str) -> str:
    return re.sub(r"[\W_]+", "", re.sub(r"\(.*?\)", "", name.lower()))


def _is(found: float, value: float) -> bool:
    return math.isclose(found, value, rel_tol=1e-6, abs_tol=1e-12) or (math.isnan(found) and math.isnan(value))
