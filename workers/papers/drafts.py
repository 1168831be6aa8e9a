"""What has come so far of a file that is fetched in pieces, beside the place where it is to lie."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass
class Part:
    """What has come so far of the PDF at ``address``: ``validator`` is the server's mark of this very file, ``moves``
    how often it was found elsewhere, ``size`` how many bytes there are."""

    address: str
    where: str
    validator: str | None = None
    moves: int = 0
    size: int = 0


def read_draft(draft: Path, address: str) -> Part:
    """What has come so far of the PDF at that address; nothing of another."""
    fresh = Part(address, address)
    try:
        kept = Part(**json.loads(_about(draft).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return fresh
    if kept.address != address:
        return fresh
    try:
        return replace(kept, size=draft.stat().st_size)
    except OSError:
        return replace(kept, size=0)


def write_about(draft: Path, part: Part) -> None:
    """Keep what a draft is a part of."""
    descriptor = os.open(_about(draft), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(part), file)


def _about(draft: Path) -> Path:
    return draft.with_suffix(".json")


def drop_draft(draft: Path) -> None:
    """Nothing has come."""
    for path in (draft, _about(draft)):
        path.unlink(missing_ok=True)
