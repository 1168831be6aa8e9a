"""Whether the last lines of a log look like a job that came to its end; used only where no exit was recorded."""

import re
from collections.abc import Sequence

_DONE = re.compile(
    r"\b(training|train|run|job|experiment)\b.{0,40}\b(completed?|finished|done)\b"
    r"|^\W*(all )?(done|finished|completed?)\W*$"
    r"|\b(finished|completed) (training|successfully)\b|^finished\b|学習.{0,10}(完了|終了)",
    re.IGNORECASE,
)
_COUNT = re.compile(r"(?<![\d/.-])(\d+)\s*/\s*(\d+)(?![\d/.-])")


def find_ending(lines: Sequence[str]) -> str | None:
    """The line that says the job came to its end — words for it, or the last of a count (``100/100``)."""
    last = [line.strip() for line in lines if line.strip()][-10:]
    for line in reversed(last):
        if _DONE.search(line):
            return line
    for line in reversed(last[-3:]):
        count = _COUNT.search(line)
        if count and int(count[1]) == int(count[2]) > 1:
            return line
    return None
