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
from workers.logs.timestamps import STAMP, USUAL, second_of, strip_stamp, time_of

_NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|(?<![\w])[-+]?(?:nan|inf)(?![\w])", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_LESSONS = 3
_PATIENCE = 60
_LONGEST = 2_000
_SHAPES = 5_000
_STEP, _EPOCH, _BATCH, _BATCHES, _TIME = "\tstep", "\tepoch", "\tbatch", "\tbatches", "\ttime"


@dataclass
class Track:
    """New points of series that always come together: one list of steps for all of them."""

    names: tuple[str, ...]
    unit: str
    has_step: bool
    """Whether the lines say the step, and not an epoch and a batch."""
    leg: int = 0
    last: float = math.inf
    """The step before; infinite while it is not known that points may simply be added."""
    steps: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    values: list[list[float]] = field(default_factory=list)
    rivals: list["Track"] = field(default_factory=list, repr=False, compare=False)
    """Other tracks with one of these names: only one of them may be filled at a time, to keep the order."""


class Rule:
    """How lines of one shape are read, once that has been learnt; ``track`` is where their points go."""

    __slots__ = ("base", "batch", "batches", "epoch", "length", "match", "pairs", "second", "step", "time", "track")

    def __init__(self, match: Callable[[str], re.Match[str] | None], track: Track, places: dict[str, int]) -> None:
        self.match = match
        self.track = track
        self.pairs = [(values, places[name]) for values, name in zip(track.values, track.names, strict=True)]
        self.step = places.get(_STEP, -1)
        self.epoch = places.get(_EPOCH, -1)
        self.batch = places.get(_BATCH, -1)
        self.batches = places.get(_BATCHES, -1)
        self.time = places.get(_TIME, -1)
        self.second, self.length = "", 0
        self.base: float | None = None

    def take(self, line: str, now: float, zero_based: bool | None, length: float) -> bool:
        """Read a line; False where it must go the long way. ``length`` is that of an epoch, in batches."""
        found = self.match(line)
        if found is None:
            return False
        texts = found.groups()
        track = self.track
        if self.step >= 0:
            step = float(texts[self.step])
        else:
            epoch, batches = float(texts[self.epoch]), float(texts[self.batches])
            if zero_based is None or batches != length or (epoch == 0 and not zero_based):
                return False
            step = (epoch if zero_based else epoch - 1) * batches + float(texts[self.batch])
        if not step > track.last:
            return False
        track.last = step
        track.steps.append(step)
        moment = self._time_of(texts[self.time]) if self.time >= 0 else now
        track.times.append(now if moment is None else moment)
        for values, place in self.pairs:
            values.append(float(texts[place]))
        return True

    def _time_of(self, text: str) -> float | None:
        """As :func:`time_of`; many lines come in one second."""
        if text[:19] != self.second or len(text) != self.length:
            if USUAL.fullmatch(text) is None:
                return time_of(text)
            self.second, self.length, self.base = text[:19], len(text), second_of(text[:19])
        return None if self.base is None else self.base + int(text[20:23]) / 1000

    def step_in(self, line: str, zero_based: bool | None, length: float) -> float | None:
        """The step that :meth:`take` would find in a line; None where it would not take it."""
        found = self.match(line)
        if found is None:
            return None
        texts = found.groups()
        if self.step >= 0:
            return float(texts[self.step])
        epoch = float(texts[self.epoch])
        if zero_based is None or float(texts[self.batches]) != length or (epoch == 0 and not zero_based):
            return None
        return (epoch if zero_based else epoch - 1) * length + float(texts[self.batch])

    def values_in(self, line: str) -> list[float]:
        """The values that :meth:`take` would find in a line which has a step by :meth:`step_in`."""
        found = self.match(line)
        return [float(found.group(place + 1)) for _, place in self.pairs] if found is not None else []


