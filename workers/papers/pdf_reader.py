"""Looking into a PDF from without: a process of its own does it, which may crash or hang."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

LOOK_SECONDS = 90.0
"""How long it may take to look into a PDF."""
PAGE_BREAK = "\n\f\n"
_PROCESS = Path(__file__).with_name("pdf_process.py")


def look_into(
    path: Path, beat: Callable[[], None] = lambda: None, *, seconds: float = LOOK_SECONDS
) -> tuple[int | None, str, str]:
    """The number of pages of a PDF and its text, and why it cannot be opened, empty where it can. There is no number
    where the file is locked with a password."""
    process = subprocess.Popen(
        [sys.executable, "-I", str(_PROCESS), str(path)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True,
    )  # fmt: skip
    out, deadline = None, time.monotonic() + seconds
    try:
        while out is None and time.monotonic() < deadline:
            beat()
            try:
                out, _ = process.communicate(timeout=min(5.0, seconds))
            except subprocess.TimeoutExpired:
                pass
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if out is None:
        return None, "", "it takes too long"
    try:
        told = json.loads(out)
    except ValueError:
        return None, "", "the reader of PDFs crashed on it"
    if "error" in told:
        return None, "", str(told["error"])
    return told["pages"], PAGE_BREAK.join(told["texts"]), ""
