"""What GPUs and their libraries say when they fail: memory, device assertions, NCCL, cuDNN and cuBLAS, XLA and Paddle.

:func:`describe` turns an exception's message into words with the sizes in it; ``RULES`` find the lines that stand in a
log without an exception.
"""

import re
from collections.abc import Sequence

from workers.logs.signs import CONSEQUENCE, LAUNCHER, ROOT, Rule, Sign

MEMORY = "memory"
DEVICE_ASSERTION = "device assertion"
NCCL = "nccl"

_SIZE = r"[\d.]+ ?[KMGTP]?i?B"
_DEVICE_MEMORY = re.compile(
    r"\b(CUDA|HIP|MPS|XPU|NPU|MUSA)(?: error:| Error:)? (?:backend )?out of memory", re.IGNORECASE
)
_SIZES = (
    re.compile(
        rf"[Tt]ried to allocate (?P<tried>{_SIZE})\. (?:GPU|XPU|NPU) (?P<gpu>\d+) has a total capacity of "
        rf"(?P<total>{_SIZE}) of which (?P<free>{_SIZE}) is free"
    ),
    re.compile(
        rf"[Tt]ried to allocate (?P<tried>{_SIZE}) \((?:GPU|XPU|NPU) (?P<gpu>\d+); (?P<total>{_SIZE}) total capacity;"
        rf".{{0,300}}?(?P<free>{_SIZE}) (?:free|cached)"
    ),
)
_TRIED = re.compile(rf"[Tt]ried to allocate (?:about )?({_SIZE})")
_MPS = re.compile(rf"MPS allocated: (?P<used>{_SIZE}).{{0,120}}?max allowed: (?P<total>{_SIZE})")
_XLA_BYTES = re.compile(
    r"(?:[Aa]llocate|[Aa]llocating|request for|Allocation of|attempting to allocate|of size) "
    r"(\d{4,18})(?: bytes| exceeds|b\b|\b)"
)
_XLA_SIZE = re.compile(
    r"(?:[Aa]ttempting to allocate|[Tt]rying to allocate|[Aa]ttempting to reserve|Used) ([\d.]+ ?[KMGT]i?B?)\b"
)
_TENSOR = re.compile(r"OOM when allocating tensor with shape ?(\[[\d,\s]*\])(?: and type (\w+))?(?: on (\S+))?")
_PADDLE = re.compile(
    r"Cannot allocate (?P<tried>[\d.]+\w+) memory on GPU (?P<gpu>\d+).{0,120}?"
    r"available memory is only (?P<free>[\d.]+\w+)"
)
_HOST = re.compile(r"tried to allocate (\d{1,20}) bytes|Unable to allocate ([\d.]+ \w+)|[Cc]annot allocate memory")


def describe(kind: str, message: str, detail: str) -> str | None:
    """Words for a failure to get memory, None for anything else.

    ``kind`` is the exception's type without module, ``message`` its message, ``detail`` the
    message with the lines after it.
    """
    device = _DEVICE_MEMORY.search(message) or (
        re.search(r"(CUDA|HIP)_?(?:ERROR)?_OUT_OF_MEMORY|(CUDA|HIP) failure 2: out of memory", message)
        if message
        else None
    )
    if device:
        name = (device[1] or "CUDA").upper()
        return f"{name} out of memory" + _device_sizes(detail)
    tensor = _TENSOR.search(detail)
    if tensor and (kind in ("ResourceExhaustedError", "InternalError") or "OOM" in message):
        where = f" on {tensor[3].rpartition('/')[2]}" if tensor[3] and "GPU" in tensor[3] else ""
        return f"{kind}: out of memory, OOM when allocating tensor of shape {tensor[1]}{where}"
    if "RESOURCE_EXHAUSTED" in message and re.search(r"[Oo]ut of memory|allocat|OOM|memory", detail):
        return f"RESOURCE_EXHAUSTED: device out of memory{_xla_size(detail)} ({kind})"
    paddle = _PADDLE.search(detail)
    if paddle:
        free = f"{paddle['free']} free on GPU {paddle['gpu']}"
        return f"GPU out of memory: cannot allocate {paddle['tried']}, {free} ({kind})"
    if (
        "DefaultCPUAllocator" in message
        or kind in ("MemoryError", "_ArrayMemoryError")
        or _no_host_memory(kind, message)
    ):
        tried = _HOST.search(detail)
        size = (_spell_bytes(int(tried[1])) if tried[1] else tried[2]) if tried else None
        return f"out of host memory: tried to allocate {size}" if size else f"out of host memory ({kind})"
    return None


def _no_host_memory(kind: str, message: str) -> bool:
    return kind == "OSError" and ("[Errno 12]" in message or "Cannot allocate memory" in message)


