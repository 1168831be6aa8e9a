"""What Lightning prints besides tqdm bars: rich bars, tables of test results, and notes of its callbacks.

``Epoch 3/9 ━━━━━━━━ 120/802 0:01:40 • 0:09:12 1.24it/s v_num: 0.000 loss: 0.123``: the last epoch is
named, not their number.
"""

import re

from workers.logs.formats import Memory, bars
from workers.logs.names import is_never
from workers.logs.numbers import NUMBER, to_number
from workers.logs.pairs import read_pairs
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record

SIGNS = (" • ", "│", "┃", "DATALOADER:", "DataLoader", "reached", "Metric ", "was not in top", "─", "test_", "val_")
_RICH = re.compile(
    r"\s{0,4}(?P<what>Epoch \d{1,7}(?:/(?P<last>\d{1,7}|-2))?|Training|Validation|Testing|Sanity Checking|Predicting)\b"
    r".{0,40}[━╸╺─]"
)
_HEADING = re.compile(
    r"[\s┃│]{0,40}(?P<what>Test|Validate|Validation|Runningstage\.\w+)\s?(?:metric|\w+)\s{2,}.*DataLoader \d",
    re.IGNORECASE,
)
_OLD_HEADING = re.compile(r"DATALOADER:\d+ (?P<what>TEST|VALIDATE) RESULTS")
_ROW = re.compile(
    rf"\s{{0,4}}[│ ]\s{{0,60}}(?P<name>[^\s│]{{1,120}})\s{{1,80}}[│ ]\s{{0,60}}(?P<value>{NUMBER})\s{{0,80}}│?\s*$"
)
_NOTE = re.compile(
    r"(?:Epoch \d+, (?:global )?step \d+: |Epoch \d+: |Metric )\S+ (?:reached|was not in top|improved)\b"
)


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is one of these."""
    if len(line) > 3000:
        return False
    if " • " in line:
        return _RICH.match(line) is not None and bars.read_bar(line) is not None
    if memory.get("open") and (_ROW.match(line) or _is_edge(line)):
        return True
    return bool(_HEADING.match(line) or _OLD_HEADING.match(line) or _NOTE.match(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """The counters and metrics of a rich bar; a row of a table of results."""
    if " • " in line:
        return _rich(line, memory)
    if _NOTE.match(line):
        return None
    heading = _HEADING.match(line) or _OLD_HEADING.match(line)
    if heading is not None:
        memory.update(open=True, what="val/" if heading["what"].lower().startswith("val") else "test/")
        return None
    row = _ROW.match(line)
    if row is None:
        memory["open"] = not line.lstrip().startswith("└")
        return None
    value, name = to_number(row["value"]), row["name"]
    if value is None or is_never(name) or name in ("epoch", "step"):
        return None
    if not name.startswith(("test", "val")):
        name = memory.get("what", "test/") + name
    shared = memory.get("shared", {})
    return Reading([Record({name: value}, step=shared.get("step"), redrawn=True)], (), EVAL)


def _rich(line: str, memory: Memory) -> Reading | None:
    match = _RICH.match(line)
    bar = bars.read_bar(line)
    if match is None or bar is None:
        return None
    epoch = re.match(r"\s*Epoch (\d+)", line)
    if epoch is None:
        return bars.reading_of(bar, memory)
    values = read_pairs(bar.rest)
    last = match["last"]
    total = float(last) + 1 if last and last != "-2" else None
    done = float(epoch[1])
    counts = (Count("epoch", done, total), Count("batch", bar.done, bar.total))
    records = []
    if values and bar.done and bar.total:
        records.append(Record(values, epoch=done, batch=bar.done, batches=bar.total, redrawn=True))
    return Reading(records, counts, TRAIN)


def _is_edge(line: str) -> bool:
    text = line.strip()
    return len(text) > 3 and not text.strip("┏━┳┓┡╇┩┃│├┼┤└─┴┘+-| ")
