"""Where in a log another launch of a program begins: several are often appended to one file.

Repetition is no evidence: ranks repeat each other's lines, and training repeats its own. Evidence is an end — an
exception that went through the outermost frame, ``Killed``, a cancelled job — and then either a launcher's banner, or
the opening lines of the file in order, or a good many lines unlike all that were written shortly before the end.
A launcher's banner that comes a second time is evidence by itself.
"""

import re
import zlib
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

_DIGITS = {ord(character): None for character in "0123456789.,:-+ \t"}
_KEY = 56
_OPENING = 24
_RECENT = 160
_LOOKED = 240
_FRESH = 14
_SOON = 80
_NEAR = 20
_START = 24
_FIRST = 200
_EXITED, _DIED, _DONE = 1, 2, 3
_BANNERS = (
    ("nohup: ignoring input", re.compile(r"^nohup: ignoring input")),
    (":main] cmd = ", re.compile(r"\[runner\.py:\d+:main\] cmd = ")),
    ("Script started on ", re.compile(r"^Script started on ")),
    ("Setting OMP_NUM_THREADS", re.compile(r"Setting OMP_NUM_THREADS environment variable for each process")),
    ("Started a local Ray instance", re.compile(r"INFO worker\.py:\d+ -- Started a local Ray instance")),
    ("were not passed to `accelerate", re.compile(r"^The following values were not passed to `accelerate launch`")),
    ("Sender: LSF System", re.compile(r"^Sender: LSF System")),
)
_DEATH = re.compile(
    r"\*\*\* (?:JOB|STEP) .{1,120} CANCELLED AT "
    r"|^(?:\S+: line \d+: +\d+ )?(?:Killed|Segmentation fault|Aborted|Terminated)\b"
    r"|errors\.ChildFailedError|exits with return code = -?[1-9]|^KeyboardInterrupt\s*$|TERM_RUNLIMIT"
    r"|^[\w.]+: error: (?:unrecognized|argument|the following)"
)
_GOOD_END = re.compile(
    r"^wandb: Synced \d+ W&B file|\btrain_runtime\b|^(?:Total )?[Tt]raining time:? \d|epochs completed in"
)
_OUTERMOST = re.compile(
    r'^\s*> File "|^\s*File "[^"]+", line \d+(?:, in (?:<module>|_run_module_as_main|<cell line.*))?\s*$'
)
_EXCEPTION = re.compile(r"^[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Died|Failed|Group)\b")


