"""The end of a log: taken apart, and whether it looks like a job that came to its end.

The latter counts only where no exit was recorded.
"""

import re
from collections.abc import Sequence

from store import plaintext
from workers.logs.launches import last_launch

_DONE = re.compile(
    r"\b(training|train|run|job|experiment)\b.{0,40}\b(completed?|finished|done)\b"
    r"|^\W*(all )?(done|finished|completed?)\W*$"
    r"|\b(finished|completed) (training|successfully)\b|^finished\b|学習.{0,10}(完了|終了)",
    re.IGNORECASE,
)
_FRAMEWORKS = re.compile(
    r"\bmax_(?:epochs|steps|time)=\S+ reached|\btrain_runtime\b|\bpredict_runtime\b|^Solving done"
    r"|^Optimization (?:Done|complete)"
    r"|\bTotal training time: |^Training time:? \d|\bdone training in \d|\bThe training was finished|# Ended \(code 0\)"
    r"|\d+ epochs completed in \d|^Results saved to \S|\brun_stop\b.*\bsuccess\b|\bquitting training\b"
    r"|^Epoch \d+: early stopping|^wandb: Synced \d+ W&B file|\(success\)\.?\s*$|\"eta_seconds\": 0\.0\b"
    r"|^Successfully completed\.$|^Exiting\.\.\.$|^Training done\.?$|: determining postprocessing\s*$"
)
_WINDOW = 300
_FAR = 20_000
_COUNT = re.compile(r"(?<![\d/.-])(\d+)\s*/\s*(\d+)(?![\d/.-])")


def split_end(raw: bytes) -> list[str]:
    """The end of a log as the stretches between any two line ends or carriage returns, without colours.

    A bar that rewrites its line must not hide a traceback that was written between two of its states.
    """
    if raw.count(0) > len(raw) // 4:
        raw = raw.replace(b"\0", b"")  # UTF-16 of mostly ASCII
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = "\n".join(plaintext.decode(line) for line in raw.split(b"\n"))
    if "\x1b" in text:
        text = plaintext.ANSI.sub("", text)
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def find_ending(lines: Sequence[str], done: float | None = None, total: float | None = None) -> str | None:
    """What says that the job came to its end: words for it, what frameworks print then, the last of a count.

    ``done`` of ``total`` is how far the reader of its progress saw it come, where one has read it.
    """
    lines = lines[-_FAR:]
    last = [line.strip() for line in lines[last_launch(lines) :] if line.strip()][-_WINDOW:]
    for line in reversed(last):
        if _FRAMEWORKS.search(line[:2000]):
            return line
    if done is not None and total is not None and done >= total > 1:
        return f"{done:,g} of {total:,g} done"
    last = last[-10:]
    for line in reversed(last):
        count = _COUNT.search(line)
        if _DONE.search(line) and not (count and int(count[1]) < int(count[2])):
            return line
    for line in reversed(last[-3:]):
        count = _COUNT.search(line)
        if count and int(count[1]) == int(count[2]) > 1:
            return line
    return None
