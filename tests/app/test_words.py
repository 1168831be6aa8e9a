"""The reader's language and zone; the Japanese messages are complete."""

import ast
import re
from datetime import timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from app.words import TRANSLATIONS, choose_language, choose_zone
from store import advice_words, alert_rules, alert_words, findings, glossary, xids

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
SOURCES = [
    *APP.glob("views/*.py"),
    *(APP / f"{name}.py" for name in ("main", "blank", "forecast", "status", "undelivered")),
    ROOT / "store" / "words.py",
    *(ROOT / "workers" / "alerts").glob("*.py"),
]
TABLES = (advice_words, glossary, findings, xids, alert_rules, alert_words)


def messages_in_use() -> set[tuple[str, ...]]:
    """Every message that pages and alerts say: ``(msgid,)`` or ``(msgid, plural)``."""
    found: set[tuple[str, ...]] = {(text,) for table in TABLES for text in table.messages()}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("say", "mark", "labelled", "Phrase"):
                texts = [n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)]
                found |= {(text,) for text in texts if isinstance(text, str)}
            elif name == "count" and len(node.args) == 3:
                found.add(tuple(ast.literal_eval(argument) for argument in node.args[:2]))
    return found


def japanese() -> dict[tuple[str, ...], str]:
    """The catalogue: by msgid, or msgid and plural."""
    with (TRANSLATIONS / "ja" / "LC_MESSAGES" / "machiai.po").open("rb") as file:
        catalog = read_po(file, locale="ja", abort_invalid=True)
    entries: dict[tuple[str, ...], str] = {}
    for message in catalog:
        if message.id and not message.fuzzy:
            key = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            text = message.string
            entries[key] = text[0] if isinstance(text, tuple) else str(text)
    return entries


def test_every_message_has_a_japanese_one() -> None:
    """What pages and alerts say and what is translated are the same set."""
    used, entries = messages_in_use(), japanese()
    assert len(used) > 500
    assert used - set(entries) == set(), "not translated"
    assert set(entries) - used == set(), "translated, but no longer said"
    assert [key for key, text in entries.items() if not text.strip()] == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    """A translation fills in exactly what its message does."""
    for key, text in japanese().items():
        said, translated = (set(re.findall(r"\{\w*\}", part)) for part in (key[-1], text))
        assert said == translated, key


@pytest.mark.parametrize(
    ("setting", "asked", "locale", "language"),
    [
        ("auto", None, "ja-JP", "ja"),
        ("auto", None, "ja_JP", "ja"),
        ("auto", None, "fr-FR", "en"),
        ("auto", None, None, "en"),
        ("auto", "en", "ja-JP", "en"),
        ("auto", "tlh", "ja-JP", "ja"),
        ("ja", "en", "en-GB", "ja"),
    ],
)
def test_language_is_chosen_by_setting_then_address_then_browser(
    setting: str, asked: str | None, locale: str | None, language: str
) -> None:
    """A fixed language wins; else what the link asks for; else the browser's."""
    assert choose_language(setting, asked, locale) == language


def test_zone_is_the_browsers() -> None:
    """By its name, by its offset where the name is unknown here, else UTC."""
    assert choose_zone("Asia/Tokyo", None) == ZoneInfo("Asia/Tokyo")
    assert choose_zone("No/Where", -540) == timezone(timedelta(hours=9))
    assert choose_zone("../../etc/passwd", None).utcoffset(None) == timedelta(0)
    assert choose_zone(None, None).utcoffset(None) == timedelta(0)
