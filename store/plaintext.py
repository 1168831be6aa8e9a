"""What a terminal would show of raw log bytes: carriage returns folded, colours gone, lines only.

A log is whatever the training wrote: progress bars that rewrite their line, ANSI colours, NUL bytes, text
in an old Japanese encoding. The functions here turn the end of such a file into plain lines; they never
raise on any bytes and read no more than asked.
"""

import re
from pathlib import Path

ANSI = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor moves
    r"|\][^\x07\x1b\r\n]*(?:\x07|\x1b\\)?"  # OSC: window titles, hyperlinks
    r"|[PX^_][^\x1b\r\n]*(?:\x1b\\)?"  # DCS, SOS, PM, APC
    r"|[ -/]*[0-~])"
)
"""Escape sequences; what one that nothing ends goes on with is taken out to the end of its line, no further."""
_ERASE = re.compile(r"\x1b\[([02]?)[JK]")  # the rest of the line, or all of it
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_NO_TEXT = re.compile("[\x80\xa0\uf8f0-\uf8f3]")  # what CP932 makes of bytes that it has no characters for
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")


def decode(raw: bytes) -> str:
    """Decode log bytes: UTF-8 (its last character may be cut), else a Japanese encoding that fits whole, else UTF-8
    with replacements."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end == len(raw) and error.reason == "unexpected end of data":
            return raw[: error.start].decode("utf-8")
    fitting = []
    for encoding in ("cp932", "euc-jp"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.search(text):
            fitting.append(text)
    if fitting:  # EUC-JP fits CP932 too, as half-width katakana, which nobody logs
        return fitting[-1] if _HALF_WIDTH.search(fitting[0]) else fitting[0]
    return raw.decode("utf-8", errors="replace")


def fold(line: str) -> str:
    """Show one line as a terminal would after its carriage returns, without colours and control bytes."""
    shown = ""
    for part in reversed(line.rstrip("\r").split("\r")):
        text, erased = _plain(part)
        shown += text[len(shown) :]  # what came later lies on top
        if erased:
            break
    if "\b" in shown:
        kept: list[str] = []
        for character in shown:
            if character != "\b":
                kept.append(character)
            elif kept:
                kept.pop()
        shown = "".join(kept)
    return _CONTROL.sub("", shown).rstrip()


def _plain(part: str) -> tuple[str, bool]:
    """A stretch without escape sequences, and whether it erased what stood on the line before it."""
    if "\x1b" not in part:
        return part, False
    found = list(_ERASE.finditer(part))
    if not found:
        return ANSI.sub("", part), False
    erased = found[-1]
    before = "" if erased[1] == "2" else ANSI.sub("", part[: erased.start()])
    return before + ANSI.sub("", part[erased.end() :]), True


def lines_of(raw: bytes) -> list[str]:
    """Plain lines of a stretch of log; each is decoded for itself where not all of it is UTF-8."""
    try:
        texts = raw.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        texts = [decode(line) for line in raw.split(b"\n")]
    lines = [fold(text) for text in texts]
    if not lines[-1]:
        lines.pop()
    return lines


def whole_characters(raw: bytes) -> bytes:
    """A stretch cut out of a log, without the rest of a UTF-8 character at its beginning."""
    return raw[next((at for at in range(min(4, len(raw))) if raw[at] & 0xC0 != 0x80), 0) :]


def read_end(path: Path, limit: int = 65536) -> bytes:
    """The last ``limit`` bytes of a file, from where a line begins or begins anew; empty if unreadable."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            start = max(0, size - limit)
            file.seek(start)
            raw = file.read(limit)
    except OSError:
        return b""
    if start:
        cuts = [at for at in (raw.find(b"\n"), raw.find(b"\r")) if at >= 0]
        cut = min(cuts, default=-1)  # a carriage return will do: what stood before it is overwritten
        rest = raw[cut + (2 if raw[cut : cut + 2] == b"\r\n" else 1) :]
        return rest if cuts and rest.strip() else whole_characters(raw)
    return raw


def tail(path: Path, lines: int = 200, limit: int = 65536) -> list[str]:
    """The last plain lines of a log file, from at most its last ``limit`` bytes."""
    return lines_of(read_end(path, limit))[-lines:]
