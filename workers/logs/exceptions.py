"""From tracebacks to signs: chains and groups put together, wrappers seen through, noise left out."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from workers.logs import accelerators
from workers.logs.boxes import find_boxed
from workers.logs.signs import CONSEQUENCE, IGNORED, LAUNCHER, ROOT, WEAK, Page, Sign
from workers.logs.tracebacks import Frame, Traceback, find_tracebacks

EXCEPTION = "exception"
INTERRUPT = "interrupt"
MEMORY = accelerators.MEMORY

_LIBRARY = re.compile(
    r"/(?:site|dist)-packages/|/lib(?:64)?/python\d|^<frozen|^<string>|^<stdin>|/importlib/|^<(?!ipython)|/bin/[^/.]+$"
    r"|/torch/install/|^/?tensorflow/python/|/python3\.\d+/(?!.*work)|\.(?:pyx|pxi|pxd)$"
    r"|^[A-Za-z]:[/\\](?:.*[/\\])?(?:[Aa]na|[Mm]ini)conda\d?[/\\](?:envs[/\\][^/\\]+[/\\])?[Ll]ib[/\\]"
)
_CELL_FILE = re.compile(r"/ipykernel_\d+/\d+\.py$")
_CAUSED = "The above exception was the direct cause of the following exception"
_HANDLING = "During handling of the above exception, another exception occurred"
_LAUNCHERS = {
    "ChildFailedError",
    "ProcessRaisedException",
    "CalledProcessError",
    "SystemExit",
    "CellExecutionError",
    "PapermillExecutionError",
    "TuneError",
    "TrainingFailedError",
    "MultiprocessingError",
}
_WRAPPERS = _LAUNCHERS | {
    "RemoteTraceback",
    "_RemoteTraceback",
    "UnfilteredStackTrace",
    "RemoteError",
    "InstantiationException",
}
_FOLLOWING = {
    "BrokenPipeError",
    "ConnectionResetError",
    "ConnectionAbortedError",
    "BrokenProcessPool",
    "TerminatedWorkerError",
    "ProcessExitedException",
    "ActorDiedError",
    "RayActorError",
    "WorkerCrashedError",
    "ActorUnavailableError",
    "NodeDiedError",
    "DistNetworkError",
    "DistStoreError",
    "SIGTERMException",
    "SignalException",
    "GeneratorExit",
    "CancelledError",
}
_FOLLOWING_WORDS = re.compile(
    r"DataLoader worker \(pid(?:\(s\))? [\d, ]+\) exited unexpectedly|Connection (?:closed|reset) by (?:remote )?peer"
    r"|NCCL communicator was aborted|ncclRemoteError|remote process exited|Broken pipe|connection was closed"
    r"|is killed by signal: (?:Interrupt|Terminated)|collective operation timeout|Timed out waiting|wait timeout after"
    r"|Application timeout caused pair closure|failed to recv, got 0 bytes|[Ss]ocket [Tt]imeout"
)
_TELLING = re.compile(
    r"out of memory|RESOURCE_EXHAUSTED|OOM when allocating|No space left on device|Disk quota exceeded"
    r"|file write failed|is killed by signal|device-side assert|illegal memory access|Too many open files"
    r"|Input/output error"
)
_IGNORED = re.compile(r"^(?:Exception ignored (?:in|on|while)|--- Logging error ---|Error in atexit|object address)")
_ASIDE = re.compile(
    r"^(?:Exception in thread |Task exception was never|Future exception was never|Exception in callback )"
)
_SIGNALLED = re.compile(r"got signal: (?P<signal>\d{1,3})")
_DIED = re.compile(r"died with <Signals\.(?P<name>SIG\w+): \d+>")
_SIGNAL_WORDS = {1: "SIGHUP (terminal closed)", 2: "SIGINT (Ctrl-C)", 15: "SIGTERM"}
_CONSOLE = re.compile(r"/bin/[^/.]+$")


def find_exceptions(page: Page, folder: str | None) -> list[Sign]:
    """A sign for every exception that ended something: one for each chain and each group."""
    tracebacks = sorted([*find_tracebacks(page), *find_boxed(page)], key=lambda one: one.start)
    return [_weigh(page, chain, folder) for chain in _chains(page, tracebacks)]


def place_of(frames: Sequence[Frame], folder: str | None) -> str | None:
    """The deepest frame of the user's own code as ``train.py:88``; without any, the deepest one."""
    if not frames:
        return None
    own = [frame for frame in frames if not _LIBRARY.search(frame.file.replace("\\", "/"))]
    inside = [frame for frame in own if folder and frame.file.startswith(folder.rstrip("/") + "/")]
    scripts = [frame for frame in frames if not _CONSOLE.search(frame.file)]
    frame = (inside or own or scripts or list(frames))[-1]
    if _CONSOLE.search(frame.file):
        return None
    if frame.file.startswith("In[") or _CELL_FILE.search(frame.file):
        name = frame.file if frame.file.startswith("In[") else "notebook cell"
    else:
        name = PurePath(frame.file.replace("\\", "/")).name
    return f"{name}:{frame.line}" if frame.line else name


