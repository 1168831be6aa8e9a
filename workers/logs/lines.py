"""From log bytes to the stretches of text that are parsed: one between any two line ends or carriage returns.

A progress bar rewrites its line with a carriage return and may never end it; each rewriting is a stretch for itself.
Colours and cursor moves are taken out, and so is what a launcher puts before the lines of a rank.
"""

import re
from dataclasses import dataclass

from store import plaintext

LONGEST_BYTES = 1 << 16
"""Of a line longer than this only the end is kept for parsing."""
_MOVES = re.compile(r"\x1b\[\d*[ABEFGHJKd]")  # cursor up and such: what follows is another line on the screen
_PREFIX = re.compile(
    r"^(?:"
    r"\[(?:default|(?:[Rr]ank|RANK|GPU|gpu)[ :_=-]?)(?P<rank1>\d+)\]:? ?(?=\S)"  # [rank3]: , [default0]: , [GPU 1]
    r"|(?:[Rr]ank|RANK)[ _]?(?P<rank3>\d+)(?:: | \| )(?=\S)"  # Rank 3:
    r"|\[\d+,(?P<rank2>\d+)\]<std(?:out|err)>:\s?"  # mpirun --tag-output
    r"|\(\w[\w.<>]* (?:pid|ip)=[^)]*\) "  # Ray
    r"|\[1;36m\([^)]*\)\[0m "
    r")"
)


@dataclass
class Splitter:
    """Cuts a growing log into stretches; ``pending`` is the beginning of the one that has not ended yet."""

    pending: bytes = b""
    encoding: str | None = None

    def split(self, data: bytes) -> list[str]:
        """The stretches that end in ``data``, plain text each, empty ones left out."""
        if self.encoding is None:
            self.encoding = _encoding(self.pending + data)
        raw = self.pending + data
        if self.encoding:
            text, self.pending = _decode_wide(raw, self.encoding)
            return _plain_parts(text)
        cut = max(raw.rfind(b"\n"), raw.rfind(b"\r")) + 1
        self.pending = raw[cut:][-LONGEST_BYTES:]
        return _plain_parts(_decode(raw[:cut])) if cut else []

    def rest(self) -> list[str]:
        """The stretch that has not ended, as far as it goes; it stays pending."""
        if self.encoding:
            return _plain_parts(self.pending.decode(self.encoding, "ignore"))
        is_cut = len(self.pending) >= LONGEST_BYTES  # its beginning was left behind, perhaps within a character
        return _plain_parts(_decode(plaintext.whole_characters(self.pending) if is_cut else self.pending))


def shape_of(line: str) -> bytes:
    """A line without its digits: lines of one shape say the same things. Bytes, which lose digits the quickest."""
    return line.encode("utf-8", "surrogatepass").translate(None, b"0123456789")


def rank_of(line: str) -> tuple[int | None, str]:
    """The rank that a launcher says a line is from, and the line without saying so."""
    match = _PREFIX.match(line)
    if match is None:
        return None, line
    rank = match["rank1"] or match["rank2"] or match["rank3"]
    return (int(rank) if rank else None), line[match.end() :]


_BAR = re.compile(
    r"(?<!\d)\d{1,3}%\|[^|\n]{0,400}\|\s*[\d.,]+[kKMGT]?\w{0,3}/[\d.,]+[kKMGT]?\w{0,3} \[[^\]\n]*\]"
    r"|\|[ #-]{1,400}\|\s*[\d.,]+[kKMGT]?\w{0,3}/\? \[[^\]\n]*\]"
)
_GLUED_BEFORE = re.compile(
    r"^(?P<other>.*?[}\])])(?P<label>(?!\s*:)(?:(?<=\))[^{}\[\]()]{0,60}|(?<=[}\]])[^{}\[\]]{0,60}))$"
)  # a label that goes on with a colon began before the bracket: "mAP50-95): 10%|"


_OWN_LABEL = re.compile(
    r"^\W{0,9}(?:\w{1,20} ){0,2}\[?(?:\w{1,20} )?(?:epoch|ep|fold|stage|train|valid|val|test|eval)\w{0,8}[ :]{0,2}"
    r"[\[(]?[\d/ ]{0,12}\]$",
    re.IGNORECASE,
)  # "[train epoch 3]" and "train epoch[3/10]" begin the bar's own description
_OWN_METRICS = re.compile(r"[ ,|]{1,4}[A-Za-z][\w/.]{0,60} ?[=:] ?[-\d.]")  # behind the bar's brackets


_KERAS_BARS = re.compile(r"(?<=\.\d{4})(?=\d{1,9}/\d{1,9} [━─]{10})")


def unglue(line: str) -> list[str]:
    """A line that holds a progress bar and something else, taken apart; any other line as it is."""
    if "━━━" in line:
        return _KERAS_BARS.split(line)
    parts: list[str] = []
    position = 0
    for bar in _BAR.finditer(line):
        label = line[position : bar.start()]
        other = _GLUED_BEFORE.match(label)
        if other and other["other"].strip() and not _OWN_LABEL.search(other["other"]):
            parts.append(other["other"])
            position += len(label) - len(other["label"])
        parts.append(line[position : bar.end()])
        position = bar.end()
    if not parts:
        return [line]
    rest = line[position:]
    if _OWN_METRICS.match(rest):
        parts[-1] += rest
        rest = ""
    return [part for part in [*parts, rest] if part.strip()]


def _plain_parts(text: str) -> list[str]:
    if "\x1b" in text:
        text = plaintext.ANSI.sub("", _MOVES.sub("\n", text))
    if "\r" in text:
        text = text.replace("\r", "\n")
    if "\x00" in text:
        text = text.replace("\x00", "")
    if "\b" in text:
        text = text.replace("\b", "")
    if "\xa0" in text:
        text = text.replace("\xa0", " ")
    return [
        part if len(part) <= LONGEST_BYTES else part[-LONGEST_BYTES:]
        for part in text.split("\n")
        if part and not part.isspace()
    ]


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(plaintext.decode(line) for line in raw.replace(b"\r", b"\n").split(b"\n"))


def _encoding(start: bytes) -> str | None:
    """``utf-16-le`` or ``-be`` where the log is that, "" where it is not; None while nothing is known."""
    if len(start) < 4:
        return None
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16-le" if start[0] == 0xFF else "utf-16-be"
    sample = start[:400]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if (
            len(sample) >= 16
            and sample[offset::2].count(0) > 0.4 * len(sample)
            and not sample[1 - offset :: 2].count(0)
        ):
            return encoding
    return ""


def _decode_wide(raw: bytes, encoding: str) -> tuple[str, bytes]:
    """The complete lines of UTF-16 text, and the bytes after them."""
    even = len(raw) - len(raw) % 2
    text = raw[:even].decode(encoding, "replace").lstrip("\ufeff")
    cut = max(text.rfind("\n"), text.rfind("\r")) + 1
    rest = text[cut:].encode(encoding, "replace") + raw[even:]
    return text[:cut], rest[-LONGEST_BYTES:]
