"""Reads a growing log: stretches of text into points of series and the standing of the job.

Lines that differ only in their digits are read by the same family, so it is looked for once for each such shape; what
no family knows costs a look into a dictionary. All that is needed to go on reading after a restart is in ``state``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from workers.logs.express import Express, Rule, Track
from workers.logs.formats import Family, Memory, families
from workers.logs.launches import LaunchDetector
from workers.logs.lines import Splitter, rank_of, shape_of, unglue
from workers.logs.pending import Pending
from workers.logs.progress import Progress, Standing
from workers.logs.records import Count, Reading, Record
from workers.logs.steps import Steps
from workers.logs.weariness import Weariness

NOBODY = -1
SHAPES = 20_000


@dataclass
class Column:
    """The new points of one series, in order of arrival."""

    unit: str
    legs: list[int] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


@dataclass
class Harvest:
    """What was read since the last harvest: points by name, and the training's own counters with their times."""

    columns: dict[str, Column]
    marks: list[tuple[float, Standing]]
    standing: Standing | None

    def add_before(self, earlier: "Harvest") -> None:
        """Put what was read earlier, and not written yet, before this."""
        for name, column in self.columns.items():
            known = earlier.columns.setdefault(name, Column(column.unit))
            known.unit = column.unit
            known.legs += column.legs
            known.steps += column.steps
            known.times += column.times
            known.values += column.values
        self.columns = earlier.columns
        self.marks = earlier.marks + self.marks


@dataclass(frozen=True)
class Explained:
    """What was read in one line, and by which family."""

    line: str
    family: str | None
    reading: Reading | None


