"""The cause of a failure, from the last lines of a log: the exception, and where in the user's own code.

Reads Python tracebacks (chained, or with a rank's prefix before every line), torchrun's summary of failed ranks,
memory errors with their sizes, and what shells say of commands they cannot run.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

_HEAD = re.compile(r"^(?P<prefix>.*?)Traceback \(most recent call last\):\s*$")
_FRAME = re.compile(r'^\s+File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.*))?')
_EXCEPTION = re.compile(r"^(?P<type>[A-Za-z_](?:[\w.]|<locals>)*)(?:: (?P<message>.*)|:?\s*)$")
_SYNTAX_ERROR = re.compile(r"^(?P<type>SyntaxError|IndentationError|TabError): (?P<message>.*)")
_RANK = re.compile(r"rank\s*(\d+)", re.IGNORECASE)
_ROOT_CAUSE = re.compile(r"Root Cause \(first observed failure\)")
_ROOT_RANK = re.compile(r"^\s*rank\s*:\s*(\d+)")
_LIBRARY = re.compile(r"/(site|dist)-packages/|/lib/python\d|<frozen|<string>|<stdin>|/importlib/|^<")
_LAUNCHERS = ("ChildFailedError", "ProcessRaisedException", "ProcessExitedException", "CalledProcessError")
_CUDA_SIZES = (
    re.compile(
        r"Tried to allocate (?P<tried>[\d.]+ \w+)\. GPU (?P<gpu>\d+) has a total capacity of (?P<total>[\d.]+ \w+) "
        r"of which (?P<free>[\d.]+ \w+) is free"
    ),
    re.compile(
        r"Tried to allocate (?P<tried>[\d.]+ \w+) \(GPU (?P<gpu>\d+); (?P<total>[\d.]+ \w+) total capacity;.*?"
        r"(?P<free>[\d.]+ \w+) free"
    ),
)
_DEVICE_MEMORY = re.compile(r"\b(CUDA|HIP|MPS|XPU)(?: error:)? (?:backend )?out of memory")
_CPU_BYTES = re.compile(r"you tried to allocate (\d+) bytes|Unable to allocate ([\d.]+ \w+)")
_NOT_FOUND = re.compile(r"(?:^|: )(?P<name>[^:\s][^:]*): (?:command not found|not found)$")
_LONGEST = 300


@dataclass(frozen=True)
class Failure:
    """What ended a job: the words, where it happened (``file:line``), and how many lines follow in the log."""

    cause: str
    place: str | None
    lines_after: int
    exception: str | None = None

    def sentence(self) -> str:
        """Cause and place in one line."""
        return f"{self.cause} ({self.place})" if self.place else self.cause


@dataclass(frozen=True)
class _Traceback:
    start: int
    end: int
    prefix: str
    frames: tuple[tuple[str, int], ...]
    type: str
    message: str

    @property
    def short_type(self) -> str:
        return self.type.rpartition(".")[2]


def find_failure(lines: Sequence[str], folder: str | None = None) -> Failure | None:
    """The exception that ended the job whose log ends with ``lines``; None when the log names none.

    ``folder`` is the project's: the deepest frame inside it is the place, else the deepest outside libraries.
    """
    found = list(_tracebacks(lines))
    if not found:
        return None
    chosen = _blamed(found, lines)
    return Failure(
        _describe(chosen)[:_LONGEST],
        _place(chosen.frames, folder),
        len([line for line in lines[found[-1].end :] if line.strip()]),
        chosen.short_type,
    )


def find_complaint(lines: Sequence[str], exit_code: int) -> str | None:
    """What the last lines say of an exit code where there is no exception: a shell's or a parser's complaint."""
    for line in [line.strip() for line in lines if line.strip()][-3:][::-1]:
        missing = _NOT_FOUND.search(line)
        if exit_code == 127 and missing:
            return f"command not found: {missing['name']}"
        if exit_code in (126, 2, 1) and re.search(r"\b(error|permission denied)\b", line, re.IGNORECASE):
            return line[:_LONGEST]
    return None


def _tracebacks(lines: Sequence[str]) -> "list[_Traceback]":
    found: list[_Traceback] = []
    for start, line in enumerate(lines):
        if _FRAME.match(line) and (not found or found[-1].end <= start):
            headless = _read_syntax_error(lines, start)
            if headless:
                found.append(headless)
        head = _HEAD.match(line)
        if head:
            traceback = _read_traceback(lines, start, head["prefix"])
            if traceback is None and start + 1 < len(lines) and _FRAME.match(lines[start + 1]):
                traceback = _read_traceback(lines, start, "")  # not a rank's prefix, but what stood on that line
            if traceback:
                found.append(traceback)
    return found


def _read_traceback(lines: Sequence[str], start: int, prefix: str) -> _Traceback | None:
    """One traceback; lines of other ranks between its own are passed over."""
    frames: list[tuple[str, int]] = []
    for position in range(start + 1, min(len(lines), start + 2000)):
        line = lines[position]
        if not line.startswith(prefix.rstrip() if not line.strip() else prefix):
            if prefix.strip():
                continue
            return None
        line = line[len(prefix) :]
        frame = _FRAME.match(line)
        if frame:
            frames.append((frame["file"], int(frame["line"])))
        elif line[:1] not in (" ", "\t", "") and frames:
            exception = _EXCEPTION.match(line)
            if not exception:
                return None
            message = (exception["message"] or "").strip()
            following = lines[position + 1] if position + 1 < len(lines) else ""
            if message.endswith(":") or not message:
                more = following[len(prefix) :] if following.startswith(prefix) else ""
                if more[:1] in (" ", "\t"):
                    message = f"{message} {more.strip()}".strip()
            return _Traceback(start, position + 1, prefix, tuple(frames), exception["type"], message)
    return None


def _read_syntax_error(lines: Sequence[str], start: int) -> _Traceback | None:
    """What Python says of a script that it cannot even begin: one frame and the error, without a head."""
    frame = _FRAME.match(lines[start])
    if frame is None or frame["function"] is not None:
        return None
    for position in range(start + 1, min(len(lines), start + 6)):
        error = _SYNTAX_ERROR.match(lines[position])
        if error:
            place = ((frame["file"], int(frame["line"])),)
            return _Traceback(start, position + 1, "", place, error["type"], error["message"])
        if lines[position][:1] not in (" ", "\t", ""):
            return None
    return None


def _blamed(found: "list[_Traceback]", lines: Sequence[str]) -> _Traceback:
    """The traceback that tells the cause: the last one, or the first failing rank's where a launcher gave up."""
    last = found[-1]
    ranks = {_rank(traceback) for traceback in found if _rank(traceback) is not None}
    if last.short_type not in _LAUNCHERS and not ranks:
        return last
    own = [traceback for traceback in found if traceback.short_type not in _LAUNCHERS] or found
    root = _root_rank(lines)
    of_root = [traceback for traceback in own if root is not None and _rank(traceback) == root]
    if of_root:
        return of_root[-1]
    if ranks:
        first = next(traceback for traceback in own if _rank(traceback) is not None or len(own) == 1)
        same = [traceback for traceback in own if _rank(traceback) == _rank(first)]
        return same[0]
    return own[-1] if root is None else own[0]


