"""How long an attempt of a run has been silent, and how long it was before: what its own pace is judged by.

Spans are of time awake and not suspended. What is kept of each gap is little (a histogram), so that it can be written
down once a minute and a daemon that was killed goes on where it was.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from workers.alerts.sights import Gaps
from workers.machine.awake import Clocks

BLIND_SECONDS = 30.0
"""Between looks further apart than this more may have happened than was seen: no gap is learned from them."""
_LEAST_SECONDS = 5.0
_FACTOR = math.log(1.25)
_SHARE = 0.9


class Output(NamedTuple):
    """What is seen of an attempt at a look: bytes of its log, when that last grew (epoch), where its counter stands."""

    size: int
    grown: float | None
    done: float | None = None
    unit: str | None = None


_NOTHING = Output(0, None)
_KEPT_NAPS = 50
_LEAST_NAP_SECONDS = 5.0


@dataclass
class Pauses:
    """The gaps so far: how many there were of each length, in steps of a quarter, and the longest."""

    counts: dict[int, int] = field(default_factory=dict)
    longest: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        place = max(0, math.ceil(math.log(seconds / _LEAST_SECONDS) / _FACTOR)) if seconds > _LEAST_SECONDS else 0
        self.counts[place] = self.counts.get(place, 0) + 1
        self.longest = max(self.longest, seconds)

    def gaps(self, past: float | None) -> Gaps:
        """As a rule looks at them."""
        count = sum(self.counts.values())
        if not count:
            return Gaps(past=past)
        seen = 0
        for place in sorted(self.counts):
            seen += self.counts[place]
            if seen >= _SHARE * count:
                break
        typical = min(self.longest, _LEAST_SECONDS * math.exp(_FACTOR * place))
        return Gaps(count, typical, self.longest, past)

    def to_json(self) -> dict[str, Any]:
        """As :meth:`from_json` reads it."""
        return {"counts": sorted(self.counts.items()), "longest": round(self.longest, 1)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Pauses":
        """What :meth:`to_json` wrote."""
        return cls({int(place): int(count) for place, count in data["counts"]}, float(data["longest"]))


@dataclass
class Pace:
    """An attempt from look to look; ``silence`` and ``since_step`` are as of the last one."""

    silence: float = 0.0
    since_step: float = 0.0
    seen: Output = _NOTHING
    clocks: Clocks | None = None
    gaps: Pauses = field(default_factory=Pauses)
    step_gaps: Pauses = field(default_factory=Pauses)
    naps: list[tuple[float, float]] = field(default_factory=list)
    """When the machine slept, or what its clock was set forward over: from, and to when it was seen (epoch seconds)."""

    def begin(self, seen: Output, clocks: Clocks, silence: float) -> None:
        """Look for the first time at an attempt that has been silent for so long as far as is known."""
        self.seen, self.clocks = seen, clocks
        self.silence = self.since_step = silence

    def look(self, seen: Output, clocks: Clocks, awake: float, active: float) -> bool:
        """Look again ``awake`` seconds later, in ``active`` of which it was not suspended; whether anything moved."""
        known, self.seen, self.clocks = self.seen, seen, clocks
        learns = awake <= BLIND_SECONDS
        has_grown = seen.size != known.size or (seen.grown or 0.0) > (known.grown or 0.0) + 0.001
        silence = self.silence + active
        if has_grown:
            age = min(max(0.0, clocks.wall - seen.grown), active) if seen.grown is not None else 0.0
            if learns and silence - age > 0:
                self.gaps.add(silence - age)
            silence = age
        self.silence = silence
        since_step = self.since_step + active
        has_stepped = seen.done != known.done or seen.unit != known.unit
        if has_stepped:
            if learns and seen.unit == known.unit and known.done is not None:
                self.step_gaps.add(since_step)
            since_step = silence if has_grown else 0.0
        self.since_step = since_step
        return has_grown or has_stepped

    def note_nap(self, woke: float, seconds: float) -> None:
        """The wall clock went on by so much more than the machine was awake since the last look: it slept, or the clock
        was set forward. A second or two are the clocks' own."""
        if seconds >= _LEAST_NAP_SECONDS:
            self.naps = [*self.naps, (woke - seconds, woke)][-_KEPT_NAPS:]

    def finish(self, ended: float) -> None:
        """The run is over: what it last did in silence is a gap like another."""
        if self.seen.grown is not None and ended > self.seen.grown:
            self.gaps.add(min(ended - self.seen.grown, self.silence + BLIND_SECONDS))

    def to_json(self, boot_id: str) -> dict[str, Any]:
        """As :meth:`from_json` reads it."""
        assert self.clocks is not None
        return {
            "boot": boot_id,
            "wall": round(self.clocks.wall, 1),
            "steady": round(self.clocks.steady, 1),
            "since_boot": None if self.clocks.boot is None else round(self.clocks.boot, 1),
            "silence": round(self.silence, 1),
            "since_step": round(self.since_step, 1),
            "seen": list(self.seen),
            "gaps": self.gaps.to_json(),
            "steps": self.step_gaps.to_json(),
            "naps": [[round(begin, 1), round(end, 1)] for begin, end in self.naps],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Pace":
        """What :meth:`to_json` wrote; KeyError, TypeError or ValueError where it did not."""
        boot = data.get("since_boot")
        return cls(
            float(data["silence"]),
            float(data["since_step"]),
            Output(*data["seen"]),
            Clocks(float(data["wall"]), float(data["steady"]), None if boot is None else float(boot)),
            Pauses.from_json(data["gaps"]),
            Pauses.from_json(data["steps"]),
            [(float(begin), float(end)) for begin, end in data.get("naps", ())],
        )
