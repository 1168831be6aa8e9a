"""The catalogue: read as it is, as Babel reads it, and cheaply."""

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from store.translation import TRANSLATIONS, catalogue, read_messages

ROOT = Path(__file__).resolve().parents[2]
JAPANESE = TRANSLATIONS / "ja" / "LC_MESSAGES" / "machiai.po"


def test_our_catalogue_is_read_as_babel_reads_it() -> None:
    """Every message, with its escapes and plurals."""
    with JAPANESE.open("rb") as file:
        entries = [one for one in read_po(file, locale="ja", abort_invalid=True) if one.id and not one.fuzzy]

    def first(text: object) -> object:
        return text[0] if isinstance(text, tuple | list) else text

    known = {first(one.id): first(one.string) for one in entries}
    assert len(known) > 500
    assert dict(read_messages(JAPANESE.read_text(encoding="utf-8"))) == known


def test_continued_lines_escapes_and_what_is_left_out() -> None:
    """Lines in pieces are joined; fuzzy and empty translations are not used."""
    text = """
# a comment
msgid ""
msgstr "Language: ja\\n"

msgid "one "
"“two”"
msgstr "一\\n"
"\\"二\\""

#, fuzzy
msgid "guessed"
msgstr "推測"

msgid "open"
msgstr ""

msgid "{n} run"
msgid_plural "{n} runs"
msgstr[0] "{n} 件"
"""
    assert dict(read_messages(text)) == {"one “two”": '一\n"二"', "{n} run": "{n} 件"}


@pytest.mark.parametrize("line", ["msgid no quotes", '"nothing before it"', 'msgstr[1] "a second form"'])
def test_a_line_that_is_none_is_named(line: str) -> None:
    """A mistake in the catalogue is told by its number instead of losing messages."""
    with pytest.raises(ValueError, match="line 1 of the catalogue"):
        list(read_messages(line))


def test_what_is_not_translated_is_english() -> None:
    """Another language, and a message nobody translated, are said in English."""
    assert catalogue("fr").gettext("crashed") == catalogue("en").gettext("crashed") == "crashed"
    assert catalogue("ja").gettext("nobody says this") == "nobody says this"
    assert catalogue("fr").ngettext("{n} run", "{n} runs", 2) == "{n} runs"
    assert catalogue("ja").gettext("crashed") == "クラッシュ"


def test_japanese_costs_the_daemon_little() -> None:
    """It is read without a library for it, which would stay in memory."""
    code = (
        "import sys\n"
        "def kb(): return int(next(l for l in open('/proc/self/status') if l.startswith('VmRSS')).split()[1])\n"
        "import json, re, pathlib, functools, dataclasses, datetime\n"
        "before = kb()\n"
        "from store.words import Words\n"
        "assert Words('ja').say('crashed') != 'crashed'\n"
        "print(kb() - before, 'babel' in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    grown, has_babel = told.split()
    assert has_babel == "False"
    assert int(grown) < 3000
