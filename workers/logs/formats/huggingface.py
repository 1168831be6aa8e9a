"""The Hugging Face Trainer and what is built on it (TRL, PEFT, LLaMA-Factory …): its dicts, summaries and headers.

``{'loss': 0.5527, 'grad_norm': 1.2, 'learning_rate': 1.6e-05, 'epoch': 0.29}``; newer versions print the numbers as
strings, old ones as JSON with the step. The dict does not say its step: it is that of the bar drawn beside it, for the
epoch is rounded. Aligned blocks (``***** train metrics *****``) are one record each.
"""

import re
from functools import lru_cache

from workers.logs.formats import Memory
from workers.logs.names import is_never
from workers.logs.numbers import NUMBER, to_number
from workers.logs.records import TRAIN, Count, Reading, Record

SIGNS = ("{'", '{"', "*****", " = ")
_ITEM = re.compile(
    r"(?P<quote>['\"])(?P<name>[^'\"{}]{1,120})(?P=quote): ?(?:np\.float\d+\(|tensor\()?"
    rf"(?P<mark>['\"]?)(?P<value>{NUMBER}|None|\d+:\d\d:[\d.]+)(?P=mark)\)?(?=\s*[,}}])"
)
_SURE = frozenset(("grad_norm", "train_runtime", "eval_runtime", "test_runtime", "predict_runtime", "eval_loss"))
_EACH_EPOCH = re.compile(r'"epoch": (?P<epoch>\d+)\s*[,}]')
"""One JSON object an epoch, as vision scripts append to their log; the epochs of the trainer are fractions."""
_BEFORE = re.compile(r"[^{}]{0,160}$")
_BLOCK = re.compile(r"\*{3,} ?(?P<phase>\w[\w ]{0,40}?) metrics ?\*{3,}\s*$")
_HEADER = re.compile(r"\*{3,} ?Running (?P<what>\w+)[\w ]{0,40}\*{3,}\s*$")
_ROW = re.compile(
    rf"\s{{1,4}}(?P<name>[\w./@+-][\w./@+ -]{{0,80}}?)\s{{1,80}}=\s{{1,40}}(?P<value>{NUMBER}|\d+:\d\d:[\d.]+)%?\s*$"
)
_LISTED = re.compile(
    r"(?:^|.{0,120}[\s>-])\s{0,4}(?P<name>(?:Num|Number|Total|Instantaneous|Gradient|Continuing|Batch)\b[^=:]{0,90}?)"
    r"\s{0,3}[=:]\s{1,3}(?P<value>\d[\d,]{0,15})\s*$"
)


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is a dict of the trainer's, or belongs to one of its blocks."""
    if len(line) > 20_000:
        return False
    if memory.get("block") and _ROW.match(line):
        return True
    if memory.get("header") and _LISTED.match(line):
        return True
    if "*****" in line:
        return bool(_BLOCK.search(line) or _HEADER.search(line))
    return _read_dict(line) is not None


def parse(line: str, memory: Memory) -> Reading | None:
    """The record of a dict or of a line of a block; the totals of the header."""
    if "*****" in line and "{" not in line:
        block = _BLOCK.search(line)
        memory["block"] = block["phase"] if block else ""
        header = _HEADER.search(line)
        memory["header"] = header["what"] if header else ""
        memory["open"] = True
        return None
    if "{" not in line:
        row = _ROW.match(line) if memory.get("block") else None
        return _block_row(row, memory) if row is not None else _header_row(line, memory)
    memory["block"], memory["header"], memory["open"] = "", "", False
    values = _read_dict(line)
    if values is None:
        return None
    each = None if "step" in values else _EACH_EPOCH.search(line)
    if each and "train_loss" in values and "bar" not in memory.get("shared", {}):
        values.pop("epoch")
        metrics = {name: value for name, value in values.items() if _is_kept(name)}
        epoch = float(each["epoch"][:15])
        return Reading([Record(metrics, epoch=epoch)], (Count("epoch", epoch),), TRAIN)
    return _record(values, memory)


def _read_dict(line: str) -> dict[str, float] | None:
    """The numbers of a dict that can only be the trainer's; None for any other."""
    start, end = line.find("{"), line.rfind("}")
    if start < 0 or end < start or not _BEFORE.match(line, 0, start) or len(line) - end > 40:
        return None
    if start and line[start - 1] in "=(":
        return None
    text = line[start : end + 1]
    values: dict[str, float] = {}
    covered = 0
    for match in _ITEM.finditer(text):
        covered += match.end() - match.start() + 2
        value = _seconds(match["value"]) if ":" in match["value"] else to_number(match["value"])
        if value is not None:
            values[match["name"]] = value
    if covered < len(text) - 2 or not values:
        return None  # something in it is no number: a configuration
    if not _SURE.isdisjoint(values) or (
        not values.keys().isdisjoint(("epoch", "learning_rate"))
        and any("loss" in name or "reward" in name for name in values)
    ):
        return values
    if any(name.startswith(("eval_", "rewards/")) for name in values):
        return values
    return values if values.keys() == {"loss"} else None


@lru_cache(maxsize=4096)
def _is_kept(name: str) -> bool:
    return name == "num_tokens" or not is_never(name)


def _record(values: dict[str, float], memory: Memory) -> Reading:
    epoch, step = values.get("epoch"), values.pop("step", None)
    if not {"loss", "learning_rate", "grad_norm", "reward"} & values.keys():
        values.pop("epoch", None)
    metrics = {name: value for name, value in values.items() if _is_kept(name)}
    memory["summary"] = metrics if "train_runtime" in metrics or "eval_runtime" in metrics else {}
    shared = memory.get("shared", {})
    if step is not None:
        return Reading([Record(metrics, step=step, epoch=epoch)], (Count("step", step),), TRAIN)
    counts: tuple[Count, ...] = ()
    if epoch is not None and "bar" not in shared and "loss" in metrics:
        counts = (Count("epoch", epoch, shared.get("epochs"), over=True),)
    return Reading([Record(metrics, epoch=epoch, from_bar=True)], counts)


def _block_row(row: "re.Match[str]", memory: Memory) -> Reading | None:
    name, text = row["name"].strip(), row["value"]
    value = _seconds(text) if ":" in text else to_number(text)
    if value is None or name == "epoch" or is_never(name) or name.endswith("_samples"):
        return None
    if name in memory.get("summary", {}):
        return None  # said already by the dict before the block
    step = memory.get("shared", {}).get("step")
    return Reading([Record({name: value}, step=step, redrawn=True)])


def _header_row(line: str, memory: Memory) -> Reading | None:
    match = _LISTED.match(line)
    if match is None or memory.get("header") != "training":
        return None
    name, number = match["name"].lower(), float(match["value"].replace(",", ""))
    if name.startswith("num epochs"):
        memory.get("shared", {})["epochs"] = number
    elif name.startswith("total optimi") and number:
        return Reading([], (Count("step", 0, number),), TRAIN)
    return None


def _seconds(text: str) -> float | None:
    try:
        seconds = 0.0
        for part in text.split(":"):
            seconds = seconds * 60 + float(part)
        return seconds
    except ValueError:
        return None
