"""AllenNLP's table after each epoch: a row a metric, with its value in training and in validation.

                   Training |  Validation
accuracy        |     0.912   |     0.856
gpu_0_memory_MB |  1234.500   |       N/A
"""

import re

from workers.logs.formats import Memory
from workers.logs.names import is_never
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record

SIGNS = ("Training |  Validation", " |  ", "Epoch ")
_HEADING = re.compile(r"(?:^|\s)Training \|  Validation\s*$")
_ROW = re.compile(rf"(?:^|\s)(?P<name>[\w./@-]{{1,80}}) *\|\s+(?P<train>{NUMBER}|N/A)\s+\|\s+(?P<val>{NUMBER}|N/A)\s*$")
_EPOCH = re.compile(r"(?:^|[\s-])Epoch (?P<done>\d+)/(?P<last>\d+)\s*$")
_TRAINER = re.compile(r"allennlp|gradient_descent_trainer|\btrainer\b")


def recognise(line: str, memory: Memory) -> bool:
    """Whether it heads the table or is a row of it, or the trainer says which epoch begins."""
    line = line[-300:]
    if memory.get("open") and _ROW.search(line):
        return True
    return bool(_HEADING.search(line) or (_EPOCH.search(line) and _TRAINER.search(line)))


def parse(line: str, memory: Memory) -> Reading | None:
    """The two values of a row, at the epoch that has just ended."""
    line = line[-300:]
    epoch = _EPOCH.search(line)
    if epoch:
        memory.update(open=False, epoch=float(epoch["done"][:15]))
        return Reading(counts=(Count("epoch", memory["epoch"], float(epoch["last"][:15]) + 1),))
    if _HEADING.search(line):
        memory["open"] = True
        return None
    row = _ROW.search(line)
    if row is None or is_never(row["name"]) or "memory" in row["name"]:
        return None
    cells = {f"training_{row['name']}": row["train"], f"validation_{row['name']}": row["val"]}
    values = {name: float(cell.replace(",", "")) for name, cell in cells.items() if cell != "N/A"}
    return Reading([Record(values, epoch=memory.get("epoch"))]) if values else None
