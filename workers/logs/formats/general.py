"""Any line of text that names a metric and its value: ``Epoch 3/10 - loss: 0.51, val acc 85.3%``.

Asked last. Where a line does not say its position, the one of the latest line that did is taken, and where several such
lines follow in one position, they are counted.
"""

import math
import re
import zlib
from typing import Any

from workers.logs import names, sentences
from workers.logs.formats import Memory
from workers.logs.lines import shape_of
from workers.logs.numbers import is_whole
from workers.logs.positions import UNNAMED, may_tell_position
from workers.logs.records import EVAL, Count, Reading, Record
from workers.logs.sentences import TOKEN, Plan, make_plan, phase_of
from workers.logs.timestamps import strip_stamp

SIGNS = ()
_LONGEST = 4000
_PLANS = 5_000
_PLANS_OF_SHAPE = 40
_ASIDE = ("val", "test", "eval", "dev")
_TENSOR = re.compile(r"\btensor\(\[?([^\s,()\[\]]{1,40})\]?(?:, ?[^()]{0,60}(?:\(\))?[^()]{0,60})?\)")
_STORING = re.compile(
    r"\W{0,9}[^\d:=]{0,40}?\b(?:sav(?:ed?|ing)|load(?:ed|ing)?|reload(?:ed|ing)|restor(?:ed|ing)|resum(?:ed|ing))\b"
    r"(?!\s*[:=]\s*[-+\d.])|.{0,80}\b(?:skipping step|gradient overflow)\b"
    r"|.{0,90}\S: precision:\s+[\d.]+%; recall:\s+[\d.]+%; FB1:\s+[\d.]+\s+\d+\s*$"
    r"|\W{0,9}[^\d:=：]{0,20}?(?:保存|加载|载入|儲存|読み込)",
    re.IGNORECASE,
)
"""A line that tells of a checkpoint, whose loss was said before, of a step left out, or of one class of many."""
_OF_BEST = re.compile(
    r"\W{0,9}(?:the )?best[ _](?:epoch|step|iter\w*|round|model|result|checkpoint)s?\b", re.IGNORECASE
)
"""A line that tells once more how good the best epoch was."""
Position = dict[str, Any]
_plans: dict[bytes, list[Plan]] = {}
_STEP_UNITS = ("step", "iteration", "update", "timestep", "kimg", "episode", "round", "generation")


def recognise(line: str, memory: Memory) -> bool:
    """Whether there is a metric with a value in it, a position in the training, or the heading of an evaluation."""
    if len(line) > _LONGEST:
        return False
    if not TOKEN.search(line):
        return _heading(line) is not None
    _, rest = _clean(line)
    if not (names.may_name_metric(rest) or may_tell_position(rest)) or _STORING.match(rest):
        return False
    plan = make_plan(rest)
    return bool(plan.values) or (bool(plan.positions) and not plan.is_listing and len(rest) < 200)


def parse(line: str, memory: Memory) -> Reading | None:
    """The metrics of the line with its position, or the one in force."""
    time, rest = _clean(line)
    tokens = TOKEN.findall(rest)
    if not tokens:
        memory["phase"] = _heading(line)
        return None
    plan = _plan(rest, tokens)
    counts = _counts(plan, tokens, memory)
    if plan.may_be_total and not _grows(counts, memory):
        return None
    position = _position(plan, tokens, memory)
    if position:
        memory["at"] = dict(position)
        if not plan.values:
            memory["phase"] = phase_of(rest)
    if not plan.values:
        phase = EVAL if counts and memory.get("phase") in _ASIDE else None
        return Reading(counts=counts, phase=phase) if counts else None
    values = _values(plan, tokens, memory)
    if _OF_BEST.match(rest):
        values = {name if "best" in name.lower() else f"best {name}": value for name, value in values.items()}
    if not position:
        if all(names.is_setting(name) for name in values):
            return None
        position = _in_force(memory)
        position = _counted(position, values, memory)
    elif position.keys() == {"epoch"}:
        position = _counted(position, values, memory)
    if not values:
        return None
    record = Record(values, time=time, **position)
    return Reading([record], counts, phase=EVAL if counts and _is_aside(plan, counts[-1], memory) else None)


