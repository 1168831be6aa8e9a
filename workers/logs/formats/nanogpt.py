"""Short lines of small language-model trainers: nanoGPT, llm.c, modded-nanogpt, litgpt.

Their logs may hold the source code that writes them: a line is one of theirs only when numbers stand where the code has
braces, and nothing stands before it.
"""

import re

from workers.logs.fields import split_fields, to_value
from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("iter ", "step ", "step:", "s:")
_NANO = re.compile(rf"iter (?P<step>\d+): (?P<rest>loss {NUMBER}(?=[,\s]|$).*)$")
_NANO_EVAL = re.compile(rf"step (?P<step>\d+): (?P<rest>train loss {NUMBER}(?=[,\s]|$).*)$")
_SPACED = re.compile(rf"(?P<name>[A-Za-z_][A-Za-z_ ]{{0,30}}?) (?P<value>{NUMBER})\s?(?:ms|s|%|M|K)?(?=,|\s|$)")
_TERSE = re.compile(rf"s:(?P<step>\d+)(?P<rest>(?: (?:trl|tel|lr|norm|eval|hel|loss|gnorm):{NUMBER})+)\s*$")
_MODDED = re.compile(rf"step:(?P<step>\d+)(?:/(?P<total>\d+))? (?P<rest>\w+:{NUMBER}.*)$")
_LLMC = re.compile(r"step\s+(?P<step>\d+)/(?P<total>\d+) \| (?P<rest>(?:train )?loss .*)$")
_LIT = re.compile(
    r"(?:Epoch (?P<epoch>\d+)(?:/(?P<epochs>\d+))? ?\| )?"
    r"iter (?P<iter>\d+)(?: \|)? step (?P<step>\d+) ?[:|] ?(?P<rest>loss.*)$"
)
_CELLS = re.compile(rf"(?P<name>[A-Za-z][A-Za-z ]{{0,30}}?):? (?P<value>{NUMBER})(?:\s?[%MK]?)\b")


def recognise(line: str, memory: Memory) -> bool:
    """Whether one of these trainers wrote the line."""
    if len(line) > 1000 or "{" in line:
        return False
    text = line if line[0] in "is" else strip_stamp(line)[1]
    return any(form.match(text) for form in (_NANO, _NANO_EVAL, _TERSE, _MODDED, _LLMC, _LIT))


def parse(line: str, memory: Memory) -> Reading | None:
    """The values at a step."""
    time, text = (None, line) if line[0] in "is" else strip_stamp(line)
    match = _MODDED.match(text)
    if match:
        return _reading(match, split_fields(match["rest"], " ", ":"), time)
    match = _TERSE.match(text)
    if match:
        return _reading(match, split_fields(match["rest"], " ", ":"), time)
    match = _NANO.match(text) or _NANO_EVAL.match(text)
    if match:
        values = {
            found["name"].strip(): float(found["value"].replace(",", "")) for found in _SPACED.finditer(match["rest"])
        }
        return _reading(match, values, time)
    match = _LLMC.match(text)
    if match:
        return _reading(match, _cells(match["rest"]), time)
    match = _LIT.match(text)
    return _lit(match, time) if match else None


def _reading(match: "re.Match[str]", values: dict[str, float], time: float | None) -> Reading | None:
    if not values:
        return None
    step = float(match["step"])
    total = match.groupdict().get("total")
    return Reading([Record(values, step=step, time=time)], (Count("step", step, float(total) if total else None),))


def _cells(text: str) -> dict[str, float]:
    """llm.c's cells: ``loss 3.21 (+0.50z)| norm 0.3 (+1z)| lr 1e-4 | 100.1 ms | 35% bf16 MFU | 5242 tok/s``."""
    values: dict[str, float] = {}
    for cell in text.split("|"):
        words = cell.split()
        if len(words) < 2:
            continue
        number = to_value(words[-1]) if words[0][0].isalpha() else None
        if words[0][0].isalpha():
            for index in range(1, len(words)):
                number = to_value(words[index])
                if number is not None:
                    values[" ".join(words[:index])] = number
                    break
            continue
        number = to_value(words[0].strip("(%"))
        words = [word.rstrip(")") for word in words]
        if number is not None:
            values["time (ms)" if words[1] == "ms" else " ".join(words[1:])] = number
    return values


def _lit(match: "re.Match[str]", time: float | None) -> Reading | None:
    """litgpt: ``loss train: 1.2, val: n/a | iter time: 300.1 ms (step) …``; before: ``loss 1.2, iter time: …ms``."""
    losses, _, rest = match["rest"].partition("|") if "|" in match["rest"] else match["rest"].partition(", iter time")
    values: dict[str, float] = {}
    for name, value in re.findall(
        rf"(\w+):? (?:loss )?({NUMBER})(?=[,\s]|$)", losses.replace("loss train", "loss_train")
    ):
        values[{"loss_train": "loss train", "val": "loss val"}.get(name, name)] = float(value)
    cost = re.search(r"(?:iter time)?: (\d+(?:\.\d+)?) ?ms", rest)
    if cost:
        values["iter time"] = float(cost[1])
    if not values:
        return None
    step = float(match["iter"])
    counts: tuple[Count, ...] = (Count("iteration", step),)
    if match["epoch"]:
        counts = (Count("epoch", float(match["epoch"]), float(match["epochs"]) if match["epochs"] else None), *counts)
    return Reading([Record(values, step=step, unit="iteration", time=time)], counts)
