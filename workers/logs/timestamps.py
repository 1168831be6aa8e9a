"""The date and time, and the logger's words, that stand before a line."""

import calendar
import re
import time
from datetime import datetime
from functools import lru_cache

STAMP = re.compile(
    r"[\[(<]{0,2}\s*(?P<date>\d{4}[-/.]\d\d?[-/.]\d\d?[ T_,-]{1,2}\d\d?:\d\d:\d\d)(?P<fraction>[.,]\d{1,9})?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?\s*(?:UTC)?[\])>]{0,2}[:,|]?\s*"
)
USUAL = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)[.,](\d{3})\s*")
_OTHER = re.compile(
    r"(?:[\[(]{0,2}(?:\d\d?[-/.]\d\d?(?:[-/.]\d\d(?:\d\d)?)?[ T,]{1,2})?"
    r"\d\d?:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?[AP]M)?[\])]{0,2}[:,|]?\s+"
    r"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?: \d{4})? "
    r"|[IWEF]\d{4,8} \d\d:\d\d:\d\d(?:\.\d+)?\s+\d+ [\w./-]+:\d+\] )"
)
_LEVEL = re.compile(
    r"(?:[\s|\[(<>:-]*\b(?:DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|NOTICE|TRACE|info|Info|debug)\b[\s|\])>:-]*)"
    r"(?:(?:[\w.]+:)(?=\S)(?!\S*\d)|[\w./]+\.py:\d+\]?\s*[:|-]?\s*|[\w.]+:\w+:\d+ - |(?:[\w.]+ +[|-] +){1,2})?"
)
_PLACE = re.compile(
    r"[\[(][\w./<>]+(?:\.py[: ,]+(?:line )?|:)\d+[\])]:?(?: \w+\(?\)?:(?!\s*(?:[-+.\d]|nan|inf)))?[:\s-]*"
    r"|[\w./]+\.py[:(]\d+\)?[:\s|-]+"
)
_WORDS = re.compile(r"(?:\[[\w.-]{1,40}\]\s){1,3}(?=\[?(?:DEBUG|INFO|WARN(?:ING)?|ERROR)\b)")  # process, thread
_RANK = re.compile(r"\(\d{1,5}/\d{1,5}\) (?=\S)")  # which of how many ranks, behind the place in the source


def strip_stamp(line: str) -> tuple[float | None, str]:
    """When a line was written, if a whole date stands before it, and the line without date, level and logger.

    A time without a zone is taken as this machine's local one.
    """
    first = line[0]
    moment: float | None = None
    rest = line
    if first.isdigit() or first in "[(<IWEFJFMASOND":
        match = STAMP.match(line)
        if match:
            moment = time_of(match[0])
            rest = line[match.end() :]
        else:
            match = _OTHER.match(line)
            if match:
                rest = line[match.end() :]
    words = _WORDS.match(rest) if rest[:1] == "[" else None
    if words:
        rest = rest[words.end() :]
    level = _LEVEL.match(rest)
    if level:
        rest = rest[level.end() :]
    place = _PLACE.match(rest)
    if place:
        rest = rest[place.end() :]
        rank = _RANK.match(rest)
        rest = rest[rank.end() :] if rank else rest
        level = _LEVEL.match(rest)
        rest = rest[level.end() :] if level else rest
    return moment, rest or line


def time_of(text: str) -> float | None:
    """The time that a date and time mean; None for one that does not exist."""
    usual = USUAL.fullmatch(text)  # many lines come in one second
    if usual is None:
        return _exactly(text)
    second = second_of(usual[1])
    return second if second is None else second + int(usual[2]) / 1000


@lru_cache(maxsize=64)
def second_of(text: str) -> float | None:
    """The time of a date and time without a fraction."""
    return _exactly(text)


def _exactly(text: str) -> float | None:
    match = STAMP.match(text)
    if match is None:
        return None
    date, fraction, zone = match.group("date", "fraction", "zone")
    minute, _, second = date.rpartition(":")
    whole = _minute(minute, zone)
    if whole is None:
        return None
    return whole + int(second) + (float("." + fraction[1:]) if fraction else 0.0)


@lru_cache(maxsize=64)
def _minute(text: str, zone: str | None) -> float | None:
    year, month, day, hour, minute = map(int, re.findall(r"\d+", text))
    try:
        datetime(year, month, day, hour, minute)  # noqa: DTZ001 - only to see whether it exists
        if zone is None:
            return time.mktime((year, month, day, hour, minute, 0, 0, 0, -1))
        offset = 0
        if zone != "Z":
            digits = zone[1:].replace(":", "")
            offset = (int(digits[:2]) * 3600 + int(digits[2:]) * 60) * (1 if zone[0] == "+" else -1)
        return calendar.timegm((year, month, day, hour, minute, 0)) - offset
    except (ValueError, OverflowError):
        return None
