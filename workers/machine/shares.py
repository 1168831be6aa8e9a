"""What of each GPU a run's processes take, from a sample whose processes are known by their runs. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from store.weekly import gpu_use


def gpus_of(run: str, gpus: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a run's processes take of each GPU they are on.

    Where the driver does not tell a process's utilisation, the GPU's own stands for it if no other run is there.
    """
    found = []
    for gpu in gpus:
        there = gpu.get("processes") or []
        mine = [process for process in there if process.get("run") == run]
        if mine:
            memory = [process["memory"] for process in mine if process.get("memory") is not None]
            shares = [process["utilisation"] for process in mine if process.get("utilisation") is not None]
            share = min(100, sum(shares)) if shares else gpu.get("utilisation") if len(mine) == len(there) else None
            found.append(
                {
                    "index": gpu.get("index"),
                    "uuid": gpu.get("uuid"),
                    "memory": sum(memory) if memory else None,
                    "utilisation": share,
                }
            )
    return found


def mean_figures(gpus: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """What it takes of all of them together: the mean of the utilisations, the sum of the memory."""
    shares = [gpu["utilisation"] for gpu in gpus if gpu["utilisation"] is not None]
    memory = [gpu["memory"] for gpu in gpus if gpu["memory"] is not None]
    return {
        "gpu_utilisation": sum(shares) / len(shares) if shares else None,
        "gpu_memory": sum(memory) if memory else None,
    }


def sightings(gpus: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """On which GPUs it is, as the figures that :mod:`store.weekly.gpu_use` counts."""
    return {
        f"{gpu_use.ON}{gpu['uuid']}": gpu_use.UNKNOWN if gpu["utilisation"] is None else float(gpu["utilisation"])
        for gpu in gpus
        if gpu["uuid"]
    }
