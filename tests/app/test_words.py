"""The reader's language and zone; the Japanese messages are complete."""

import ast
import re
import sqlite3
from datetime import timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

import store.errors
from app.words import TRANSLATIONS, Words, choose_language, choose_zone, why
from store import advice_words, alert_rules, alert_words, findings, glossary, paper_faults, xids
from store.errors import EntryError, ExpressionError, MachiaiError, PreferencesError
from store.expressions import parse
from store.preferences import AlertPreferences, save_preferences

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
SOURCES = [
    *APP.glob("views/*.py"),
    *(APP / f"{name}.py" for name in ("main", "blank", "forecast", "status", "undelivered")),
    ROOT / "store" / "words.py",
    *(ROOT / "store" / "weekly").glob("*.py"),
    *(ROOT / "workers" / "alerts").glob("*.py"),
]
REFUSALS = [*(ROOT / "store").glob("*.py"), *(ROOT / "store" / "weekly").glob("*.py"), *APP.rglob("*.py")]
"""Where errors are raised that a page can show, and phrases are made that are said within them."""
TABLES = (advice_words, glossary, findings, xids, alert_rules, alert_words, paper_faults)


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
    return found | {(text,) for text in refusals()}


def refusals() -> set[str]:
    """The messages of all errors that are raised where pages can meet them."""
    errors = {name for name, one in vars(store.errors).items() if isinstance(one, type)} - {"UnknownRun", "SetupError"}
    found = set()
    for path in REFUSALS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {
            target.id: constant_of(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            is_error = name in errors or (name == "__init__" and path.name == "errors.py")
            for argument in node.args[:1] if isinstance(node, ast.Call) else []:
                if is_error or name in ("Phrase", "mark", "_wrong"):
                    assert not isinstance(argument, ast.JoinedStr), f"{path}:{argument.lineno} cannot be translated"
                    found.add(constant_of(argument))
                if is_error and isinstance(argument, ast.Name):
                    found.add(named.get(argument.id))
    return {text for text in found if text and re.search(r"[^\W_]", re.sub(r"\{\w*\}", "", text))}


def constant_of(node: ast.expr) -> str | None:
    """The text that is written there, bare or in ``mark``."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "mark":
        node = node.args[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


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


def test_why_something_could_not_be_done_is_said_in_the_readers_language() -> None:
    """An error of ours by its message, phrases and errors within it too; another one as it is."""
    wrong = EntryError("{name}: {error}", name="a.svg", error=EntryError("there is no entry {number}", number=3).phrase)
    assert str(wrong) == why(wrong, Words("en")) == "a.svg: there is no entry 3"
    assert why(wrong, Words("ja")) == "a.svg: エントリー 3 はありません"
    with pytest.raises(ExpressionError) as caught:
        parse("loss[1].mean > 2")
    assert caught.value.reason.startswith("[1] is no window") and caught.value.reason in str(caught.value)
    told = why(caught.value, Words("ja"))
    assert "5 文字目から読めません: [1] は区間になりません" in told and "\n条件の例: " in told
    with pytest.raises(PreferencesError) as refused:
        save_preferences(sqlite3.connect(":memory:"), AlertPreferences(digests=("25:00",)), 0.0)
    assert str(refused.value).startswith("digests: '25:00' is no time of day")
    assert why(refused.value, Words("ja")).startswith("'25:00' は時刻になっていません")
    assert why(OSError("no route {x}"), Words("ja")) == "no route {x}"
    assert str(MachiaiError("braces {as} they are")) == "braces {as} they are"