class Lesson:
    """What is known so far of how lines of one shape are read."""

    def __init__(self) -> None:
        self.hopeless = False
        self.lines = 0
        self.places: dict[str, set[int]] | None = None

    def learn(
        self, line: str, reading: Reading, track_of: Callable[[tuple[str, ...], str, bool], Track]
    ) -> Rule | None:
        """See what a family read in one more line of this shape; the rule, once it is certain."""
        if self.hopeless:
            return None
        self.lines += 1
        self.hopeless = True  # until the line has been understood
        wanted = _fields(reading)
        if wanted is None or len(line) > _LONGEST or self.lines > _PATIENCE:
            return None
        record = reading.records[0]
        if record.time is not None and (strip_stamp(line)[0] != record.time or not STAMP.match(line)):
            return None
        numbers = [float(match[0]) for match in _NUMBER.finditer(line)]
        found = {name: _places(numbers, value) for name, value in wanted.items()}
        if self.places is not None:
            if self.places.keys() != found.keys():
                return None
            found = {name: self.places[name] & found[name] for name in found}
        if not all(found.values()):
            return None
        self.places, self.hopeless = found, False
        if self.lines < _LESSONS or any(len(places) > 1 and name != _BATCHES for name, places in found.items()):
            return None
        pattern, groups = _pattern(line, {name: min(places) for name, places in found.items()}, record.time is not None)
        if not pattern:
            self.hopeless = True
            return None
        unit = record.unit if record.step is not None else "step"
        track = track_of(tuple(record.values), unit, record.step is not None)
        return Rule(re.compile(pattern).fullmatch, track, groups)


class Express:
    """The rules of one log, and the tracks they fill."""

    def __init__(self) -> None:
        self.lessons: dict[bytes, Lesson] = {}
        self.rules: dict[bytes, Rule] = {}
        self.tracks: dict[Any, Track] = {}
        self.is_riding = False
        self.rule: Rule | None = None
        """The rule that read the line before, which most often reads the next."""
        self.line: str | None = None
        """The line that was read last, by that rule."""

    def teach(self, shape: bytes, line: str, reading: Reading) -> None:
        """Learn from a line that was read the long way."""
        if shape in self.rules:
            return
        if len(self.lessons) >= _SHAPES:
            self.lessons.clear()
            self.rules.clear()
        lesson = self.lessons.setdefault(shape, Lesson())
        rule = lesson.learn(line, reading, self._track_of)
        if rule is not None:
            self.rules[shape] = rule

    def forget(self) -> None:
        """Learn anew: another job writes."""
        self.lessons.clear()
        self.rules.clear()

    def take_back(self) -> str | None:
        """Forget the line that was read last, which is to be read again; None where there is none."""
        line, self.line = self.line, None
        if line is not None and self.rule is not None:
            for column in (self.rule.track.steps, self.rule.track.times, *self.rule.track.values):
                column.pop()
        self.rule, self.is_riding = None, False
        return line

    def _track_of(self, names: tuple[str, ...], unit: str, has_step: bool) -> Track:
        """One track for all shapes of line with the same metrics."""
        track = self.tracks.get((names, unit, has_step))
        if track is None:
            track = Track(names, unit, has_step, values=[[] for _ in names])
            for other in self.tracks.values():
                if not set(names).isdisjoint(other.names):
                    track.rivals.append(other)
                    other.rivals.append(track)
            self.tracks[names, unit, has_step] = track
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


def _pattern(line: str, places: dict[str, int], has_time: bool) -> tuple[str, dict[str, int]]:
    """A pattern of all lines of the shape of ``line``, and the group of each field; empty where a number that is
    wanted stands inside the date."""
    order = {place: number for number, place in enumerate(sorted(set(places.values())))}
    parts, end, groups = [], 0, {}
    stamp = STAMP.match(line) if has_time else None
    if stamp:
        end = stamp.end()
        parts.append(f"({_literal(line[:end])})")
        groups[_TIME] = 0
    for place, number in enumerate(_NUMBER.finditer(line)):
        if place in order:
            if number.start() < end:
                return "", {}
            parts += [_literal(line[end : number.start()]), f"({_literal(number[0])})"]
            end = number.end()
    parts.append(_literal(line[end:]))
    return "".join(parts), groups | {name: order[place] + len(groups) for name, place in places.items()}


def _literal(text: str) -> str:
    """A stretch of text as a pattern in which any digits may stand where it has some."""
    return r"\d+".join(re.escape(part) for part in _DIGITS.split(text))
