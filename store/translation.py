"""The Japanese messages: one catalogue for the pages and for what is sent to a phone, so that both say the same.

It is read from ``app/translations/<language>/LC_MESSAGES/machiai.po`` as it is. This reader knows what such a file of
ours holds and no more: a whole library for it would cost the daemon 5 MB for as long as it lives.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

TRANSLATIONS = Path(__file__).resolve().parents[1] / "app" / "translations"
_LINE = re.compile(r'(?:(?P<keyword>msgid|msgid_plural|msgstr|msgstr\[0\])\s+)?(?P<text>".*")')


class Catalogue:
    """Messages of one language by their English; what it does not have is said in English."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        self._messages = messages

    def gettext(self, message: str) -> str:
        """The message in this language."""
        return self._messages.get(message, message)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The message for ``n`` things."""
        return self._messages.get(singular) or (singular if n == 1 else plural)


@lru_cache(maxsize=4)
def catalogue(language: str) -> Catalogue:
    """The messages of a language; English where there is no file for it."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "machiai.po"
    if language == "en" or not path.is_file():
        return Catalogue({})
    return Catalogue(dict(read_messages(path.read_text(encoding="utf-8"))))


def read_messages(text: str) -> Iterator[tuple[str, str]]:
    """The translated messages of a ``.po`` file: (English, translation), by the singular where there is a plural.

    Entries marked fuzzy and those without a translation are left out, and so is the header. For languages with one form
    for every number. Raises ValueError, with its number, for a line that it cannot read.
    """
    entry: dict[str, str] = {}
    keyword, fuzzy = "", False
    for number, line in enumerate([*text.splitlines(), 'msgid ""'], 1):
        line = line.strip()
        if not line or line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        found = _LINE.fullmatch(line)
        if found is None or not (found["keyword"] or keyword):
            raise ValueError(f"line {number} of the catalogue cannot be read: {line[:60]}")
        if found["keyword"] == "msgid":
            translated = entry.get("msgstr") or entry.get("msgstr[0]")
            if entry.get("msgid") and translated and not entry.get("fuzzy"):
                yield entry["msgid"], translated
            entry, fuzzy = ({"fuzzy": "fuzzy"} if fuzzy else {}), False
        keyword = found["keyword"] or keyword
        entry[keyword] = entry.get(keyword, "") + json.loads(found["text"])