def _chains(page: Page, tracebacks: Sequence[Traceback]) -> list[list[tuple[Traceback, str]]]:
    """Tracebacks that belong together, each with its link to the one before: "", "cause", "context" or "group"."""
    chains: list[list[tuple[Traceback, str]]] = []
    open_chains: dict[str, list[tuple[Traceback, str]]] = {}
    for one in tracebacks:
        earlier = open_chains.get(one.stream)
        link = _link(page, earlier[-1][0], one) if earlier else ""
        if earlier and link:
            earlier.append((one, link))
        else:
            chains.append([(one, "")])
            open_chains[one.stream] = chains[-1]
    return chains


def _link(page: Page, earlier: Traceback, later: Traceback) -> str:
    if later.in_group and earlier.in_group and later.start - earlier.end <= 60:
        return "group"
    if later.start - earlier.end > 400:
        return ""
    looked = 0
    for index in range(later.start - 1, max(earlier.end - 1, later.start - 200), -1):
        line = page.lines[index]
        if page.streams[index] != later.stream or not line.strip():
            continue
        if _CAUSED in line:
            return "cause"
        if _HANDLING in line:
            return "context"
        looked += 1
        if looked > 3:
            break
    if "Original Traceback" in page.lines[later.start] or "terminated with the following error" in _before(page, later):
        return "cause" if later.start - earlier.end <= 4 else ""
    return ""


def _before(page: Page, one: Traceback) -> str:
    """The nearest line above a traceback that is not empty, in its stream."""
    for index in range(one.start - 1, max(-1, one.start - 6), -1):
        if page.streams[index] == one.stream and page.lines[index].strip():
            return page.lines[index]
    return ""


def _weigh(page: Page, chain: Sequence[tuple[Traceback, str]], folder: str | None) -> Sign:
    chosen = _told_by(chain)
    graph = _graph_error(page, chosen)
    if graph:
        chosen = replace(chosen, message=graph[0], end=max(chosen.end, graph[1]))
    last = chain[-1][0]
    start, end = chain[0][0].start, max(chosen.end, *(one.end for one, _ in chain))
    before = _before(page, chain[0][0])
    detail = _detail(page, chosen)
    frames = chosen.frames
    if not frames or not any(not _LIBRARY.search(frame.file) for frame in frames):
        frames = next((one.frames for one, _ in chain if any(not _LIBRARY.search(f.file) for f in one.frames)), frames)
    kind = chosen.short_type
    rank = int(chosen.stream) if chosen.stream.isdigit() else _rank_in(chosen.prefix)
    cause, weight, sort = _words(chosen, detail)
    if kind in ("KeyboardInterrupt", "Interrupt"):
        sort = INTERRUPT
    if _IGNORED.match(before):
        weight = CONSEQUENCE if sort == INTERRUPT else IGNORED
    elif _ASIDE.match(before):
        weight = min(weight, CONSEQUENCE)
    elif "Traceback of forward call" in before or last.type.endswith("Warning"):
        weight = WEAK
    return Sign(start, end, weight, cause, sort, place_of(frames, folder), kind, rank, detail)


