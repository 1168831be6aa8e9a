"""What a terminal would show of raw log bytes: carriage returns folded, colours gone, lines only.

A log is whatever the training wrote: progress bars that rewrite their line, ANSI colours, NUL bytes, text
in an old Japanese encoding. The functions here turn the end of such a file into plain lines; they never
raise on any bytes and read no more than asked.
"""

import re
from pathlib import Path

_ANSI = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor moves
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC: window titles, hyperlinks
    r"|[PX^_][^\x1b]*(?:\x1b\\)?"  # DCS, SOS, PM, APC
    r"|[ -/]*[0-~])"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decode(raw: bytes) -> str:
    """Decode log bytes: UTF-8, else a Japanese encoding that fits whole, else UTF-8 with replacements."""
    for encoding in ("utf-8", "cp932", "euc-jp"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="replace")


def fold(line: str) -> str:
    """Show one line as a terminal would after its carriage returns, without colours and control bytes."""
    if "\x1b" in line:
        line = _ANSI.sub("", line)
    if "\r" in line:
        shown = ""
        for part in line.rstrip("\r").split("\r"):
            shown = part + shown[len(part) :] if part else shown
        line = shown
    if "\b" in line:
        kept: list[str] = []
        for character in line:
            if character != "\b":
                kept.append(character)
            elif kept:
                kept.pop()
        line = "".join(kept)
    return _CONTROL.sub("", line).rstrip()


def lines_of(raw: bytes) -> list[str]:
    """Plain lines of a stretch of log."""
    text = decode(raw)
    lines = [fold(line) for line in text.split("\n")]
    if lines and not lines[-1]:
        lines.pop()
    return lines


def read_end(path: Path, limit: int = 65536) -> bytes:
    """The last ``limit`` bytes of a file, beginning at a line where one begins there; empty if unreadable."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            start = max(0, size - limit)
            file.seek(start)
            raw = file.read(limit)
    except OSError:
        return b""
    if start:
        cut = raw.find(b"\n")
        if cut < 0:
            cut = raw.find(b"\r")
        if cut >= 0:
            raw = raw[cut + 1 :]
        else:
            while raw and raw[0] & 0xC0 == 0x80:  # do not begin inside a UTF-8 character
                raw = raw[1:]
    return raw


def tail(path: Path, lines: int = 200, limit: int = 65536) -> list[str]:
    """The last plain lines of a log file, from at most its last ``limit`` bytes."""
    return lines_of(read_end(path, limit))[-lines:]
