"""OpenNMT in all its tongues: OpenNMT-py 0.x to 3.x, OpenNMT-tf and the first one in Lua.

``Step 50/ 5000; acc:  20.18; ppl: 908.07; xent: 6.81; lr: 0.00020; 4466/6179 tok/s;     32 sec``. The two rates are
those of source and target words; ``patience: 2/3`` and ``improving ppl: 5.5 --> 5.3`` are not metrics.
"""

import re

from workers.logs.fields import split_fields, to_value
from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = (
    "Step ",
    "; acc:",
    "Validation ",
    "Train ",
    "patience",
    "Model is improving",
    "; Iteration ",
    "steps/s",
    "Evaluation result for",
)
_STEP = re.compile(r"Step (?P<done>\d{1,12})/\s{0,12}(?P<total>\d{1,12}); (?P<rest>acc:.*)")
_EPOCH = re.compile(
    r"Epoch\s{1,4}(?P<epoch>\d{1,6}),\s{1,8}(?P<done>\d{1,9})/\s{0,8}(?P<total>\d{1,9}); (?P<rest>acc:.*)"
)
_LUA = re.compile(r"Epoch (?P<epoch>\d{1,6}) ; Iteration (?P<done>\d{1,9})/(?P<total>\d{1,9}) ; (?P<rest>.*)")
_TENSORFLOW = re.compile(r"Step = (?P<done>\d{1,12}) ; (?P<rest>.*)")
_EVALUATION = re.compile(r"Evaluation result for step (?P<done>\d{1,12}): (?P<rest>.*)")
_TOTAL = re.compile(rf"(?P<name>(?:Validation|Train|Training) (?:perplexity|accuracy)): (?P<value>{NUMBER})\s*$")
_SPEED = re.compile(r"(?P<source>\d{1,9})/\s{0,6}(?P<target>\d{1,9}) tok/s")
_ASIDE = re.compile(
    r"(?:Model is improving|Decreasing patience|Model has \w+ improv|Stalled patience|Sentences processed"
    r"|Average bsz)\b"
)
_LUA_FIELD = re.compile(rf"(?P<name>[A-Za-z][A-Za-z/ ]{{1,30}}?) (?P<value>{NUMBER})\s*$")
_NEVER = frozenset(("sents", "bsz"))


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is a report of OpenNMT's."""
    _, text = _text(line)
    if text[:4] == "Step":
        return bool(_STEP.match(text) or (_TENSORFLOW.match(text) and "/s = " in text))
    if text[:5] == "Epoch":
        return bool(_EPOCH.match(text) or _LUA.match(text))
    return bool(_TOTAL.match(text) or _ASIDE.match(text) or _EVALUATION.match(text))


def parse(line: str, memory: Memory) -> Reading | None:
    """The metrics of a report at its step."""
    time, text = _text(line)
    if _ASIDE.match(text):
        return None
    total = _TOTAL.match(text)
    if total is not None:
        return _validation({total["name"]: float(total["value"].replace(",", ""))}, memory, time)
    evaluation = _EVALUATION.match(text)
    if evaluation is not None:
        found = split_fields(evaluation["rest"], ";", "=")
        values = {f"eval/{name}": value for name, value in found.items()}
        return Reading([Record(values, step=float(evaluation["done"]), time=time)] if values else [], (), EVAL)
    step = _STEP.match(text) or _TENSORFLOW.match(text)
    if step is not None:
        done = float(step["done"])
        values = _tensorflow(step["rest"]) if " = " in step["rest"] else _values(step["rest"])
        limit = float(step["total"]) if "total" in step.groupdict() else None
        return Reading([Record(values, step=done, time=time)] if values else [], (Count("step", done, limit),), TRAIN)
    within = _EPOCH.match(text) or _LUA.match(text)
    if within is None:
        return None
    epoch, done, batches = float(within["epoch"]), float(within["done"]), float(within["total"])
    values = _values(within["rest"]) if "acc:" in within["rest"] else _lua(within["rest"])
    memory["epoch"] = epoch
    records = [Record(values, epoch=epoch, batch=done, batches=batches, time=time)] if values else []
    return Reading(records, (Count("epoch", epoch), Count("batch", done, batches)), TRAIN)


def _text(line: str) -> tuple[float | None, str]:
    time, text = strip_stamp(line)
    start = text.find("Step = ", 0, 80)
    return time, text[start:] if start > 0 else text


def _validation(values: dict[str, float], memory: Memory, time: float | None) -> Reading:
    epoch = memory.get("epoch")
    step = memory.get("shared", {}).get("step") if epoch is None else None
    return Reading([Record(values, step=step, epoch=epoch, time=time)])


def _values(text: str) -> dict[str, float]:
    values = {name: value for name, value in split_fields(text, ";", ":").items() if name not in _NEVER}
    speed = _SPEED.search(text)
    if speed is not None:
        values.update({"src tok/s": float(speed["source"]), "tgt tok/s": float(speed["target"])})
    return values


def _tensorflow(text: str) -> dict[str, float]:
    values: dict[str, float] = {}
    for part in text.split(" ; "):
        values.update(split_fields(part, ",", " = "))
    return values


def _lua(text: str) -> dict[str, float]:
    values: dict[str, float] = {}
    for part in text.split(" ; "):
        match = _LUA_FIELD.match(part.strip())
        value = to_value(match["value"]) if match else None
        if match is not None and value is not None:
            name = match["name"].strip()
            values["LR" if name.endswith(" LR") else name] = value
    return values
