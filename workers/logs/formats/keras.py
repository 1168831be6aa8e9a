"""Keras: the bars of ``fit`` in all their glyphs, and the lines of ``verbose=2``.

``10440/10440 [=====] - 2s 145us/step - loss: 0.65 - val_loss: 0.64``, ``1563/1563 ━━━━ 5s 3ms/step - loss: 1.2``,
``1563/1563 - 33s - loss: 0.53``. One record an epoch, from the complete bar; what is drawn after it, up to the next
heading ``Epoch 3/10``, is an evaluation or a prediction.
"""

import re
from typing import Any

from workers.logs.formats import Memory
from workers.logs.names import is_never
from workers.logs.numbers import NUMBER, to_number
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record

SIGNS = ("/step", "ETA:", "[==", "[>", "[..", "━", "s - ", " - ")
_TIME = r"(?:\d+(?:s|ms|us|µs)|\d+:\d\d(?::\d\d)?|\d+ms)"
_BAR = re.compile(
    r"\s*(?P<done>\d{1,12})/(?P<total>\d{1,12}|Unknown)\s{1,4}"
    r"(?:(?P<old>\[[=>.]{5,60}\])|(?P<new>[━─╸╺-]{5,60})|(?=- )|(?<=wn  )(?=\d)|(?<=wn   )(?=\d))\s?"
    r"(?:- )?(?P<eta>ETA: \S+\s?|)"
    rf"(?:{_TIME}(?:\s?/?\S{{1,12}}/(?:step|epoch|sample))?)?(?P<rest>(?:\s| - |$).*)$"
)
_GLYPHS = re.compile(r"\s*\d{1,12}/\d{1,12}\s{1,4}(?:\[[=>.]{10,60}\] - \S|[━─╸╺]{10,60} \S)")
_PLAIN = re.compile(r"\s?- \d+s(?P<rest> - .*)$")
_PAIR = re.compile(rf"(?:^|\s)(?:- )?(?P<name>[^\W\d][^:=\s]{{0,80}}): {{1,2}}(?P<value>{NUMBER})(?=\s|$)")
_HEADER = re.compile(r"Epoch (?P<done>\d{1,7})/(?P<total>\d{1,7})\s*$")
_INTERVAL = re.compile(r"Interval \d+ \((?P<steps>\d+) steps performed\)")
_CALLBACK = re.compile(
    r"Epoch \d+: (?:\S+ (?:improved from|did not improve)|early stopping|saving model|ReduceLROnPlateau"
    r"|LearningRateScheduler|finished saving|Restoring model|Terminating"
    r"|\S+ setting learning rate)|Restoring model weights from"
)
_SECONDS_A_STEP = re.compile(r"\s\d+[mu]?s/(?:step|epoch)")


def recognise(line: str, memory: Memory) -> bool:
    """Whether a bar of Keras is drawn in that line, or it is its heading or a callback's note."""
    if len(line) > 4000:
        return False
    if line.startswith("Epoch "):
        return bool(_CALLBACK.match(line)) or bool(memory.get("open") and _HEADER.match(line))
    if line.startswith("Interval "):
        return _INTERVAL.match(line) is not None
    if _GLYPHS.match(line):
        return True
    bar = _BAR.match(line)
    if bar is not None:
        return bool(bar["old"] or bar["new"] or bar["eta"] or _PAIR.search(bar["rest"]))
    plain = _PLAIN.match(line)
    return plain is not None and _PAIR.search(plain["rest"]) is not None


def parse(line: str, memory: Memory) -> Reading | None:
    """The counters of a bar, and the record of a complete one."""
    if line.startswith("Epoch "):
        header = _HEADER.match(line)
        if header is None:
            return None
        memory.update(epoch=[float(header["done"]), float(header["total"])], over=False, aside=False)
        return Reading([], (Count("epoch", float(header["done"]), float(header["total"])),), TRAIN)
    if line.startswith("Interval "):
        interval = _INTERVAL.match(line)
        memory.update(
            base=float(interval["steps"]) if interval else 0.0, epoch=None, over=False, aside=False, open=True
        )
        return None
    if not memory.get("open"):
        memory["open"] = True
        memory["epoch"] = memory.get("shared", {}).get("epoch")
    bar = _BAR.match(line)
    if bar is None:
        plain = _PLAIN.match(line)
        return None if plain is None else _take(None, None, _values(plain["rest"]), "plain", memory)
    total = to_number(bar["total"])
    kind = "eta" if bar["eta"] else "new" if bar["new"] else "old" if bar["old"] else "plain"
    done = float(bar["done"])
    return _take(done, total, _values(bar["rest"]) if done == total else {}, kind, memory)


def _values(rest: str) -> dict[str, float]:
    values: dict[str, float] = {}
    for match in _PAIR.finditer(_SECONDS_A_STEP.sub(" ", rest)):
        value = to_number(match["value"])
        if value is not None and not is_never(match["name"]):
            values[match["name"]] = value
    return values


def _take(
    done: float | None, total: float | None, values: dict[str, float], kind: str, memory: Memory
) -> Reading | None:
    epoch: list[Any] | None = memory.get("epoch")
    base = memory.get("base")
    is_complete = done == total
    if _is_aside(is_complete, total, values, kind, memory):
        memory["aside"] = True
        bar = (Count("it", done, total),) if done is not None else ()
        if not (is_complete and values) or kind == "eta":
            return Reading([], bar, EVAL)
        tested = {
            name if name.startswith(("val_", "test")) else f"test/{name}": value for name, value in values.items()
        }
        return Reading([Record(tested, epoch=epoch[0] if epoch else None)], bar, EVAL)
    counts: tuple[Count, ...] = (Count("epoch", epoch[0], epoch[1]),) if epoch else ()
    if not is_complete:
        if done is not None and (epoch or base is not None):
            counts += (Count("batch", done, total),)
        return Reading([], counts, TRAIN) if counts else None
    memory.update(over=True, kind=kind, total=total, named=any(name.startswith("val_") for name in values))
    if not values:
        return Reading([], counts, TRAIN) if counts else None
    record = Record(values, epoch=epoch[0] if epoch else None, redrawn=True)
    if base is not None and epoch is None and total:
        record.step = base + total
    return Reading([record], counts, TRAIN)


def _is_aside(is_complete: bool, total: float | None, values: dict[str, float], kind: str, memory: Memory) -> bool:
    """Whether a drawing is one of an evaluation or a prediction that follows the training of an epoch."""
    if memory.get("aside"):
        return True
    validates = any(name.startswith("val_") for name in values)
    if not memory.get("over"):
        return not memory.get("epoch") and memory.get("base") is None and not validates
    if not is_complete or (total is not None and total != memory.get("total")):
        return True
    if validates and not memory.get("named"):
        return False
    return memory.get("kind") != "eta" and kind != "new"