class Reader:
    """Reads one log. ``patterns`` are further families, asked before all others.

    Without ``learns`` every line goes the long way: slower, and nothing else.
    """

    def __init__(
        self,
        state: dict[str, Any] | None = None,
        *,
        patterns: Sequence[Family] = (),
        first_leg: int = 0,
        learns: bool = True,
    ) -> None:
        state = state or {}
        self.families = [*patterns, *families()]
        self.names = [getattr(f, "label", f.__name__.rpartition(".")[2]) for f in self.families]
        self.splitter = Splitter(state.get("pending", "").encode("latin-1"), state.get("encoding"))
        self.shared: dict[str, Any] = state.get("shared", {})
        known = state.get("memory", {})
        self.memories: list[Memory] = [{**known.get(name, {}), "shared": self.shared} for name in self.names]
        self.rank: int | None = state.get("rank")
        self.pending = Pending(state.get("records"))
        self.steps = Steps(state.get("steps"), first_leg)
        self.progress = Progress(state.get("progress"))
        self.launches = LaunchDetector(state.get("launches"))
        self.hits: dict[str, int] = state.get("hits", {})
        self._weariness = Weariness()
        self._signs = [(sign, index) for index, family in enumerate(self.families) for sign in family.SIGNS]
        self._unsigned = [index for index, family in enumerate(self.families) if not family.SIGNS]
        self._shapes: dict[bytes, int] = {}
        self._express = Express()
        self._learns = learns
        self._open: list[int] = [i for i, memory in enumerate(self.memories) if memory.get("open")]
        self._last_read: list[tuple[str, int, Reading | None]] = []
        self._columns: dict[str, Column] = {}
        self._marks: list[tuple[float, Standing]] = []

    def state(self) -> dict[str, Any]:
        """What must be kept, as JSON, to go on reading where this stands."""
        memories = {}
        for name, memory in zip(self.names, self.memories, strict=True):
            kept = {key: value for key, value in memory.items() if key != "shared"}
            if kept:
                memories[name] = kept
        return {
            "pending": self.splitter.pending.decode("latin-1"),
            "encoding": self.splitter.encoding,
            "shared": self.shared,
            "memory": memories,
            "rank": self.rank,
            "records": self.pending.state(),
            "steps": self.steps.state(),
            "progress": self.progress.state(),
            "launches": self.launches.state,
            "hits": self.hits,
        }

    def feed(self, data: bytes, now: float) -> None:
        """Read what a log has grown by; ``now`` is the time of points whose lines do not say it."""
        rules, shapes, express = self._express.rules, self._shapes, self._express
        lines = self.splitter.split(data)
        launches = set(self.launches.read_many(lines))
        for number, line in enumerate(lines):
            if number in launches:
                self._begin_launch(now)
            rule = express.rule
            if rule is not None and rule.take(line, now, self.steps.zero_based, self.steps.batches):
                express.line = line
                continue
            shape = shape_of(line)
            if not self._open and not self.pending.waiting:
                known = shapes.get(shape)
                if known == NOBODY or (known is None and self._weariness.passes_over(shape, line)):
                    continue
                rule = rules.get(shape)
                if (
                    rule is not None
                    and (rule.track.last is not math.inf or self._join(rule, line, now))
                    and rule.take(line, now, self.steps.zero_based, self.steps.batches)
                ):
                    express.rule, express.line = rule, line
                    continue
            if express.is_riding:
                self._arrive(now)
            self._read(line, now)
            if self._learns and len(self._last_read) == 1:
                self._teach(shape, line)
        self._arrive(now)
        self._mark(now)

    def _begin_launch(self, now: float) -> None:
        """Another launch appends to the same log: what is known of the one before says nothing about it."""
        self._arrive(now)
        self._settle(now)
        self._release(now)
        self._forget()
        self._express.forget()
        self._shapes.clear()  # what no family reads may announce a total
        self.progress = Progress()
        self.shared.clear()
        self.rank = None
        self.steps.begin_launch()

    def _teach(self, shape: bytes, line: str) -> None:
        """Let the express learn from a line that was read the long way."""
        part, family, reading = self._last_read[0]
        if family == NOBODY or reading is None or not reading.records:
            return
        self._weariness.note_find(shape)
        if part != line:
            return
        if getattr(self.families[family], "EXPRESS", True):
            self._express.teach(shape, line, reading)

    def _join(self, rule: Rule, line: str, now: float) -> bool:
        """Let the track of a rule go on where its series stand, if they all stand at one point."""
        track = rule.track
        if any(rival.last is not math.inf for rival in track.rivals):
            self._arrive(now)
        if self.pending.held:
            held = self.steps.place(self.pending.held_record())[0]
            step = rule.step_in(line, self.steps.zero_based, self.steps.batches)
            if held is None or step is None or step <= held:
                return False  # perhaps the same place of a bar, drawn again
        self._release(now)
        known = [self.steps.series.get(name) for name in track.names]
        first = known[0]
        if first is None or any(one is None or one[0] != first[0] or one[2] != first[2] for one in known):
            return False
        step = rule.step_in(line, self.steps.zero_based, self.steps.batches)
        if step is not None and self.steps.was_said(track.names, track.has_step, step, rule.values_in(line)):
            return False
        track.leg, track.last = int(first[0]), first[2]
        self._express.is_riding = True
        return True

    def _arrive(self, now: float) -> None:
        """Put what the express read where everything else is; its last line is read again, the long way."""
        line = self._express.take_back()
        for track in self._express.tracks.values():
            if track.steps:
                self._unload(track)
            track.last = math.inf
        if line is not None:
            self._read(line, now)

    def _unload(self, track: Track) -> None:
        count = len(track.steps)
        last = track.steps[-1]
        if track.unit != "epoch":
            self.shared["step"] = last
        self.steps.remember(track.names, track.has_step, track.steps, track.values)
        for name, values in zip(track.names, track.values, strict=True):
            known = self.steps.series[name]
            known[3] = min(known[3] * 2 or math.inf, last - (track.steps[-2] if count > 1 else known[2]))
            known[2] = last
            column = self._columns.get(name)
            if column is None:
                column = self._columns[name] = Column(track.unit)
            column.unit = track.unit
            column.legs += [track.leg] * count
            column.steps += track.steps
            column.times += track.times
            column.values += values
            values.clear()
        track.steps, track.times = [], []

    def finish(self, now: float) -> None:
        """The log has ended: read its last line although nothing ends it."""
        for line in self.splitter.rest():
            self._read(line, now)
        self.splitter.pending = b""
        self._settle(now)
        self._release(now)
        self._mark(now)

    def has_rest(self) -> bool:
        """Whether a line has begun that nothing has ended yet, or a record waits for its step."""
        return bool(self.splitter.pending or self.pending.waiting or self.pending.held)

    def begin_anew(self) -> None:
        """The log was cut or replaced: what comes next is its beginning."""
        self.splitter = Splitter()
        self._forget()

    def _forget(self) -> None:
        for memory in self.memories:
            memory.clear()
            memory["shared"] = self.shared
        self._open = []
        self.pending.forget()

    def harvest(self) -> Harvest:
        """What was read since the last call."""
        columns, self._columns = self._columns, {}
        marks, self._marks = self._marks, []
        return Harvest(columns, marks, self.progress.standing())

    def explain(self, data: bytes, now: float = 0.0) -> list[Explained]:
        """Read, and say for each line what was read in it, and by whom; no data at all means that the log has ended."""
        explained: list[Explained] = []
        for line in self.splitter.split(data) if data else self.splitter.rest():
            for part, family, reading in self._read(line, now):
                explained.append(Explained(part, None if family == NOBODY else self.names[family], reading))
        return explained

    def _read(self, line: str, now: float) -> list[tuple[str, int, Reading | None]]:
        self._last_read = self._read_parts(line, now)
        return self._last_read

    def _read_parts(self, line: str, now: float) -> list[tuple[str, int, Reading | None]]:
        if line[0] in "[(rR":
            rank, line = rank_of(line)
            if rank is not None:
                if self.rank is None:
                    self.rank = rank
                if rank != self.rank:
                    return [(line, NOBODY, None)]
        if "%|" not in line and "/? [" not in line and "━━━" not in line:
            return [self._read_part(line, now)]
        return [self._read_part(part, now) for part in unglue(line)]

    def _read_part(self, line: str, now: float) -> tuple[str, int, Reading | None]:
        index = self._family_of(line)
        if index == NOBODY:
            if self.pending.waiting:
                self._age(now)
            return line, NOBODY, None
        memory = self.memories[index]
        reading = self.families[index].parse(line, memory)
        if bool(memory.get("open")) != (index in self._open):
            self._open = [i for i, known in enumerate(self.memories) if known.get("open")]
        if reading is not None:
            self._take(reading, now)
            name = self.names[index]
            self.hits[name] = self.hits.get(name, 0) + 1
        else:
            if self.names[index] == "general":
                self.progress.note_line(line)  # "epochs: 90" counts nothing yet
            if self.pending.waiting:
                self._age(now)
        return line, index, reading

    def _family_of(self, line: str) -> int:
        for index in self._open:
            if self.families[index].recognise(line, self.memories[index]):
                return index
        shape = shape_of(line)
        found = self._shapes.get(shape)
        if found is None:
            found = self._look_for_family(line)
            if len(self._shapes) >= SHAPES:
                self._shapes.clear()
            self._shapes[shape] = found
            self._weariness.note_look()
        return found

    def _look_for_family(self, line: str) -> int:
        signed = {index for sign, index in self._signs if sign in line}
        for index in sorted(signed.union(self._unsigned)):
            if self.families[index].recognise(line, self.memories[index]):
                return index
        self.progress.note_line(line)
        return NOBODY

    def _note(self, reading: Reading, now: float) -> None:
        """Take in what a line counts."""
        is_training = self.progress.note(reading) if reading.counts or reading.phase else False
        if is_training:
            self._share(reading.counts)
            if self.pending.waiting and reading.counts[-1].unit in ("it", "step", "batch"):
                self._settle(now)

    def _take(self, reading: Reading, now: float) -> None:
        self._note(reading, now)
        for record in reading.records:
            if record.redrawn:
                self._store_all(self.pending.hold(record, now), now)
                self._share_step(*self.steps.place(record))
                continue
            self._release(now)
            if record.from_bar:
                epochs = self.progress.announced.get("epoch")
                self._store_all(self.pending.wait(record, self.shared, epochs), now)
            else:
                self._store(record, now)

    def _share(self, counts: Sequence[Count]) -> None:
        for count in counts:
            self.shared["epoch" if count.unit == "epoch" else "bar"] = [count.done, count.total]

    def _age(self, now: float) -> None:
        self._store_all(self.pending.age(self.shared, self.progress.announced.get("epoch")), now)

    def _settle(self, now: float) -> None:
        self._store_all(self.pending.settle(self.shared, self.progress.announced.get("epoch")), now)

    def _release(self, now: float) -> None:
        self._store_all(self.pending.release(), now)

    def _store_all(self, records: Sequence[Record], now: float) -> None:
        for record in records:
            self._store(record, now)

    def _store(self, record: Record, now: float) -> None:
        step, unit = self.steps.place(record)
        if self.steps.is_repeated(record, step):
            return
        self._share_step(step, unit)
        moment = record.time if record.time is not None else now
        for name, value in record.values.items():
            leg, at = self.steps.leg(name, step)
            column = self._columns.get(name)
            if column is None:
                column = self._columns[name] = Column(unit)
            column.unit = unit
            column.legs.append(leg)
            column.steps.append(at)
            column.times.append(moment)
            column.values.append(value)

    def _share_step(self, step: float | None, unit: str) -> None:
        self.shared["recorded"] = True
        if step is not None and unit != "epoch":
            self.shared["step"] = step

    def _mark(self, now: float) -> None:
        standing = self.progress.standing()
        if standing is not None:
            self._marks.append((now, standing))
