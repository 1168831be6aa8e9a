"""Samples of GPUs as the sampler gives them, without a sampler: for those who only read samples."""

from typing import Any

GB = 10**9


def gpu(index: int, **more: Any) -> dict[str, Any]:
    """A GPU of 24 GB that nobody is on."""
    idle = {"index": index, "uuid": f"GPU-{index}a", "name": "Fake GPU", "trouble": None, "note": None, "mig": None}
    return {**idle, "unified": False, "memory_used": 0, "memory_total": 24 * GB, "processes": [], **more}


def sample(*gpus: dict[str, Any], count: int = 0, **more: Any) -> dict[str, Any]:
    """A sample of those GPUs, or of ``count`` idle ones."""
    listed = list(gpus) or [gpu(index) for index in range(count)]
    return {"kind": "sample", "format": 1, "at": 0.0, "status": "ok", "reason": None, "gpus": listed, **more}


def process(pid: int, kind: str = "C", memory: int | None = GB, **more: Any) -> dict[str, Any]:
    """A process on a GPU."""
    return {"pid": pid, "kind": kind, "memory": memory, "utilisation": None, "mig": None, **more}
