"""Words, times and lengths in English and Japanese."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from store.words import Words

NOON = 1_795_230_185.0  # 2026-11-21 03:03:05 UTC


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


def test_without_a_zone_times_are_this_machines() -> None:
    """An alert is written where nobody's browser says what time it is."""
    here = datetime.fromtimestamp(NOON, UTC).astimezone()
    assert Words("en", None).date(NOON) == here.strftime("%Y-%m-%d %H:%M:%S")