def _is_aside(plan: Plan, inner: Count, memory: Memory) -> bool:
    """Whether what a line counts is an evaluation's own: its batches, its episodes, ``Eval iter 10/50``."""
    if inner.unit in ("batch", "episode"):
        return (plan.phase or memory.get("phase")) in _ASIDE
    return plan.lead in _ASIDE and inner.unit != "epoch" and inner.total is not None


def _clean(line: str) -> tuple[float | None, str]:
    """When a line was written, and what is read of it: ``tensor(0.5, device='cuda:0')`` is 0.5."""
    time, rest = strip_stamp(line)
    return time, _TENSOR.sub(r"\1", rest) if "tensor(" in rest else rest


def _plan(line: str, tokens: list[str]) -> Plan:
    shape = shape_of(line)
    known = _plans.get(shape)
    if known is not None:
        for plan in known:
            if plan.tokens == len(tokens) and all(tokens[index] == text for index, text in plan.fixed):
                return plan
    plan = make_plan(line)
    if known is None:
        if len(_plans) >= _PLANS:
            _plans.clear()
        known = _plans[shape] = []
    if len(known) < _PLANS_OF_SHAPE:
        known.append(plan)
    return plan


def _values(plan: Plan, tokens: list[str], memory: Memory) -> dict[str, float]:
    around = memory.get("phase") if not plan.positions else None
    values: dict[str, float] = {}
    for value in plan.values:
        name = value.name
        phase = value.phase or around
        if phase in _ASIDE and phase_of(name) is None:
            name = f"{phase}/{name}"
        if name not in values:
            values[name] = float(tokens[value.index].replace(",", "")) * value.scale
    return values


def _number(tokens: list[str], index: int | None) -> float | None:
    return None if index is None else float(tokens[index].replace(",", ""))


def _position(plan: Plan, tokens: list[str], memory: Memory) -> Position:
    """Where in the training a line says it is, as arguments of a record."""
    found: dict[str, tuple[float, float | None]] = {}
    for unit, index, total_index in plan.positions:
        done = _number(tokens, index)
        if done is not None and (is_whole(done) or unit == "epoch"):
            found.setdefault(unit, (done, _number(tokens, total_index)))
    if UNNAMED in found:
        fraction = found.pop(UNNAMED)
        if "epoch" not in found and any(unit in found for unit in ("batch", "step", "iteration")):
            found["epoch"] = fraction  # "[1/99] [Step: 200] loss: 0.5"
            plan_values = False
        else:
            plan_values = bool(plan.values)
        if plan_values and "batch" not in found:
            found["batch" if "epoch" in found or _shared_position(memory) else "step"] = fraction
    if not found:
        return {}
    if _is_round(found):
        found["epoch"] = found.pop("iteration")
    position: Position = {}
    if "epoch" in found:
        position["epoch"] = found["epoch"][0]
    steps = sorted((unit for unit in found if unit in _STEP_UNITS), key=lambda unit: found[unit][1] is None)
    inner = "batch" if "batch" in found else next(iter(steps), None)
    if inner is None:
        return position
    done, total = found[inner]
    is_part = "epoch" in found and not is_whole(found["epoch"][0])  # "step 30/4000 (epoch 0.15/20)"
    if (
        inner == "batch" or ("epoch" in found and total is not None and inner in ("step", "iteration", "update"))
    ) and not (is_part and inner != "batch"):
        if "epoch" not in position:
            epoch = (memory.get("at") or {}).get("epoch") or _shared_position(memory).get("epoch")
            if epoch is not None:
                position["epoch"] = epoch
        position["batch"] = done
        if total:
            position["batches"] = total
        return position
    if "epoch" in found and inner in ("step", "iteration", "update"):
        return _maybe_within(position, found["epoch"][0], done, inner, memory)
    position.update(step=done, unit=inner)
    return position


