"""How far a job is: which of the counters in a log counts the training, and what its total is.

A log counts many things: epochs, batches in an epoch, an evaluation, a data set being loaded. Training is what the
outermost counter with a total says; bars that name something else, and bars drawn while the training's stands still,
are not it.
"""

import re
from dataclasses import dataclass
from typing import Any

from workers.logs.records import EVAL, LOAD, SAVE, TRAIN, Count, Reading

EPOCH = "epoch"
_ASIDE = {
    EVAL: re.compile(
        r"\b(?:eval\w*|val(?:id\w*)?|test\w*|predict\w*|infer\w*|sanity|scor\w*|generat\w*|sampl\w*|denois\w*|"
        r"bleu|metric\w*|knn|評価|検証|验证|测试)",
        re.IGNORECASE,
    ),
    LOAD: re.compile(
        r"\b(?:load\w*|download\w*|map|token\w*|pre-?process\w*|fetch\w*|extract\w*|read\w*|build\w*|"
        r"generating \w+ split|running tokenizer\w*|filter|casting|shards?|files?|cach\w*|scan\w*|prepar\w*|convert\w*|"
        r"index\w*|upload\w*|creating|collect\w*|import\w*|resolving|saving the dataset|flattening|"
        r"concatenat\w*|features?|packing)\b",
        re.IGNORECASE,
    ),
    SAVE: re.compile(r"\b(?:sav(?:e|ing)|checkpoint\w*|writing|export\w*)\b", re.IGNORECASE),
}
_TRAINING = re.compile(r"\b(?:train\w*|epochs?|steps?|fit\w*|iter\w*|学習|训练)", re.IGNORECASE)
_ANNOUNCED = re.compile(
    r"(?:^|[\s,({\['\"`.-])(?:(?:max|num|n(?!_steps)|total|tot|number[_ ]of|training|train|total[_ ]training|"
    r"max[_ ]train(?:ing)?|num[_ ]train(?:ing)?|total[_ ]optimi[sz]ation|total[_ ]train)[_\- .]?)?"
    r"(?P<unit>epochs?|steps?|iters?|iterations?|updates?|time_?steps?|kimg|episodes?)"
    r"['\"]?\s*(?:=|:|,|\s)\s*['\"]?(?P<total>\d{1,3}(?:,\d{3})+|\d+)(?!\d|[:/%]|\.\d|\s*(?:/|\||,?\s*\d+\)))",
    re.IGNORECASE,
)
_PREFIXED = re.compile(
    r"(?:max|num|total|number of|n_|training)[_\- .]?(?:train\w*|optimi[sz]ation)?[_\- .]?(?:epochs?|steps?|iters?|"
    r"iterations?|updates?|time_?steps?|kimg|episodes?)|start\w* training|"
    r"(?:^|[\s,('\"{-])epochs?['\"]?\s*[=:]|training for [\d,]+ ",
    re.IGNORECASE,
)
_FOR_KIMG = re.compile(r"training for ([\d,]+) (kimg|epochs?|steps?|iterations?)", re.IGNORECASE)
UNITS = {
    "epochs": "epoch",
    "steps": "step",
    "iters": "iteration",
    "iter": "iteration",
    "iterations": "iteration",
    "updates": "update",
    "timesteps": "timestep",
    "time_steps": "timestep",
    "time_step": "timestep",
    "episodes": "episode",
}


_OWN_EPOCHS = 20
_FIRST = re.compile(
    r"\W*(?:download|(?:pre-?)?load|map\b|tokeni[sz]|running tokeni[sz]er|pre-?process|filter|casting|"
    r"extract|generating \w+ split|fetch|build|pack|saving the dataset|caching|read|scan|prepar|"
    r"convert|upload|import|resolv|concat|flatten)",
    re.IGNORECASE,
)


def phase_of(label: str) -> str:
    """What a bar with that description counts; training where it does not say anything else."""
    if not label:
        return TRAIN
    if _FIRST.match(label):
        return LOAD
    if _TRAINING.search(label) and not _ASIDE[EVAL].search(label):
        return TRAIN
    return next((phase for phase, words in _ASIDE.items() if words.search(label)), TRAIN)


