"""The summary that Weights & Biases prints when a run ends: ``wandb: Run summary:`` and ``wandb:      loss 0.34985``.

One record. Where the log has shown metrics itself, the summary repeats them and is left out.
"""

import re

from workers.logs.formats import Memory
from workers.logs.names import is_never
from workers.logs.numbers import NUMBER, to_number
from workers.logs.records import Reading, Record

SIGNS = ("wandb: ",)
_HEADING = re.compile(r"wandb:\s{1,4}Run (?P<what>summary|history):\s*$")
_ROW = re.compile(rf"wandb:\s{{1,120}}(?P<name>[^\s_][^\s]{{0,160}}) (?P<value>{NUMBER})\s*$")
_OTHER = re.compile(r"wandb:")
_OWN = re.compile(r"trainer/global_step|(?:train/)?(?:global_step|epoch)$")


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is what W&B prints: its summary, or any other of its lines, which hold no metrics."""
    return _OTHER.match(line) is not None


def parse(line: str, memory: Memory) -> Reading | None:
    """One metric of the summary, to be joined with the others."""
    heading = _HEADING.match(line)
    if heading is not None:
        memory["inside"] = heading["what"] == "summary"
        memory["repeats"] = bool(memory.get("shared", {}).get("recorded"))
        return None
    row = _ROW.match(line) if memory.get("inside") else None
    if row is None:
        if len(line.strip()) <= len("wandb:"):
            memory["inside"] = False
        return None
    value = to_number(row["value"])
    if value is None or memory.get("repeats") or is_never(row["name"]) or _OWN.match(row["name"]):
        return None
    return Reading([Record({row["name"]: value}, redrawn=True)])