def _rank(traceback: _Traceback) -> int | None:
    found = _RANK.search(traceback.prefix)
    return int(found[1]) if found else None


def _root_rank(lines: Sequence[str]) -> int | None:
    inside = False
    for line in lines:
        if _ROOT_CAUSE.search(line):
            inside = True
        rank = _ROOT_RANK.match(re.sub(r"^\[?rank\s*\d+\]?:\s?", "", line)) if inside else None
        if rank:
            return int(rank[1])
    return None


def _describe(traceback: _Traceback) -> str:
    message = traceback.message
    device = _DEVICE_MEMORY.search(message)
    if device:
        for pattern in _CUDA_SIZES:
            sizes = pattern.search(message)
            if sizes:
                return (
                    f"{device[1]} out of memory: tried to allocate {sizes['tried']}, "
                    f"{sizes['free']} free of {sizes['total']} on GPU {sizes['gpu']}"
                )
        tried = re.search(r"Tried to allocate ([\d.]+ \w+)", message)
        return f"{device[1]} out of memory" + (f": tried to allocate {tried[1]}" if tried else "")
    if "DefaultCPUAllocator" in message or traceback.short_type in ("MemoryError", "_ArrayMemoryError"):
        tried = _CPU_BYTES.search(message)
        size = (_spell_bytes(int(tried[1])) if tried[1] else tried[2]) if tried else None
        return f"out of host memory: tried to allocate {size}" if size else "out of host memory"
    return f"{traceback.short_type}: {message}" if message else traceback.short_type


def _place(frames: Sequence[tuple[str, int]], folder: str | None) -> str | None:
    """The deepest frame of the user's own code as ``train.py:88``."""
    if not frames:
        return None
    own = [frame for frame in frames if not _LIBRARY.search(frame[0])]
    inside = [frame for frame in own if folder and frame[0].startswith(folder.rstrip("/") + "/")]
    file, line = (inside or own or list(frames))[-1]
    return f"{PurePath(file).name}:{line}"


def _spell_bytes(number: int) -> str:
    size = float(number)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"):
        if size < 1024 or unit == "EiB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{number} B"