def _is_round(found: dict[str, tuple[float, float | None]]) -> bool:
    """Whether an iteration is a round through the data: ``iteration: 2 step: 100/1234``."""
    return "epoch" not in found and found.get("iteration", (0, 0))[1] is None and bool(found.get("step", (0, None))[1])


def _maybe_within(position: Position, epoch: float, done: float, unit: str, memory: Memory) -> Position:
    """A step beside an epoch may count the whole training or begin anew with each epoch: watch which."""
    last_epoch, last_done, longest = memory.get("within", [epoch, done, 0.0])
    if epoch > last_epoch and done < last_done:
        longest = max(longest, last_done)
    memory["within"] = [epoch, done, longest]
    if longest:
        position.update(batch=done, batches=max(longest, done))
    else:
        position.update(step=done, unit=unit)
    return position


def _counts(plan: Plan, tokens: list[str], memory: Memory) -> tuple[Count, ...]:
    counts: list[Count] = []
    is_aside = (plan.phase or memory.get("phase")) in _ASIDE
    for unit, index, total in plan.positions:
        if unit == UNNAMED:
            if not plan.values or is_aside or len(plan.positions) > 1:
                continue
            unit = "batch" if _shared_position(memory) else "step"
        done = _number(tokens, index)
        if done is not None and is_whole(done) and all(count.unit != unit for count in counts):
            counts.append(Count(unit, done, _number(tokens, total)))
    if _is_round({count.unit: (count.done, count.total) for count in counts}):
        counts = [Count("epoch", c.done) if c.unit == "iteration" else c for c in counts]
    counts.sort(key=lambda count: ("epoch", "batch").index(count.unit) if count.unit in ("epoch", "batch") else 0.5)
    epoch = next((count for count in counts if count.unit == "epoch"), None)
    if epoch is not None:
        counts = [
            Count("batch", c.done, c.total) if c.unit in ("step", "iteration", "update") and c.total else c
            for c in counts
        ]
    return tuple(count for count in counts if count.unit in ("epoch", "batch") or count.unit == _first_unit(counts))


def _first_unit(counts: list[Count]) -> str:
    """Of several counters over the whole training the one to go by: one with a total, or the first on the line."""
    others = [count for count in counts if count.unit not in ("epoch", "batch")]
    return next((count.unit for count in others if count.total), others[0].unit if others else "")


def _grows(counts: tuple[Count, ...], memory: Memory) -> bool:
    """Whether a counter without metrics, that may be the number of all, was seen before and has grown."""
    seen = memory.setdefault("seen", {})
    growing = [count.unit in seen and count.done > seen[count.unit] for count in counts]
    seen.update({count.unit: count.done for count in counts})
    return any(growing)


def _shared_position(memory: Memory) -> Position:
    shared = memory.get("shared") or {}
    if shared.get("epoch"):
        return {"epoch": shared["epoch"][0]}
    return {}


def _in_force(memory: Memory) -> Position:
    """The position told last: by a line of free text, or by another family, if that says the epoch is a later one."""
    own: Position = memory.get("at") or {}
    shared = _shared_position(memory)
    return shared if not own or own.get("epoch", math.inf) < shared.get("epoch", -math.inf) else own


def _counted(position: Position, values: dict[str, float], memory: Memory) -> Position:
    """The position for a line that says none: counted where it is not the first of its kind there."""
    key = "\t".join(values)
    here = [position.get("epoch"), position.get("step"), position.get("batch")]
    what = zlib.crc32(repr(list(values.values())).encode())
    said = memory.setdefault("said", {})
    before = said.get(key)
    if len(said) > 500:
        said.clear()
    if before is not None and (before[1] or (before[0] == here and before[2] != what)):
        said[key] = [here, True, what]
        return {}
    said[key] = [here, False, what]
    return position if here != [None, None, None] else {}


def _heading(line: str) -> str | None:
    """The phase that a line without numbers announces: ``Validation:``, ``--- Evaluating ---``."""
    stripped = line.strip(" \t-=*#>:.[]()")
    if len(stripped) > 40 or not stripped or len(stripped.split()) > 4:
        return None
    phase = phase_of(stripped)
    return phase if phase and sentences.phase_of(stripped.split()[0]) == phase else None