def _device_sizes(text: str) -> str:
    for pattern in _SIZES:
        sizes = pattern.search(text)
        if sizes:
            free = f"{sizes['free']} free of " if "free" in sizes[0][-6:] or "is free" in sizes[0] else ""
            return f": tried to allocate {sizes['tried']}, {free}{sizes['total']} on GPU {sizes['gpu']}"
    tried = _TRIED.search(text)
    limit = _MPS.search(text)
    size = f": tried to allocate {tried[1]}" if tried else ""
    return size + (f", {limit['used']} used of {limit['total']}" if limit else "")


def _xla_size(text: str) -> str:
    number = _XLA_BYTES.search(text)
    if number:
        return f": tried to allocate {_spell_bytes(int(number[1]))}"
    size = _XLA_SIZE.search(text)
    return f": tried to allocate {size[1]}" if size else ""


def _spell_bytes(number: int) -> str:
    size = float(number)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} EiB"


def _assertion(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    file = match["file"].rpartition("/")[2]
    cause = f"device-side assertion failed: {match['what'].strip()} ({file}:{match['line']})"
    return Sign(index, index + 1, CONSEQUENCE, cause, DEVICE_ASSERTION, detail=match["what"].strip())


def _timeout(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    line = lines[index]
    rank = re.search(r"\[?[Rr]ank (\d{1,6})\]", line)
    operation = re.search(r"OpType=(\w+)", line)
    ran = re.search(r"ran for (\d{1,12}) milliseconds", line)
    parts = [operation[1] if operation else "a collective operation"]
    if ran:
        parts.append(f"ran for {_spell_seconds(int(ran[1]) / 1000)}")
    if rank:
        parts.append(f"on rank {int(rank[1])}")
    cause = "NCCL timeout: Watchdog caught collective operation timeout, " + " ".join(parts)
    return Sign(index, index + 1, CONSEQUENCE, cause, NCCL, rank=int(rank[1]) if rank else None, detail=line)


def _spell_seconds(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _fairseq_memory(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    message = match["message"]
    words = describe("RuntimeError", message, message) or message
    return Sign(index, index + 1, CONSEQUENCE, words, MEMORY, exception="OutOfMemoryError", detail=message)


def _paddle_summary(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    for at in range(index + 1, min(len(lines), index + 5)):
        found = re.match(r"^(?P<type>\w+(?:Error|Warning)): ?(?P<message>.*)$", lines[at].strip())
        if found:
            message = found["message"].strip()
            following = next((line.strip() for line in lines[at + 1 : at + 4] if line.strip()), "")
            detail = " ".join([message, *(line.strip() for line in lines[at + 1 : at + 12])])
            words = describe(found["type"], message or following, detail)
            cause = words or f"{found['type']}: {message or following}"
            return Sign(index, at + 1, ROOT, cause, "paddle", exception=found["type"], detail=detail)
    return None


RULES = (
    Rule(
        "thread: [",
        re.compile(
            r"(?P<file>[^\s:]+):(?P<line>\d+): .{0,3000}?block: \[[\d,]+\], thread: \[[\d,]+\]:? "
            r"Assertion `(?P<what>.{1,300}?)` ?failed"
        ),
        CONSEQUENCE,
        _assertion,
    ),
    Rule(
        "Watchdog caught collective", re.compile(r"Watchdog caught collective operation timeout"), CONSEQUENCE, _timeout
    ),
    Rule(
        "watchdog thread terminated",
        re.compile(r"[Rr]ank (?P<rank>\d+)\].{0,80}watchdog thread terminated with exception: (?P<what>.{1,200})"),
        CONSEQUENCE,
        "NCCL watchdog on rank {rank}: {what}",
        NCCL,
    ),
    Rule(
        "Timeout at NCCL work",
        re.compile(r"Timeout at NCCL work: (?P<what>[^,]{1,40})"),
        CONSEQUENCE,
        "NCCL timeout at work {what}",
        NCCL,
    ),
    Rule(
        "Heartbeat monitor timed out",
        re.compile(r"Heartbeat monitor timed out"),
        LAUNCHER,
        "NCCL heartbeat monitor timed out",
        NCCL,
    ),
    Rule(
        "Ran out of memory with exception",
        re.compile(r"OOM: Ran out of memory with exception: (?P<message>.*)"),
        CONSEQUENCE,
        _fairseq_memory,
    ),
    Rule(
        "attempting to recover from OOM",
        re.compile(r"attempting to recover from OOM(?P<where> in [\w/ ]+)?"),
        CONSEQUENCE,
        "CUDA out of memory: attempting to recover from OOM {where}",
        MEMORY,
    ),
    Rule(
        "CUDA",
        re.compile(r"^\s*CUDA (?:status )?Error: (?P<what>\S.{0,200})$"),
        ROOT,
        "CUDA error: {what}",
    ),
    Rule("[CUDA ERROR]", re.compile(r"\[CUDA ERROR\] at file (?P<what>\S+)"), ROOT, "CUDA error at {what}"),
    Rule("Error Message Summary", re.compile(r"^\W*Error Message Summary"), ROOT, _paddle_summary),
)