def _graph_error(page: Page, one: Traceback) -> tuple[str, int] | None:
    """What TensorFlow says after the place in the graph, and the line it ends with."""
    if one.message.startswith("in user code:"):
        return _autograph_error(page, one)
    if "Graph execution error" not in one.message and "root error(s) found" not in one.message:
        return None
    before = ""
    for index in range(one.end, min(len(page.lines), one.end + 200)):
        line = page.lines[index]
        numbered = re.match(r"^\s+\(0\) (.*)", line)
        if numbered:
            return numbered[1].strip(), index + 1
        if line.lstrip().startswith("[[{{") and before:
            return before, index + 1
        if "Traceback (most recent call last)" in line:
            return None
        before = line.strip() or before
    return None


def _autograph_error(page: Page, one: Traceback) -> tuple[str, int] | None:
    """What Keras says below the frames of traced code: the last of the indented lines names the exception again."""
    told: tuple[str, int] | None = None
    for index in range(one.end, min(len(page.lines), one.end + 200)):
        line = page.lines[index]
        if line.strip() and not line.startswith("    "):
            break
        named = re.match(r"^ {4}(\w*(?:Error|Exception)): (.*)", line)
        if named:
            told = named[2].strip(), index + 1
    return told


def _told_by(chain: Sequence[tuple[Traceback, str]]) -> Traceback:
    """The exception of a chain that says most: the last, unless it wraps an earlier one or that is the telling one."""
    link = chain[-1][1]
    if link == "group":
        members = [one for one, _ in chain]
        return next((one for one in members if _TELLING.search(one.message)), members[0])
    for one, _ in chain:
        if _TELLING.search(one.message):
            return one
    position = len(chain) - 1
    while position > 0:
        one, link = chain[position]
        inner = chain[position - 1][0]
        same = bool(one.message) and one.message == inner.message
        wraps = one.short_type in _WRAPPERS or "RayTaskError" in one.type or _FOLLOWING_WORDS.search(one.message)
        if link == "cause" and (same or wraps):
            position -= 1
            continue
        if link == "context" and (same or one.short_type in _LAUNCHERS):
            position -= 1
            continue
        break
    chosen = chain[position][0]
    if position < len(chain) - 1 and chosen.short_type in ("RemoteTraceback", "_RemoteTraceback"):
        return chain[position + 1][0]
    return chosen


def _words(one: Traceback, detail: str) -> tuple[str, int, str]:
    """An exception in words, its weight and its kind."""
    kind, message = one.short_type, one.message
    memory = accelerators.describe(kind, message, detail)
    if memory:
        return memory, ROOT, MEMORY
    if kind == "SignalException":
        found = _SIGNALLED.search(message)
        number = int(found["signal"]) if found else 0
        words = _SIGNAL_WORDS.get(number)
        told = f"{words}: " if words else ""
        return (
            f"{told}{kind}: {message}",
            ROOT if number in (1, 2) else CONSEQUENCE,
            INTERRUPT if number == 2 else EXCEPTION,
        )
    if not message and kind == "AssertionError" and one.frames and one.frames[-1].code.startswith("assert"):
        return f"AssertionError: {one.frames[-1].code}", ROOT, EXCEPTION
    weight = ROOT
    died = _DIED.search(message)
    if died:
        return f"killed by {died['name']} ({kind}: {message[:60]}…)", CONSEQUENCE, EXCEPTION
    if kind in _LAUNCHERS:
        weight = LAUNCHER
    elif kind in _FOLLOWING or _FOLLOWING_WORDS.search(message) or (kind == "EOFError" and not message):
        weight = CONSEQUENCE
    return f"{kind}: {message}" if message else kind, weight, EXCEPTION


def _detail(page: Page, one: Traceback) -> str:
    """The message with the lines after it that belong to it: sizes, help, the end of a long message."""
    parts = [one.message]
    for index in range(one.end, min(len(page.lines), one.end + 60)):
        if page.streams[index] != one.stream:
            continue
        line = page.lines[index]
        if "Traceback (most recent call last)" in line or (not line.strip() and len(parts) > 12):
            break
        parts.append(line)
        if len(parts) > 40:
            break
    return "\n".join(parts)[:6000]


def _rank_in(prefix: str) -> int | None:
    found = re.search(r"rank\s*(\d{1,6})|^\s*(\d{1,6}):", prefix, re.IGNORECASE)
    return int(found[1] or found[2]) if found else None
