"""A month of somebody who reads, with known totals: a November in Tokyo."""

import sqlite3
import struct
import zlib
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from store import attachments, entries, links, papers, projects, reading, sessions, tasks
from store.database import write
from store.settings import Settings
from tests.fakes.papers import find

TOKYO = ZoneInfo("Asia/Tokyo")
BEFORE, FIRST, SECOND, IN_HAND, KEPT, LEFT, NEXT = range(40, 47)
"""The numbers of its papers, as ``find`` makes them: read in October, two read in November, one in reading, one kept,
one left in the inbox, one read in December."""
LESSON = "Scale matters less than <data>.\nTry their schedule on *ours*."
NOTE = "# What it claims\n\nThat $x^2$ is enough, see [their page](https://example.org/a_b).\n\n{picture}\n"
PROJECT = "ssm-gates"


def at(month: int, day: int, hour: int = 12, minute: int = 0, *, year: int = 2026) -> float:
    """A moment of a year in Tokyo, in epoch seconds."""
    return datetime(year, month, day, hour, minute, tzinfo=TOKYO).timestamp()


def ref(number: int) -> str:
    """The ref of one of those papers."""
    return find(number).ref


def fill(connection: sqlite3.Connection, settings: Settings, year: int = 2026) -> dict[str, int]:
    """Write the month, of another year where that is asked for: 5 papers found in it, 3 kept, 2 read, 1 dropped and taken back; reading 1 h 30 m in sessions.

    FIRST: 40 min on the 3rd and pass 1, read on the 10th with a lesson and a note with a picture. SECOND: 20 min over
    the last midnight of October (10 of them in November), read on the 20th, no lesson. IN_HAND: 40 min on the 25th.
    The entries by what they are.
    """
    when = partial(at, year=year)
    with write(connection):
        project = projects.add_project(connection, PROJECT, when(10, 1))
        papers.take_up(connection, find(BEFORE), when(10, 1))
        for number, day in ((FIRST, 1), (SECOND, 1), (IN_HAND, 2), (KEPT, 5), (LEFT, 5)):
            papers.take_up(connection, find(number), when(11, day, 9))
        papers.take_up(connection, find(NEXT), when(10, 2), state="queue")
        papers.set_state(connection, ref(BEFORE), "read", when(10, 20))
        task = tasks.add(connection, "try their gates", when(11, 2), project_id=project)
        links.link(connection, "task", task, "paper", ref(FIRST), when(11, 2))
        papers.change(connection, ref(IN_HAND), when(11, 2), tags=(PROJECT.upper(),))
    _read(connection, SECOND, when(10, 31, 23, 50), 1200.0)
    with write(connection):
        papers.set_state(connection, ref(FIRST), "queue", when(11, 2))
        papers.set_state(connection, ref(KEPT), "queue", when(11, 5))
        dropped = papers.set_state(connection, ref(LEFT), "dropped", when(11, 5))
        papers.undo(connection, when(11, 5, 12, 1), dropped)
    _read(connection, FIRST, when(11, 3), 2400.0)
    with write(connection):
        reading.finish_pass(connection, ref(FIRST), when(11, 3, 12, 41))
        made = entries.add(connection, "study", "draft", when(11, 3, 13))
        links.link(connection, "entry", made, "paper", ref(FIRST), when(11, 3, 13))
    picture = attachments.keep(settings, connection, made, "figure 2.png", png(8, 5), when(11, 3, 13))
    shown = attachments.read_attachment(connection, picture)
    assert shown is not None
    with write(connection):
        entries.change(connection, made, when(11, 3, 13), 1, body=NOTE.format(picture=shown.markdown))
        papers.change(connection, ref(FIRST), when(11, 10), lesson=LESSON)
        papers.set_state(connection, ref(FIRST), "read", when(11, 10))
        papers.set_state(connection, ref(SECOND), "read", when(11, 20))
        papers.set_state(connection, ref(IN_HAND), "queue", when(11, 24))
    _read(connection, IN_HAND, when(11, 25), 2400.0)
    with write(connection):
        papers.set_state(connection, ref(IN_HAND), "read", when(12, 2))
        papers.set_state(connection, ref(NEXT), "reading", when(12, 1, 0, 0))
        papers.set_state(connection, ref(NEXT), "read", when(12, 3))
    return {"note": made, "picture": picture, "project": project}


def png(wide: int, tall: int, *, noise: bytes = b"") -> bytes:
    """A PNG of one colour; ``noise`` makes it as long as is wanted."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\0" + b"\x3f\x6b\x5b" * wide) * tall
    head = struct.pack(">IIBBBBB", wide, tall, 8, 2, 0, 0, 0)
    comment = part(b"tEXt", b"noise\0" + noise) if noise else b""
    return (
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + comment + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
    )


def _read(connection: sqlite3.Connection, number: int, begun: float, seconds: float) -> None:
    with write(connection):
        one = sessions.begin(connection, "read", begun, planned=seconds, paper=ref(number))
        sessions.end(connection, one, begun + seconds)
