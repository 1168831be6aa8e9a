"""The date and time, and the logger's words, that stand before a line."""

import calendar
import re
import time
from functools import lru_cache

_STAMP = re.compile(
    r"[\[(<]{0,2}\s*(?P<year>\d{4})[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?)[ T_,-]{1,2}"
    r"(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d)(?P<fraction>[.,]\d{1,9})?(?P<zone>Z|[+-]\d\d:?\d\d)?\s*(?:UTC)?[\])>]{0,2}[:,|]?\s*"
)
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
    r"[\[(][\w./<>]+(?:\.py[: ,]+(?:line )?|:)\d+[\])]:?(?: \w+\(?\)?:)?[:\s-]*|[\w./]+\.py[:(]\d+\)?[:\s|-]+"
)


def strip_stamp(line: str) -> tuple[float | None, str]:
    """When a line was written, if a whole date stands before it, and the line without date, level and logger.

    A time without a zone is taken as this machine's local one.
    """
    first = line[0]
    moment: float | None = None
    rest = line
    if first.isdigit() or first in "[(<IWEFJFMASOND":
        match = _STAMP.match(line)
        if match:
            moment = _moment(
                int(match["year"]),
                int(match["month"]),
                int(match["day"]),
                int(match["hour"]),
                int(match["minute"]),
                int(match["second"]),
                match["zone"],
            )
            if moment is not None and match["fraction"]:
                moment += float("." + match["fraction"][1:])
            rest = line[match.end() :]
        else:
            match = _OTHER.match(line)
            if match:
                rest = line[match.end() :]
    level = _LEVEL.match(rest)
    if level:
        rest = rest[level.end() :]
    place = _PLACE.match(rest)
    if place:
        rest = rest[place.end() :]
        level = _LEVEL.match(rest)
        rest = rest[level.end() :] if level else rest
    return moment, rest or line


@lru_cache(maxsize=64)
def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int, zone: str | None) -> float | None:
    try:
        if zone is None:
            return time.mktime((year, month, day, hour, minute, second, 0, 0, -1))
        offset = 0
        if zone != "Z":
            digits = zone[1:].replace(":", "")
            offset = (int(digits[:2]) * 3600 + int(digits[2:]) * 60) * (1 if zone[0] == "+" else -1)
        return calendar.timegm((year, month, day, hour, minute, second)) - offset
    except (ValueError, OverflowError):
        return None
