"""Words, times and lengths in English and Japanese; the Japanese messages are complete."""

import ast
import re
from datetime import timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from app.words import TRANSLATIONS, Words, choose_language, choose_zone
from store import findings, glossary, xids

APP = Path(__file__).resolve().parents[2] / "app"
PAGES = [*APP.glob("views/*.py"), *(APP / f"{name}.py" for name in ("main", "blank", "forecast", "status", "words"))]
NOON = 1_795_230_185.0  # 2026-11-21 03:03:05 UTC


def messages_in_use() -> set[tuple[str, ...]]:
    """Every message the pages say: ``(msgid,)`` or ``(msgid, plural)``."""
    found: set[tuple[str, ...]] = {(text,) for table in (glossary, findings, xids) for text in table.messages()}
    for path in PAGES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("say", "mark"):
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
    """What the pages say and what is translated are the same set."""
    used, entries = messages_in_use(), japanese()
    assert len(used) > 100
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


def test_times_are_shown_in_the_readers_zone() -> None:
    """A stored time is the same instant, told by the reader's clock."""
    tokyo = Words("en", ZoneInfo("Asia/Tokyo"))
    assert tokyo.clock(NOON) == "12:03:05"
    assert tokyo.date(NOON) == "2026-11-21 12:03:05"
    assert tokyo.date(None) == "–"
    assert tokyo.moment(NOON, NOON + 60) == "12:03"
    assert tokyo.moment(NOON - 86400, NOON) == "11-20 12:03"
    assert tokyo.moment(NOON - 400 * 86400, NOON).startswith("2025-10-")


def test_lengths_are_spelled_in_both_languages() -> None:
    """Two units at most, in the words of the language."""
    assert Words("en").length(11520) == "3 h 12 m"
    assert Words("ja").length(11520) == "3 時間 12 分"
    assert Words("ja").length(2 * 86400 + 7 * 3600) == "2 日 7 時間"
    assert Words("en").length(0.31) == "0.3 s"
    assert Words("en").age(3.9) == "3 s" and Words("ja").age(-1) == "0 秒"
    assert Words("en").age(11520.4) == "3 h 12 m"
    assert Words("ja").length(None) == "–"


def test_values_that_look_like_placeholders_stay_as_they_are() -> None:
    """A run may be called ``{time}`` without disturbing the sentence it stands in."""
    assert Words("en").say("Stop {name}", name="{time} {0}") == "Stop {time} {0}"


def test_counts_are_grammatical_and_large_ones_readable() -> None:
    """One needs, two need; thousands are set apart."""
    assert Words("en").count("{n} needs you", "{n} need you", 1) == "1 needs you"
    assert Words("en").count("{n} needs you", "{n} need you", 12000) == "12,000 need you"
    assert Words("ja").count("{n} needs you", "{n} need you", 2) == "2 件の確認待ち"
