"""TensorFlow's estimators, TPU estimators, Slim and object detection, as their loggers print them."""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = (
    "global_step/sec: ",
    "examples/sec: ",
    "Saving dict for global step ",
    ", step = ",
    "Loss for final step: ",
    "per-step time ",
    "global step ",
    "Evaluation [",
    "': ",
)
_FIELD = rf"[\w/ -]{{1,80}} = {NUMBER}"
_LOSS = re.compile(rf"(?P<pairs>(?:{_FIELD}, )*)step = (?P<step>\d+)(?P<more>(?:, {_FIELD})*)(?: \([\d.]+ sec\))?\s*$")
_SAVING = re.compile(r"Saving dict for global step (?P<step>\d+): (?P<pairs>.*)$")
_SPEED = re.compile(rf"(?P<name>global_step/sec|examples/sec): (?P<value>{NUMBER})\s*$")
_FINAL = re.compile(rf"(?P<name>Loss for final step): (?P<value>{NUMBER})\.?\s*$")
_DETECTION = re.compile(rf"Step (?P<step>\d+) per-step time (?P<time>{NUMBER})s(?: loss=(?P<loss>{NUMBER}))?\s*$")
_SLIM = re.compile(rf"global step (?P<step>\d+): loss = (?P<loss>{NUMBER}) \((?P<time>{NUMBER}) sec/step\)\s*$")
_EVALUATED = re.compile(r"Evaluation \[(?P<done>\d+)/(?P<total>\d+)\]\s*$")
_PAIR = re.compile(rf"(?P<name>[A-Za-z][\w/@. -]{{0,100}}) = (?P<value>{NUMBER})(?=,|\s|$|\()")
_ENTRY = re.compile(rf"'(?P<name>[^']{{1,100}})': (?P<value>{NUMBER})(?=[,}}])")
_ENTRIES = re.compile(rf"\s*\{{?(?:'[^']{{1,100}}': {NUMBER}(?:, ?|(?=\}}))){{1,50}}(?P<end>\}})?\s*$")
_FORMS = (_LOSS, _SAVING, _SPEED, _FINAL, _DETECTION, _SLIM, _EVALUATED)


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is one of those lines, or an entry of the dict that follows a step of object detection."""
    if len(line) > 8000:
        return False
    rest = _text(line)
    if memory.get("open"):
        if _ENTRIES.match(rest):
            return True
        memory["open"] = False  # closing is all that asking changes
    return any(form.match(rest) for form in _FORMS)


def parse(line: str, memory: Memory) -> Reading | None:
    """The metrics of the line at its step, or at the latest one."""
    time = strip_stamp(line)[0]
    rest = _text(line)
    if memory.get("open"):
        entries = _ENTRIES.match(rest)
        if entries:
            memory["open"] = not entries["end"]
            return _told({entry["name"]: entry["value"] for entry in _ENTRY.finditer(rest)}, memory, time=time)
    detection = _DETECTION.match(rest)
    if detection:
        memory["open"] = True
        step = memory["step"] = float(detection["step"][:15])
        values = {"per-step time": detection["time"], **({"loss": detection["loss"]} if detection["loss"] else {})}
        return _told(values, memory, time=time, counts=(Count("step", step),))
    slim = _SLIM.match(rest)
    if slim:
        memory["step"] = float(slim["step"][:15])
        return _told(
            {"loss": slim["loss"], "sec/step": slim["time"]}, memory, time=time, counts=(Count("step", memory["step"]),)
        )
    saving = _SAVING.match(rest)
    if saving:
        pairs = {
            pair["name"]: pair["value"] for pair in _PAIR.finditer(saving["pairs"]) if pair["name"] != "global_step"
        }
        trained = memory.get("trained", ["loss"])
        told = {f"val/{name}" if name in trained else name: value for name, value in pairs.items()}
        reading = _told(told, memory, step=float(saving["step"][:15]), time=time)
        if reading is not None:
            reading.phase = EVAL
        return reading
    evaluated = _EVALUATED.match(rest)
    if evaluated:
        counts = (Count("batch", float(evaluated["done"][:15]), float(evaluated["total"][:15])),)
        return Reading(counts=counts, phase=EVAL)
    single = _SPEED.match(rest) or _FINAL.match(rest)
    if single:
        return _told({single["name"]: single["value"]}, memory, time=time)
    loss = _LOSS.match(rest)
    if loss is None:
        return None
    pairs = {
        pair["name"].strip(): pair["value"] for part in (loss["pairs"], loss["more"]) for pair in _PAIR.finditer(part)
    }
    memory["trained"] = list(pairs)
    memory["step"] = float(loss["step"][:15])
    return _told(pairs, memory, time=time, counts=(Count("step", memory["step"]),))


def _text(line: str) -> str:
    rest = strip_stamp(line)[1]
    return rest.removeprefix("INFO:tensorflow:").removeprefix("INFO:absl:").strip()


def _told(
    texts: dict[str, str],
    memory: Memory,
    *,
    step: float | None = None,
    time: float | None,
    counts: tuple[Count, ...] = (),
) -> Reading | None:
    values = {name: float(text.replace(",", "")) for name, text in texts.items()}
    step = memory.get("step") if step is None else step
    return Reading([Record(values, step=step, time=time)], counts) if values else None
