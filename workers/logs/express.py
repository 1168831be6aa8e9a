"""Reading thousands of lines of one shape quickly: what a family read in the first of them is learnt as a pattern.

Lines whose text is equal but for the digits say the same things in the same places. For such a shape the places of the
values are found by comparing what the family read with the numbers in the line, until every value has one place left;
from then on a line is one regular expression and a few conversions. Whatever does not fit goes the long way.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from workers.logs.records import Reading
from workers.logs.timestamps import STAMP, strip_stamp, time_of

_NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|(?<![\w])[-+]?(?:nan|inf)(?![\w])", re.IGNORECASE
)
_NO_DIGITS = {ord(digit): None for digit in "0123456789"}
_DIGITS = re.compile(r"\d+")
_LESSONS = 3
_PATIENCE = 60
_LONGEST = 2_000
_STEP, _EPOCH, _BATCH, _BATCHES = "\tstep", "\tepoch", "\tbatch", "\tbatches"


def shape_of(line: str) -> str:
    """A line without its digits."""
    return line.translate(_NO_DIGITS) if line.isascii() else _DIGITS.sub("", line)


@dataclass
class Track:
    """New points of series that always come together: one list of steps for all of them."""

    names: tuple[str, ...]
    unit: str
    leg: int = 0
    last: float = math.inf
    """The step before; infinite while it is not known that points may simply be added."""
    steps: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    values: list[list[float]] = field(default_factory=list)


class Program:
    """How lines of one shape are read; learns until ``match`` is set, or gives up."""

    def __init__(self) -> None:
        self.match: Callable[[str], re.Match[str] | None] | None = None
        self.lessons = 0
        self.places: dict[str, set[int]] | None = None
        self.names: tuple[str, ...] = ()
        self.unit = "step"
        self.has_time = False
        self.hopeless = False
        self.track: Track | None = None
        self.where: list[int] = []
        self.epoch = self.batch = self.batches = -1
        self.step = -1
        self.time = 0

    def learn(self, line: str, reading: Reading | None) -> None:
        """See what a family read in one more line of this shape."""
        if self.hopeless or self.match is not None:
            return
        self.lessons += 1
        wanted = _fields(reading)
        if wanted is None or len(line) > _LONGEST or self.lessons > _PATIENCE:
            self.hopeless = True
            return
        assert reading is not None
        record = reading.records[0]
        numbers = [float(match[0]) for match in _NUMBER.finditer(line)]
        found = {name: _places(numbers, value) for name, value in wanted.items()}
        if self.places is not None and self.places.keys() != found.keys():
            self.hopeless = True
            return
        if record.time is not None and (strip_stamp(line)[0] != record.time or not STAMP.match(line)):
            self.hopeless = True
            return
        self.places = found if self.places is None else {name: self.places[name] & found[name] for name in found}
        self.names, self.unit, self.has_time = tuple(record.values), record.unit, record.time is not None
        if not all(self.places.values()):
            self.hopeless = True
        elif self.lessons >= _LESSONS and all(
            len(places) == 1 or name == _BATCHES for name, places in self.places.items()
        ):
            self._compile(line)

    def _compile(self, line: str) -> None:
        assert self.places is not None
        chosen = {name: min(places) for name, places in self.places.items()}
        groups = {place: number + 1 for number, place in enumerate(sorted(set(chosen.values())))}
        pattern, end, shift = [], 0, 0
        stamp = STAMP.match(line) if self.has_time else None
        if stamp:
            end, shift = stamp.end(), 1
            self.time = 1
            pattern.append(f"({_literal(line[:end])})")
        for place, number in enumerate(_NUMBER.finditer(line)):
            if place in groups:
                if number.start() < end:
                    self.hopeless = True
                    return
                pattern.append(_literal(line[end : number.start()]))
                pattern.append(f"({_literal(number[0])})")
                end = number.end()
        pattern.append(_literal(line[end:]))
        groups = {place: group + shift for place, group in groups.items()}
        self.where = [groups[chosen[name]] for name in self.names]
        self.step = groups[chosen[_STEP]] if _STEP in chosen else -1
        self.epoch = groups[chosen[_EPOCH]] if _EPOCH in chosen else -1
        self.batch = groups[chosen[_BATCH]] if _BATCH in chosen else -1
        self.batches = groups[chosen[_BATCHES]] if _BATCHES in chosen else -1
        self.match = re.compile("".join(pattern)).fullmatch


class Express:
    """The programs of one log, and the tracks they fill."""

    def __init__(self) -> None:
        self.programs: dict[str, Program] = {}
        self.tracks: dict[Any, Track] = {}
        self.is_riding = False
        self.line: str | None = None
        self.last: Track | None = None

    def take(self, program: Program, line: str, now: float, zero_based: bool | None, length: float) -> bool:
        """Read a line by its program; False where it must go the long way. ``length`` is an epoch's in batches."""
        track = program.track
        if track is None or program.match is None:
            return False
        found = program.match(line)
        if found is None:
            return False
        if program.step >= 0:
            step = float(found[program.step])
        elif zero_based is None:
            return False
        else:
            epoch = float(found[program.epoch])
            if zero_based is False and epoch == 0:
                return False
            batches = float(found[program.batches])
            if batches != length:
                return False
            step = (epoch - (0 if zero_based else 1)) * batches + float(found[program.batch])
        if not step > track.last:
            return False
        track.last = step
        track.steps.append(step)
        moment = time_of(found[program.time]) if program.time else now
        track.times.append(now if moment is None else moment)
        for values, group in zip(track.values, program.where, strict=True):
            values.append(float(found[group]))
        self.line = line
        self.last = track
        return True

    def take_back(self) -> None:
        """Forget what was read last."""
        track = self.last
        if track is not None and track.steps:
            track.last = track.steps[-2] if len(track.steps) > 1 else math.inf
            for column in (track.steps, track.times, *track.values):
                column.pop()

    def track_of(self, program: Program) -> Track:
        """The track that a program fills, one for all shapes of line with the same metrics."""
        unit = program.unit if program.step >= 0 else "step"
        key = (program.names, unit)
        track = self.tracks.get(key)
        if track is None:
            track = self.tracks[key] = Track(program.names, unit, values=[[] for _ in program.names])
        program.track = track
        return track


def _fields(reading: Reading | None) -> dict[str, float] | None:
    """The numbers of a reading that must be found in the line; None where it cannot be read by one expression."""
    if reading is None or len(reading.records) != 1:
        return None
    record = reading.records[0]
    if record.from_bar:
        return None
    fields = dict(record.values)
    if record.step is not None:
        fields[_STEP] = record.step
    elif record.epoch is not None and record.batch is not None and record.batches:
        fields |= {_EPOCH: record.epoch, _BATCH: record.batch, _BATCHES: record.batches}
    else:
        return None
    return fields


def _places(numbers: Sequence[float], value: float) -> set[int]:
    if math.isnan(value):
        return {place for place, number in enumerate(numbers) if math.isnan(number)}
    return {place for place, number in enumerate(numbers) if number == value}


def _literal(text: str) -> str:
    """A stretch of text as a pattern in which any digits may stand where it has some."""
    return r"\d+".join(re.escape(part) for part in _DIGITS.split(text))
