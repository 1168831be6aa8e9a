"""A file of an export: its front matter, how its name, times and tables are written, and how it comes to be there."""

import json
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

_SLUG_LENGTH = 40


def front_matter(values: Mapping[str, Any]) -> str:
    """A block of YAML: the values that there are, each as JSON, which YAML is a superset of."""
    lines = [
        f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items() if value not in (None, "")
    ]
    return "\n".join(["---", *lines, "---", ""])


def slug(text: str) -> str:
    """A few words of a text as a part of a file's name; letters of any script stay."""
    plain = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", text)).strip("-")
    return plain[:_SLUG_LENGTH].strip("-")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown; each cell in one line."""
    lines = [head, ["---"] * len(head), *rows]
    cells = [[" ".join(cell.split()).replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def when(moment: float | None, zone: tzinfo | None) -> str | None:
    """A moment (epoch seconds) with its zone, to the second; None is this machine's zone."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, zone).astimezone(zone).isoformat(timespec="seconds")


def write(folder: Path, name: str, content: str | bytes) -> str:
    """Write a file below the folder, so that it is there whole or not at all; its name. OSError where it cannot be."""
    path = folder / name
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    path.parent.mkdir(exist_ok=True)
    if path.is_file() and path.read_bytes() == data:
        return name
    draft = path.with_name(f".{os.getpid()}.draft")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return name
