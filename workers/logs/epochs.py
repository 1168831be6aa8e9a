"""The step in the whole training where a log says the position within an epoch, but not how long an epoch is."""

from typing import Any


def passed(memory: dict[str, Any], epoch: float, batch: float) -> tuple[float, float | None]:
    """The batches since the start of the training, and the length of an epoch where one was seen to its end.

    An epoch is taken to end at the last batch that was logged in it. ``memory`` keeps what was seen.
    """
    last_epoch, last_batch = memory.get("last", [epoch, 0.0])
    memory["last"] = [epoch, batch]
    if "before" not in memory or epoch < last_epoch or (epoch == last_epoch and batch < last_batch):
        first = memory.setdefault("first", epoch)
        memory["before"] = max(0.0, epoch - min(first, 1.0)) * memory.pop("length", 0.0)
    elif epoch > last_epoch and batch <= last_batch:
        memory["length"] = max(memory.get("length", 0.0), last_batch)
        memory["before"] += memory["length"] * (epoch - last_epoch)
    length: float | None = memory.get("length")
    return float(memory["before"]) + batch, length
