"""Moments to come, as they are typed: ``2026-11-30``, ``11-30 14:00``, ``18:30``, ``tomorrow``, ``friday``, ``+3d``."""

import datetime
import re
import time
import unicodedata

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS_JA = "月火水木金土日"
_AHEAD = {"m": 60.0, "h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
_CLOCK = r"(?:[ t]+(\d{1,2}):(\d{2}))?"
_DATE = re.compile(rf"(?:(\d{{4}})[-/.])?(\d{{1,2}})[-/](\d{{1,2}}){_CLOCK}")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_WORD = re.compile(rf"([^\s\d]+?){_CLOCK}")
EXAMPLES = "2026-11-30, 11-30 14:00, 18:30, tomorrow, friday 9:00, +2h, +3d"


def read_date(text: str, now: float) -> float | None:
    """The moment that is meant, in epoch seconds, by the clock of this machine; None where it cannot be read.

    A day without a time begins at midnight. What has no year, day or date is the next such moment after ``now``.
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    today = datetime.date(*time.localtime(now)[:3])
    try:
        if found := re.fullmatch(r"\+(\d{1,4})([mhdw])", plain, re.ASCII):
            return now + int(found[1]) * _AHEAD[found[2]]
        if found := _TIME.fullmatch(plain):
            moment = _moment(today, found[1], found[2])
            return moment if moment > now else _moment(today + datetime.timedelta(days=1), found[1], found[2])
        if found := _DATE.fullmatch(plain):
            year, month, day, hours, minutes = found.groups()
            date = datetime.date(int(year or today.year), int(month), int(day))
            if not year and date < today:
                date = date.replace(year=today.year + 1)
            return _moment(date, hours, minutes)
        if found := _WORD.fullmatch(plain):
            days = _days_ahead(found[1], today.weekday())
            return None if days is None else _moment(today + datetime.timedelta(days=days), found[2], found[3])
    except (ValueError, OverflowError):
        return None
    return None


def _days_ahead(word: str, weekday: int) -> int | None:
    """How many days from today the named day is; a day of the week is the next one, never today."""
    if word in ("tomorrow", "明日", "あした"):
        return 1
    if word in ("today", "今日"):
        return 0
    if word == "明後日":
        return 2
    if len(word) >= 3 and (named := [one for one in _DAYS if one.startswith(word)]):
        return (_DAYS.index(named[0]) - weekday - 1) % 7 + 1
    if word.removesuffix("日").removesuffix("曜") in _DAYS_JA and word:
        return (_DAYS_JA.index(word[0]) - weekday - 1) % 7 + 1
    return None


def _moment(date: datetime.date, hours: str | None, minutes: str | None) -> float:
    clock = datetime.time(int(hours or 0), int(minutes or 0))
    return time.mktime((date.year, date.month, date.day, clock.hour, clock.minute, 0, 0, 0, -1))
