"""Python tracebacks in a log: chained, grouped, of many ranks, merged into one another, without their head.

Each traceback is read for itself, in the stream of lines it belongs to; :mod:`workers.logs.exceptions` puts chains and
groups together and says what they weigh.
"""

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from workers.logs.signs import Page

HEAD = "Traceback (most recent call last)"
_HEAD = re.compile(r"^(?P<prefix>.*?)Traceback \(most recent call last\):\s*$")
_FRAME = re.compile(
    r'^(?:[\s│|]+|> ?)?File "(?P<file>[^"\n]{1,400})", line (?P<line>\d{1,9})(?:, in (?P<function>.*))?'
)
_TYPE = r"[^\W\d]\w*(?:\.\w+|\.<locals>)*(?:\(\w+\))?"
_EXCEPTION = re.compile(rf"^(?P<type>{_TYPE})(?:: (?P<message>.*)|:?\s*)$")
_TELLING = re.compile(
    r"(?:Error|Exception|Interrupt|Exit|Warning|Fault|Failure|Failed|Iteration|Timeout|Expired|Abort\w*|NotFound|Raised"
    r"|Group|Mismatch|Unavailable|Closed|Cancelled|Died|Invalid\w*|Exited\w*|Crashed\w*|Trace)(?:\(\w+\))?$|\.|^Exc"
)
_RAISED = re.compile(r"^\s*raise (?P<type>[A-Za-z_][\w.]*)\(")
_BUILTIN = "|".join(
    sorted(
        (name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)),
        key=len,
        reverse=True,
    )
)
_MERGED = re.compile(rf"({_BUILTIN})")
_TWICE = re.compile(rf"({_BUILTIN})(?:{_BUILTIN})")
_DIVIDER = re.compile(r"^\s*(?:\||\+)[\s|+-]*-{8,} (\d+|\.\.\.) -{8,}\s*$")
_RULER = "+---------------- "
_MARGIN = re.compile(r"^\s*[|+][\s|+]*")
_FAR = 3000  # lines that one traceback may span
_FOREIGN = 25  # lines of others that may stand in it
_PLACED_AT = re.compile(r"\(most recent call (?:last|first)\):\s*$")


@dataclass(frozen=True)
class Frame:
    """One frame: where it is, and the source line as far as it was printed."""

    file: str
    line: int
    function: str | None
    code: str = ""


@dataclass(frozen=True)
class Traceback:
    """One traceback: the lines ``start:end``, its frames from the outermost in, and the exception."""

    start: int
    end: int
    type: str
    message: str
    frames: tuple[Frame, ...] = ()
    prefix: str = ""
    stream: str = ""
    in_group: bool = False
    headless: bool = False

    @property
    def short_type(self) -> str:
        """The exception's type without its module."""
        name = self.type.rpartition(".")[2]
        return name[name.index("(") + 1 : -1] if name.endswith(")") and "(" in name else name