@dataclass(frozen=True)
class Standing:
    """How far a job is: ``done`` of ``total`` ``unit`` (total None: unknown), and the counters that say so."""

    done: float
    total: float | None
    unit: str
    levels: tuple[Count, ...]
    phase: str


class Progress:
    """Follows the counters of one log; its ``state`` is kept as JSON."""

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        state = state or {}
        self.epoch: list[float | None] = state.get("epoch", [])  # [done, total, complete, over]
        self.zero_based: bool = state.get("zero_based", False)
        self.inner: list[float] = state.get("inner", [])  # [done, total] of the batch bar
        self.main: list[Any] = state.get("main", [])  # [done, total, unit] of a counter over the whole training
        self.bars: dict[str, list[float]] = state.get("bars", {})  # label and total -> [done, times seen, restarts]
        self.announced: dict[str, float] = state.get("announced", {})
        self.phase: str = state.get("phase", "")
        self.outer: list[float] = state.get("outer", [])  # [done of a bar around the epochs, epochs since it moved]

    def state(self) -> dict[str, Any]:
        """What must be kept to go on."""
        return {
            "epoch": self.epoch,
            "zero_based": self.zero_based,
            "inner": self.inner,
            "main": self.main,
            "bars": self.bars,
            "announced": self.announced,
            "phase": self.phase,
            "outer": self.outer,
        }

    def note_line(self, line: str) -> None:
        """Look whether a line announces a total, such as ``max_steps=5000`` in a list of arguments."""
        if len(line) > 2000 or not _PREFIXED.search(line):
            return
        words = _FOR_KIMG.search(line)
        found = [(words[2], words[1])] if words else []
        found += [(match["unit"], match["total"]) for match in _ANNOUNCED.finditer(line)]
        for unit, total in found:
            name = UNITS.get(unit.lower(), unit.lower())
            value = float(total.replace(",", ""))
            if value > 0:
                self.announced.setdefault(name, value)

    def note(self, reading: Reading) -> bool:
        """Take in the counters of a line; whether they are the training's own (and not of an evaluation, say)."""
        counts = reading.counts
        phase = reading.phase or phase_of(reading.label)
        if phase != TRAIN:
            self.phase = phase
            return False
        outer = next((count for count in counts if count.unit == EPOCH), None)
        others = [count for count in counts if count.unit != EPOCH]
        if outer is not None:
            self._note_outer(outer, others[-1].total if others else None)
            self._note_epoch(outer, complete=not others and bool(reading.records))
        if others and not self._note_counter(others[-1], reading, within_epoch=outer is not None):
            return False
        if counts:
            self.phase = TRAIN
        return bool(counts)

    def _note_outer(self, count: Count, batches: float | None) -> None:
        """See whether a bar around the epochs counts the training, as where each update has epochs of its own."""
        if not self.epoch:
            is_running = bool(self.main) and self.main[2] == "it" and self.main[0] < (self.main[1] or 0)
            self.outer = [self.main[0], 0.0] if is_running and self.main[1] != batches else []
        elif self.outer and self.epoch[0] != count.done:
            moved = self.main and self.main[0] != self.outer[0]
            self.outer = [self.main[0], 0.0] if moved else [self.outer[0], self.outer[1] + 1]
            if self.outer[1] > _OWN_EPOCHS:
                self.outer = []  # that bar was left standing

    def _note_epoch(self, count: Count, *, complete: bool) -> None:
        if count.done == 0:
            self.zero_based = True
        elif not self.epoch:
            self.zero_based = count.done < 1
        if not self.epoch or self.epoch[0] != count.done or (count.over and not self.epoch[-1]):
            self.inner = []
        total = count.total if count.total is not None else (self.epoch[1] if self.epoch else None)
        self.epoch = [count.done, total, float(complete), float(count.over)]

    def _note_counter(self, count: Count, reading: Reading, *, within_epoch: bool) -> bool:
        """Take in a counter; False if it is not the training's."""
        if count.unit == "batch" or within_epoch:
            if within_epoch and self.main and self.main[1:] == [count.total, "it"]:
                self.main = []  # the same bar, when it did not name the epoch yet
            self.inner = [count.done, count.total or 0.0]
            return True
        if reading.records and count.total is None:
            if not self.main or self.main[1] is None or self.main[2] == count.unit:
                total = self.main[1] if self.main and self.main[2] == count.unit else None
                self.main = [count.done, total, count.unit]
            return True
        if count.unit != "it":
            if count.total is None and self.main and self.main[1]:
                if self.main[2] != count.unit:
                    return False  # one with a total says more
                self.main[0] = count.done
                return True
            self.main = [count.done, count.total, count.unit]
            return True
        key = f"{re.sub(r'[0-9]+', '', reading.label).strip()}\t{count.total}"
        known = self.bars.get(key)
        if known is None:
            self.bars[key] = known = [count.done, 0.0, 0.0, -1.0]
            if len(self.bars) > 100:
                del self.bars[next(iter(self.bars))]
        epoch = self.epoch[0] if self.epoch and self.epoch[0] is not None else -1.0
        if count.done < known[0] or (count.done == known[0] == count.total and epoch > known[-1] >= 0):
            known[2] += 1
        known[3:] = [epoch]
        known[0], known[1] = count.done, known[1] + 1
        is_main = bool(self.main) and self.main[2] == "it"
        if self.inner and 0 < self.inner[0] < self.inner[1] != count.total and not reading.records:
            self.phase = EVAL
            return False
        standing = is_main and self.main[0] < (self.main[1] or 0) and self.main[1] != count.total
        if standing and not reading.records and self.main[0] > 0 and known[1] < 3 * self._hits(self.main[1]):
            self.phase = EVAL  # a bar within the bar: an evaluation in the middle of training
            return False
        self.main = [count.done, count.total, "it"]
        return True

    def _hits(self, total: float | None) -> float:
        return max((bar[1] for key, bar in self.bars.items() if key.endswith(f"\t{total}")), default=0.0)

    def _restarts(self, total: float | None) -> bool:
        """Whether bars of that length begin anew, once an epoch."""
        return any(bar[2] > 0 for key, bar in self.bars.items() if key.endswith(f"\t{total}"))

    def standing(self) -> Standing | None:
        """Where the job is, as far as the log says."""
        if self.epoch and not self.outer:
            found = self._by_epochs()
            if found is not None:
                return found
        if not self.main:
            return None
        done, total, unit = self.main
        unit = "step" if unit == "it" else unit
        if total is None:
            total = self._announced_total(unit)
        if total is not None and done > total:
            total = None
        return Standing(done, total, unit, (Count(unit, done, total),), self.phase or TRAIN)

    def _by_epochs(self) -> Standing | None:
        done, total, complete, over = [*self.epoch, 0.0][:4]
        if self.main and self.main[1] and self.main[2] != "it":
            return None  # a counter over the whole training says more
        if done is None:
            return None
        if total is None:
            total = self.announced.get(EPOCH)
        inner = self.inner
        if self.main and self.main[1] and self.main[2] == "it":
            if total is None and not self.inner and not self._restarts(self.main[1]):
                return None
            inner = inner or [self.main[0], self.main[1]]
        passed = done + 1 if self.zero_based else done
        if over or done != int(done):
            passed = done
        elif not complete:
            passed -= 1
        levels = [Count(EPOCH, done, total)]
        if inner:
            levels.append(Count("batch", inner[0], inner[1] or None))
            if not complete and inner[1]:
                passed += min(1.0, inner[0] / inner[1])
        if total is not None and passed > total:
            passed = total if passed <= total + 1 else passed
            total = total if passed <= total else None
        return Standing(passed, total, EPOCH, tuple(levels), self.phase or TRAIN)

    def _announced_total(self, unit: str) -> float | None:
        if unit in self.announced:
            return self.announced[unit]
        alike = {"iteration": ("step", "iteration"), "step": ("iteration", "update"), "update": ("step",)}
        return next((self.announced[name] for name in alike.get(unit, ()) if name in self.announced), None)
