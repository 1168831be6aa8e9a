"""Rows of a metric table as points: which step, which leg, which time; rows that ranks wrote twice are taken once."""

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from workers.logs.batches import Legs, SeriesBatch, State
from workers.logs.columns import Columns, assign, is_zoned, leaf, moment, normal, seconds, to_float
from workers.logs.names import is_metric

Row = Mapping[str, object]

_RECENT = 3
_ZONES_SECONDS = 15 * 3600.0
"""How far a date without a zone may be off, if it is of another zone than this machine's."""
_SETTINGS = frozenset(("config", "args", "hparams", "hyperparameters", "params", "settings", "meta", "env", "env_info"))
_MOST_SERIES = 2000
_COARSE = ("epoch", "row", "tick", "round", "generation")
"""What may rightly stay the same over several rows: only a row that is all the same is then a copy."""


class Rows:
    """Turns rows into points; begins where ``state`` says and keeps it up to date."""

    def __init__(self, state: State, *, prefix: str, written: float, since: float | None) -> None:
        self._state = state
        self._prefix = prefix
        self._written = written
        self._since = since
        self._legs = Legs(state.setdefault("series", {}))
        self._plans: dict[tuple[str, ...], Columns] = {}
        self._waiting: list[tuple[float, str, float | None, float | None, list[tuple[str, float]]]] = []

    def add(self, row: Row) -> None:
        """Take up one row."""
        header = tuple(row)
        columns = self._plans.get(header)
        if columns is None:
            columns = self._plans[header] = assign(header)
        values = self._values(row, columns)
        if not values:
            return
        time = None
        for name in columns.times:
            time = moment(row[name])
            if time is not None:
                slack = 0.0 if is_zoned(row[name]) else _ZONES_SECONDS
                if self._since is not None and time < self._since - slack:
                    return
                break
        elapsed = seconds(row[columns.elapsed]) if columns.elapsed is not None else None
        mode = _mode_of(row)
        between = bool(mode) or self._is_between(row, columns)
        step = self._step_of(row, columns, between)
        if step is None or self._is_copy(row, columns, step, mode):
            return
        if mode:
            values = [(f"{mode}/{name}", value) for name, value in values if name not in ("lr", columns.epoch)]
        elif between:
            values = [(name, value) for name, value in values if name not in self._state["main"]]
        elif "main" not in self._state:
            self._state["main"] = [self._named(name) for name in header] if columns.step is not None else []
        self._waiting.append((step, columns.unit, time, elapsed, values))

    def _is_between(self, row: Row, columns: Columns) -> bool:
        """Whether a row is of an evaluation between rows of training: other columns, and a count of its own."""
        main, reached = self._state.get("main"), self._state.get("reached")
        if not main or reached is None or columns.step is None or columns.epoch is not None:
            return False
        step = to_float(row[columns.step])
        if step is None or not step < reached:
            return False
        names = {self._named(name) for name in row}
        return not names <= set(main) and len(names & set(main)) < len(main) - 1

    def batches(self) -> list[SeriesBatch]:
        """The points of all rows added.

        A row that does not say its time has that of the last one, when the file was written, less what its elapsed
        time falls short of the last row's.
        """
        start = self._state.get("started")
        spans = [elapsed for _, _, _, elapsed, _ in self._waiting if elapsed is not None]
        for step, unit, time, elapsed, values in self._waiting:
            if time is None and elapsed is not None:
                time = start + elapsed if start is not None else self._written - max(0.0, spans[-1] - elapsed)
            moment_of_row = self._written if time is None else time
            for name, value in values:
                if len(self._legs.known) < _MOST_SERIES or self._legs.is_known(name):
                    self._legs.add(name, unit, step, moment_of_row, value)
        self._waiting = []
        return self._legs.batches()

    def _values(self, row: Row, columns: Columns) -> list[tuple[str, float]]:
        values = []
        for name, cell in row.items():
            if cell == "" or cell is None or name == columns.step or name in columns.never:
                continue
            value = to_float(cell)
            if value is None or (name in columns.times and moment(cell) is not None):
                continue
            values.append((self._named(name), value))
        return values

    def _named(self, name: str) -> str:
        """A column's name behind the prefix, unless it says the same already (``val_loss`` of ``val.csv``)."""
        return name if name.lower().startswith(self._prefix.rstrip("/").lower()) else self._prefix + name

    def _step_of(self, row: Row, columns: Columns, between: bool) -> float | None:
        """The step of a row; counters that start over in every epoch are added up."""
        state = self._state
        rows: int = state.get("rows", 0) + 1
        state["rows"] = rows
        if columns.step is None:
            return float(rows)
        step = to_float(row[columns.step])
        if step is None or step != step or abs(step) == float("inf"):
            return None
        if between and "reached" in state:
            return float(state["reached"])
        epoch = to_float(row[columns.epoch]) if columns.epoch is not None else None
        if epoch is not None:
            last_epoch, last = state.get("position", (epoch, step))
            if epoch > last_epoch and step < last:
                state["base"] = state.get("base", 0.0) + last
            elif epoch < last_epoch:
                state["base"] = 0.0
            state["position"] = (epoch, step)
        base: float = state.get("base", 0.0)
        state["reached"] = base + step
        return base + step

    def _is_copy(self, row: Row, columns: Columns, step: float, mode: str) -> bool:
        """Whether another rank has just written this row: the same step, or in coarse units the same row."""
        if columns.unit == "row":
            return False
        names = "\0".join(row) + mode
        if columns.unit in _COARSE:
            names += repr(list(row.values()))
        key = zlib.crc32(names.encode(errors="replace"))
        recent: list[Any] = self._state.setdefault("recent", [])
        if [step, key] in recent:
            return True
        self._state["recent"] = [*recent, [step, key]][-_RECENT:]
        return False


def _mode_of(row: Row) -> str:
    """``val`` or ``test`` where the row says that it is of an evaluation; empty for training."""
    mode = row.get("mode", row.get("split", row.get("phase")))
    return (
        mode if isinstance(mode, str) and mode.lower() in ("val", "test", "eval", "valid", "validation", "dev") else ""
    )


def flatten(found: Mapping[str, object]) -> dict[str, object]:
    """An object's values by path (``info/learner/loss``); lists, which hold no single number, are left out.

    Numbers written as text are numbers where their name is that of a metric.
    """
    flat: dict[str, object] = {}
    waiting: list[tuple[str, Iterable[tuple[str, object]]]] = [("", found.items())]
    while waiting:
        path, items = waiting.pop(0)
        for name, value in items:
            name = path + str(name)
            if isinstance(value, Mapping):
                if name.count("/") < 12 and leaf(name) not in _SETTINGS:
                    waiting.append((name + "/", value.items()))
            elif isinstance(value, str):
                if to_float(value) is None or is_metric(name) or leaf(normal(name)) in ("step", "epoch", "global_step"):
                    flat[name] = value
            elif not isinstance(value, list | bool):
                flat[name] = value
    return flat
