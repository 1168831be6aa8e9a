"""A list of tasks as people write one, a line each: bullets, tick boxes, ``#kind``, ``~30m`` and ``!``, Japanese too.

Marks may be half or full width. They stand apart from the title by spaces, wherever in the line; an estimate may also
end a line of Japanese without one. What is no mark of ours stays in the title.
"""

import math
import re
import unicodedata
from dataclasses import dataclass

KINDS = ("experiment", "code", "refactor", "review", "plan", "read", "write", "chore")
MOST_SECONDS = 1000 * 3600.0
"""The longest estimate that is one: a thousand hours."""
_KIND_WORDS = {
    "実験": "experiment", "コード": "code", "実装": "code", "リファクタ": "refactor", "リファクタリング": "refactor",
    "レビュー": "review", "計画": "plan", "読む": "read", "読書": "read", "論文": "read", "書く": "write",
    "執筆": "write", "雑務": "chore", "雑用": "chore",
}  # fmt: skip
_BULLET = re.compile(
    r"[-*+–—‐−－＊＋]\s+|[-*+–—‐−－＊＋]$|[-－](?=[^\x00-\x7f０-９－])|[・･•‣◦●○■◆▪▫]\s*|[(（][0-9０-９]{1,3}[)）]\s*|[①-⑳]\s*"
    r"|[0-9０-９]{1,3}(?:[.．)）、](?:\s+|$|(?=[^\x00-\x7f０-９]))|[)）．](?=[^0-9０-９]))"
)
_BOX = re.compile(r"[\[［]([ \u3000xXｘＸ✓✔]?)[\]］](?:\s+|$|(?=[^\x00-\x7f（]))|([☐□☑☒✅✔✓])\s*")
_RULE = re.compile(r"[-=_*~─━―═＝ー\s]{3,}$")
_NUMBER = r"(\d{1,4}(?:\.\d{1,3})?)"
_HOURS = rf"{_NUMBER}\s?(?:hours?|hrs?|h|時間)(半)?"
_MINUTES = rf"{_NUMBER}\s?(?:minutes?|mins?|m|分)"
_LENGTH = re.compile(rf"(?:{_HOURS})?\s?(?:{_MINUTES})?$", re.IGNORECASE)
_AT_THE_END = re.compile(
    r"(?<=[ぁ-ゖァ-ヺー一-鿿々」』）])(?<![日時分秒月年曜週回個枚件章頁])[~～〜][0-9０-９][^\s~～〜]*$"
)


@dataclass(frozen=True)
class Draft:
    """A task as a line says it; ``kind`` None where it does not say, ``estimate`` in seconds, ``done`` where ticked."""

    title: str
    kind: str | None = None
    estimate: float | None = None
    priority: int = 0
    done: bool = False


def read_lines(text: str) -> list[Draft]:
    """The tasks of a pasted list, one a line, in order; blank lines, lone bullets and ruled lines are none."""
    drafts = (read_line(line) for line in text.splitlines())
    return [draft for draft in drafts if draft is not None]


def read_line(line: str) -> Draft | None:
    """The task that a line says, or None where it says none. A line of nothing but marks is a title as it stands."""
    text = clean(line)
    if not text or _RULE.match(text):
        return None
    text, done = _strip(text)
    if not text:
        return None
    words, estimate = _split_end(text)
    kind, priority, kept = None, 0, []  # type: str | None, int, list[str]
    for word in words:
        plain = unicodedata.normalize("NFKC", word)
        if kind is None and (found := _read_kind(plain)):
            kind = found
        elif estimate is None and plain[0] in "~〜" and (seconds := _read_mark(plain[1:])):
            estimate = seconds
        elif not priority and plain in ("!", "!!"):
            priority = len(plain)
        else:
            kept.append(word)
    if not kept:
        return Draft(text, done=done)
    return Draft(" ".join(kept), kind, estimate, priority, done)


def read_estimate(text: str) -> float | None:
    """The seconds of ``30m``, ``2h``, ``1.5h``, ``1h30m``, ``30分``, ``1時間半`` … or of a bare number of minutes.

    None where it is no length, nothing, or beyond ``MOST_SECONDS``.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    if re.fullmatch(_NUMBER, plain, re.ASCII):
        seconds = float(plain) * 60
    else:
        found = _LENGTH.match(plain)
        if found is None:
            return None
        hours, half, minutes = found.groups()
        seconds = (float(hours or 0) + (0.5 if half else 0)) * 3600 + float(minutes or 0) * 60
    return seconds if 0 < seconds <= MOST_SECONDS else None


def spell_estimate(seconds: float) -> str:
    """A length as ``read_estimate`` reads it, in whole minutes: ``30m``, ``2h``, ``1h30m``."""
    hours, minutes = divmod(max(1, math.floor(seconds / 60 + 0.5)), 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if minutes else "")


def clean(text: str) -> str:
    """The text as one line: control characters and halves of characters are gone, ends and spaces in a row are cut.

    A full-width space within it stays as it is.
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = "".join(" " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in text)
    return re.sub(r" {2,}", " ", re.sub("[\ufeff\u200b\u2060]", "", text)).strip()


def _strip(text: str) -> tuple[str, bool]:
    """The text without its bullet and tick box, and whether the box is ticked."""
    if (bullet := _BULLET.match(text)) is not None:
        text = text[bullet.end() :]
    done = False
    if (box := _BOX.match(text)) is not None:
        inside, sign = box.groups()
        done = bool(inside.strip()) if sign is None else sign not in "☐□"
        text = text[box.end() :]
    return text.strip(), done


def _split_end(text: str) -> tuple[list[str], float | None]:
    """The words of a text, and the estimate that its end carries without a space before."""
    found = _AT_THE_END.search(text)
    seconds = _read_mark(found.group()[1:]) if found else None
    if found and seconds:
        return text[: found.start()].split(), seconds
    return text.split(), None


def _read_mark(text: str) -> float | None:
    """The seconds of an estimate with a unit: ``~2 of them`` speaks of no minutes."""
    return read_estimate(text) if re.search(r"\D$", text) else None


def _read_kind(word: str) -> str | None:
    if len(word) < 2 or word[0] != "#":
        return None
    name = word[1:].casefold()
    return name if name in KINDS else _KIND_WORDS.get(name)