class LaunchDetector:
    """Tells, line by line, where a new launch begins.

    ``state`` is what an earlier detector gave: plain numbers and lists, 2 KB as JSON.
    """

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        given = dict(state or {})
        self._opening: list[int] = [int(number) for number in given.get("opening", [])]
        self._recent: set[int] = {int(number) for number in given.get("recent", [])}
        self._near: set[int] = {int(number) for number in given.get("near", [])}
        self._banners: list[int] = [int(number) for number in given.get("banners", [])]
        self._fresh: list[int] = [int(number) for number in given.get("fresh", [])]
        self._count = int(given.get("count", 0))
        self._opened = bool(given.get("opened", False))
        self._since_end = int(given.get("since_end", -1))
        self._matched = int(given.get("matched", 0))
        self._matched_place = int(given.get("matched_place", -1))
        self._trace = int(given.get("trace", 0))
        self._kind = int(given.get("kind", 0))
        self._lines: deque[int] = deque([int(number) for number in given.get("lines", [])], maxlen=_RECENT)
        self._last = int(given.get("last", 0))

    @property
    def state(self) -> dict[str, Any]:
        """All that another detector needs to go on from here."""
        return {
            "opening": self._opening,
            "recent": sorted(self._recent.union(self._lines)),
            "near": sorted(self._near),
            "banners": self._banners,
            "fresh": self._fresh,
            "count": self._count,
            "opened": self._opened,
            "since_end": self._since_end,
            "matched": self._matched,
            "matched_place": self._matched_place,
            "trace": self._trace,
            "kind": self._kind,
            "lines": list(self._lines)[-_NEAR:],
            "last": self._last,
        }

    @property
    def since_end(self) -> int:
        """How many different lines came after the last end that was noticed; -1 where none was."""
        return self._since_end

    def read(self, line: str) -> bool:
        """Whether a new launch begins with this line, or began with one of the few before it."""
        if "%|" in line:
            return False
        if self._trace or _may_tell(line[:_LOOKED]):
            if self._read_banner(line):
                self._restart()
                return True
            if self._read_end(line):
                return False
        if self._since_end < 0:
            self._keep(line)
            return False
        number = _key(line)
        if not number or number == self._last:
            return False
        self._last = number
        self._since_end += 1
        if self._goes_on(number):
            return False
        if self._matches_opening(number) or self._is_fresh(number, line):
            self._restart()
            return True
        return False

    def read_many(self, lines: Sequence[str]) -> list[int]:
        """The indices in ``lines`` for which :meth:`read` is true; quick where nothing points to an end."""
        if self._since_end < 0 and not self._trace and not _may_tell("\n".join(lines)):
            first = max(0, _START - self._count) if self._opened else _FIRST
            for line in lines[:first]:
                if "%|" not in line:
                    self._keep(line)
            if len(lines) > first:
                self._opened = True
                self._count += _START
                self._lines.extend(_key(line) for line in lines[first:][-2 * _RECENT :] if "%|" not in line)
            return []
        return [index for index, line in enumerate(lines) if self.read(line)]

    def _keep(self, line: str) -> None:
        """Remember how the file opens, and what a launch wrote lately — but for its own first lines."""
        if not self._opened:
            number = _key(line)
            if number and number not in self._opening:
                self._opening.append(number)
            self._opened = len(self._opening) >= _OPENING or self._count > _FIRST
        self._count += 1
        if self._count > _START:
            self._lines.append(_key(line))

    def _read_banner(self, line: str) -> bool:
        for index, (words, pattern) in enumerate(_BANNERS):
            if words in line and pattern.search(line):
                if index in self._banners or self._since_end >= 0:
                    self._banners = sorted({*self._banners, index})
                    return True
                self._banners.append(index)
        return False

    def _read_end(self, line: str) -> bool:
        """Note an end: a death that is told, or an exception that went through the outermost frame."""
        if "Traceback (most recent call last)" in line:
            self._trace, self._fresh = 1, []
        elif self._trace:
            if 'File "' in line:
                if self._trace == 1:
                    self._trace = 3 if _OUTERMOST.match(line) else 2
                self._fresh = []
            elif line[:1] not in (" ", "\t", ">", "│") and _EXCEPTION.match(line):
                outermost = self._trace == 3
                self._trace = 0
                if outermost:
                    return self._end(_EXITED)
        if _DEATH.search(line):
            return self._end(_DIED)
        if self._since_end < 0 and _GOOD_END.search(line):
            return self._end(_DONE)
        return False

    def _end(self, kind: int) -> bool:
        if self._lines:
            self._near = set(list(self._lines)[-_NEAR:])
            self._recent |= set(self._lines)
            self._lines.clear()
        self._kind = kind
        self._since_end, self._fresh, self._matched, self._matched_place, self._last = 0, [], 0, -1, 0
        return True

    def _goes_on(self, number: int) -> bool:
        """Whether it goes on as before the end: then the exception was handled, or another rank's."""
        known = number in self._near or (number in self._recent and number not in self._opening)
        if known and self._kind == _EXITED:
            self._since_end = -1
            return True
        return False

    def _matches_opening(self, number: int) -> bool:
        """Whether enough of the opening has come again, in order, soon after an end."""
        if self._since_end > _SOON or number not in self._opening:
            return False
        place = self._opening.index(number)
        if place <= self._matched_place:
            return False
        self._matched_place = place
        self._matched += 1
        return self._matched >= 3

    def _is_fresh(self, number: int, line: str) -> bool:
        """Whether what follows an end is unlike what was written before it for long enough."""
        if self._trace or self._kind == _DONE or number in self._recent or number in self._fresh:
            return False
        if line[:1].isalnum() and not line.startswith(("wandb", "srun", "slurmstepd")):
            self._fresh.append(number)
        return len(self._fresh) > _FRESH

    def _restart(self) -> None:
        self._since_end, self._fresh, self._trace, self._matched, self._matched_place = -1, [], 0, 0, -1
        self._count = 0
        self._recent, self._near = set(), set()
        self._lines.clear()


def last_launch(lines: Sequence[str], streams: Sequence[str] = ()) -> int:
    """The index in ``lines``, a log's end, from which on all is of the last launch; 0 where only one is seen.

    ``streams`` names the rank or actor of each line, "" where it is not known: the end of a rank is no launch's end.
    """
    detector = LaunchDetector()
    begin = ended = 0
    for index, line in enumerate(lines):
        if streams and streams[index]:
            line = f"[{streams[index]}] {line}"
        if detector.read(line):
            begin = min(index, ended + 1) if ended > begin else index
        elif detector.since_end == 0:
            ended = index
    return begin


def _key(line: str) -> int:
    """A number for what a line says without its digits; 0 for one that says nothing."""
    text = line[:_KEY].translate(_DIGITS)
    return zlib.crc32(text.encode("utf-8", "replace")) if len(text) >= 4 else 0


def _may_tell(line: str) -> bool:
    """Whether a line may be a banner or an end; spelled out, since this runs for every line of a log."""
    return (
        "raceback" in line
        or "CANCELLED" in line
        or "illed" in line
        or "fault" in line
        or "bort" in line
        or "erminated" in line
        or "ChildFailed" in line
        or "return code" in line
        or "nterrupt" in line
        or "TERM_" in line
        or "error: " in line
        or "nohup" in line
        or "cmd = " in line
        or "Script started" in line
        or "OMP_NUM" in line
        or "local Ray" in line
        or "accelerate" in line
        or "LSF" in line
        or "Synced" in line
        or "train_runtime" in line
        or "raining time" in line
        or "epochs completed" in line
    )