@dataclass
class _Reader:
    page: Page
    done: dict[str, int] = field(default_factory=dict)  # by stream and prefix: up to where lines were used

    def read_all(self) -> list[Traceback]:
        found: list[Traceback] = []
        lines = self.page.lines
        for start, line in enumerate(lines):
            if HEAD in line:
                traceback = self._read_at_head(start)
            elif 'File "' in line and _FRAME.match(line) and start >= self._used(start):
                traceback = self._read_headless(start)
            elif _RULER in line and _DIVIDER.match(line):
                traceback = self._read_bare(start)
            else:
                continue
            if traceback:
                found.append(traceback)
        return found

    def _used(self, index: int, prefix: str = "") -> int:
        stream = self.page.streams[index]
        return max(self.done.get(stream + "\0" + prefix, 0), self.done.get(stream + "\0", 0))

    def _use(self, index: int, prefix: str, end: int) -> None:
        key = self.page.streams[index] + "\0" + prefix
        self.done[key] = max(self.done.get(key, 0), end)

    def _read_at_head(self, start: int) -> Traceback | None:
        head = _HEAD.match(self.page.lines[start])
        if head is None:
            return None
        prefix = head["prefix"]
        if prefix.endswith("Exception Group "):
            return None  # its members are read for themselves
        if len(prefix) > 200 or not self._continues(start, prefix):
            prefix = ""
        margin = _MARGIN.match(prefix)
        if start < self._used(start, prefix):
            return None
        return self._read(start, start + 1, prefix, grouped=bool(margin))

    def _continues(self, start: int, prefix: str) -> bool:
        """Whether a following line has the same prefix and then a frame: then it is one, not just what stood there."""
        if not prefix:
            return True
        following = self.page.lines[start + 1 : start + 60]
        return any(line.startswith(prefix) and _FRAME.match(line[len(prefix) :]) for line in following)

    def _own(self, start: int, begin: int, prefix: str) -> Iterator[tuple[int, str]]:
        """The lines from ``begin`` on that are of the same stream and prefix, without the prefix."""
        lines, streams = self.page.lines, self.page.streams
        bare = prefix.rstrip()
        for index in range(begin, min(len(lines), start + _FAR)):
            if streams[index] != streams[start]:
                continue
            line = lines[index]
            if line.startswith(prefix):
                yield index, line[len(prefix) :]
            elif line == bare:
                yield index, ""

    def _read(self, start: int, begin: int, prefix: str, *, grouped: bool) -> Traceback | None:
        frames: list[Frame] = []
        foreign = 0
        index = begin
        for index, line in self._own(start, begin, prefix):
            frame = _read_frame(line)
            if frame:
                frames.append(frame)
                continue
            if not line or line[0] in " \t│└╒╘":
                if frames and line.strip() and not frames[-1].code:
                    frames[-1] = _with_code(frames[-1], line)
                continue
            if HEAD in line:  # another rank's, without a prefix
                continue
            exception = _EXCEPTION.match(line) if not _TWICE.match(line) else None
            if exception and exception["type"].rpartition(".")[2].startswith("RayTaskError("):
                continue  # the frames of the remote side follow, and then its exception
            if exception and frames and (_TELLING.search(exception["type"]) or not self._goes_on(start, index, prefix)):
                self._use(start, prefix, index + 1)
                message = self._whole_message(start, index, prefix, (exception["message"] or "").strip())
                return self._make(start, index + 1, exception["type"], message, frames, prefix, grouped)
            merged = self._read_merged(index) if frames else None
            if merged:
                self._use(start, prefix, merged[2])
                return self._make(start, merged[2], merged[0], merged[1], frames, prefix, grouped)
            foreign += 1
            if foreign > _FOREIGN:
                break
        self._use(start, prefix, max(begin, index - _FOREIGN))
        return None

    def _make(
        self, start: int, end: int, kind: str, message: str, frames: list[Frame], prefix: str, grouped: bool
    ) -> Traceback:
        return Traceback(start, end, kind, message, tuple(frames), prefix, self.page.streams[start], grouped)

    def _goes_on(self, start: int, index: int, prefix: str) -> bool:
        """Whether frames follow at once: then what looks like an exception is a line of somebody else."""
        for looked, (_, line) in enumerate(self._own(start, index + 1, prefix)):
            if _FRAME.match(line):
                return True
            if looked >= 2 and line.strip():
                break
        return False

    def _whole_message(self, start: int, index: int, prefix: str, message: str) -> str:
        """An exception's message with its next line where the first one only announces it."""
        if message and not message.endswith(":"):
            return message
        for looked, (at, line) in enumerate(self._own(start, index + 1, prefix)):
            if line.strip():
                indented = line[0] in " \t"
                if at - index <= 3 and (indented or (message and _EXCEPTION.match(line))) and not _FRAME.match(line):
                    return f"{message} {line.strip()}".strip()
                break
            if looked > 2:
                break
        return message

    def _read_merged(self, index: int) -> tuple[str, str, int] | None:
        """An exception that several ranks wrote into one another: its type, message and the end of its lines."""
        lines = self.page.lines
        near = lines[max(0, index - 2) : index + 4]
        here = lines[index]
        types = _MERGED.findall(" ".join(near)) if _MERGED.search(" ".join(lines[index - 1 : index + 1])) else []
        if len(types) < 2:
            return None
        kind = types[0]
        if len(_MERGED.findall(here)) >= 2:  # both types, both colons, both messages in one line
            rest = _MERGED.sub("", here).replace(": ", "").strip(" :\t")
            pieces = len(_MERGED.findall(here))
            part = rest[: len(rest) // pieces].strip()
            return kind, part if part and rest.count(part) >= pieces else rest, index + 1
        pieces_of: list[str] = []
        for line in near:
            text = _MERGED.sub("", line)
            if text != line or line == here or pieces_of:
                pieces_of.append(text.strip(" :^\t"))
        words = [piece for piece in pieces_of if piece and 'File "' not in piece and HEAD not in piece]
        return kind, max(words, key=words.count, default=""), min(index + 3, len(lines))

    def _read_headless(self, start: int) -> Traceback | None:
        """Frames without a head: a script that Python cannot even begin, or one whose handler prints frames only."""
        before = next((line for line in reversed(self.page.lines[max(0, start - 3) : start]) if line.strip()), "")
        placed = bool(_PLACED_AT.search(before))
        frames: list[Frame] = []
        index = start
        for index, line in self._own(start, start, ""):
            if HEAD in line:
                break
            frame = _read_frame(line)
            if frame:
                frames.append(frame)
                continue
            if not line or line[0] in " \t":
                if frames and line.strip() and not frames[-1].code:
                    frames[-1] = _with_code(frames[-1], line)
                continue
            if index - start > 400 or placed:
                break
            exception = _EXCEPTION.match(line) if not _TWICE.match(line) else None
            syntax = frames[-1].function is None
            if exception and exception["type"].endswith(("Error", "Exception")):
                self._use(start, "", index + 1)
                return Traceback(
                    start,
                    index + 1,
                    exception["type"],
                    (exception["message"] or "").strip(),
                    tuple(frames),
                    headless=True,
                )
            merged = self._read_merged(index) if syntax else None
            if merged:
                self._use(start, "", merged[2])
                return Traceback(start, merged[2], merged[0], merged[1], tuple(frames), headless=True)
            raised = _RAISED.match(frames[-1].code)
            if syntax and index - start < 12 and not raised:
                continue  # the source line of a script that ranks wrote into one another
            self._use(start, "", index + 1)
            if raised and len(frames) > 1:
                return Traceback(start, index + 1, raised["type"], line.strip(), tuple(frames), headless=True)
            return None
        self._use(start, "", index)
        return None

    def _read_bare(self, start: int) -> Traceback | None:
        """A member of an exception group that was never raised: no traceback, only its last line."""
        if start + 1 >= len(self.page.lines):
            return None
        line = self.page.lines[start + 1]
        margin = _MARGIN.match(line)
        exception = _EXCEPTION.match(line[margin.end() :]) if margin else None
        if exception is None or HEAD in line:
            return None
        message = (exception["message"] or "").strip()
        return Traceback(start, start + 2, exception["type"], message, stream=self.page.streams[start], in_group=True)


def find_tracebacks(page: Page) -> list[Traceback]:
    """Every traceback of a log in the order of their heads."""
    return _Reader(page).read_all()


def _read_frame(line: str) -> Frame | None:
    if 'File "' not in line:
        return None
    found = _FRAME.match(line)
    return Frame(found["file"], int(found["line"]), found["function"]) if found else None


def _with_code(frame: Frame, line: str) -> Frame:
    return Frame(frame.file, frame.line, frame.function, line.strip()[:300])
