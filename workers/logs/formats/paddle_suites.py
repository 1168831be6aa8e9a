"""PaddlePaddle's trainers that name neither ``[TRAIN]`` nor ``[EVAL]``: PaddleClas, PaddleOCR, PaddleVideo, PaddleNLP.

``[Train][Epoch 1/20][Iter: 0/30]lr: 0.01, top1: 0.03, loss: 4.7, batch_cost: 1.3s``, ``cur metric, acc: 0.81``,
``epoch:[  1/80 ] train step:20 loss: 5.8``, ``global step 10, epoch: 1, batch: 10, loss: 0.6``, and the static
graph's ``iter: 2, lr: 0.001, 'loss': '4.1'``.
"""

import re

from workers.logs.epochs import passed
from workers.logs.fields import to_value
from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = (
    "[Train][Epoch ",
    "[Eval][Epoch ",
    "cur metric, ",
    "best metric, ",
    "epoch:[",
    "END epoch:",
    "global step ",
    "iter: ",
)
EXPRESS = False
_CLAS = re.compile(
    r"\[(?P<phase>Train|Eval)\]\[Epoch (?P<epoch>\d+)(?:/(?P<epochs>\d+))?\]"
    r"\[(?:Iter: ?(?P<batch>\d+)/(?P<batches>\d+)|(?P<average>Avg))\](?P<rest>.+)"
)
_BEST = re.compile(r"\[Eval\]\[Epoch \d+\]\[best metric: |\bbest metric, ")
_METRIC = re.compile(r"\bcur metric, (?P<rest>\w.*)")
_VIDEO = re.compile(
    r"epoch:\[\s*(?P<epoch>\d+)/(?P<epochs>\d+)\s*\]\s+(?P<phase>train|val) step:(?P<batch>\d+)\s+(?P<rest>\w.*)"
)
_VIDEO_END = re.compile(r"END epoch:(?P<epoch>\d+)\s+(?P<phase>train|val)\s+(?P<rest>\w.*)")
_NLP = re.compile(
    r"global step (?P<step>\d+)(?:/(?P<total>\d+))?, epoch: (?P<epoch>\d+)(?:/(?P<epochs>\d+))?, "
    r"batch: \d+, (?P<rest>\w.*)"
)
_STATIC = re.compile(r"iter: (?P<step>\d+), lr: (?P<lr>[\d.e-]+), (?P<rest>'\w+': '.*)")
_FIELD = re.compile(
    rf"(?:^|[,\s])'?(?P<name>[A-Za-z_@][\w@./()-]{{0,60}})'?: '?(?P<value>{NUMBER})(?=[',\s]|s\b|$)(?!\s?MB)"
)
_NEVER = frozenset(("eta", "epoch", "iter", "global_step", "best_epoch"))


def recognise(line: str, memory: Memory) -> bool:
    """Whether one of these trainers wrote the line."""
    line = line[:3000]
    return any(form.search(line) for form in (_CLAS, _BEST, _METRIC, _VIDEO, _VIDEO_END, _NLP, _STATIC))


def parse(line: str, memory: Memory) -> Reading | None:
    """The values of a batch, the averages of an epoch, or the results of an evaluation."""
    line = line[:3000]
    time, _ = strip_stamp(line)
    match = _CLAS.search(line) or _VIDEO.search(line)
    if match:
        return _batch(match, time, memory)
    match = _VIDEO_END.search(line)
    if match:
        values = _fields(match["rest"], f"{match['phase']}/")
        epoch = float(match["epoch"])
        phase = EVAL if match["phase"] == "val" else TRAIN
        return Reading(
            [Record(values, epoch=epoch, time=time)], (Count("epoch", epoch),) if phase == TRAIN else (), phase
        )
    match = _METRIC.search(line)
    if match:
        return _result(_fields(match["rest"], "val/"), time, memory)
    match = _NLP.search(line)
    if match:
        step, total = float(match["step"]), float(match["total"]) if match["total"] else None
        counts: tuple[Count, ...] = (Count("step", step, total),)
        if total is None:
            counts = (Count("epoch", float(match["epoch"]), float(match["epochs"]) if match["epochs"] else None),)
        return Reading([Record(_fields(match["rest"]), step=step, time=time)], counts, TRAIN)
    match = _STATIC.search(line)
    if match:
        step = float(match["step"])
        values = {"lr": to_value(match["lr"]) or 0.0, **_fields(match["rest"])}
        return Reading([Record(values, step=step, unit="iteration", time=time)], (Count("iteration", step),), TRAIN)
    return None


def _batch(match: "re.Match[str]", time: float | None, memory: Memory) -> Reading | None:
    parts = match.groupdict()
    epoch = float(parts["epoch"])
    is_eval = parts["phase"] in ("Eval", "val")
    if parts.get("average"):
        values = _fields(parts["rest"], "val/" if is_eval else "train/")
        return Reading([Record(values, epoch=epoch, time=time)] if values else [], phase=EVAL if is_eval else TRAIN)
    batch, batches = float(parts["batch"]), parts.get("batches")
    total = float(batches) if batches else None
    if is_eval:
        return Reading([], (Count("batch", batch, total),), EVAL)
    epochs = float(parts["epochs"]) if parts["epochs"] else None
    record = Record(_fields(parts["rest"]), epoch=epoch, batch=batch, batches=total, time=time)
    if total is None:
        step, total = passed(memory, epoch, batch)
        record = Record(record.values, step=step, time=time)
    return Reading(
        [record] if record.values else [], (Count("epoch", epoch, epochs), Count("batch", batch, total)), TRAIN
    )


def _result(values: dict[str, float], time: float | None, memory: Memory) -> Reading:
    """The results of an evaluation, at the step or epoch of the record before them."""
    shared = memory.get("shared") or {}
    if not values:
        return Reading(phase=EVAL)
    if shared.get("step") is not None:
        return Reading([Record(values, step=float(shared["step"]), time=time)], phase=EVAL)
    epoch = (shared.get("epoch") or [None])[0]
    return Reading([Record(values, epoch=epoch, time=time)], phase=EVAL)


def _fields(text: str, prefix: str = "") -> dict[str, float]:
    values: dict[str, float] = {}
    for field in _FIELD.finditer(text):
        name = re.sub(r"\(\w+\)$", "", field["name"])
        if name not in _NEVER:
            values[prefix + name] = float(field["value"].replace(",", ""))
    return values
