"""Pictures in a report: as they are, without what a camera adds, and not too many of them."""

import base64
import sqlite3
import struct
from pathlib import Path

import pytest

from store import attachments, entries
from store.attachments import Attachment
from store.database import write
from store.settings import Settings
from store.weekly.pictures import Album, strip
from store.words import Words
from tests.fakes.reading_month import png


def segment(mark: int, body: bytes) -> bytes:
    """A part of a JPEG."""
    return bytes((0xFF, mark)) + struct.pack(">H", len(body) + 2) + body


def exif(side: int, order: str = "<") -> bytes:
    """What a camera writes: the place it was at, and which side is up."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    value = struct.pack(f"{order}HH", side, 0)
    entry = struct.pack(f"{order}HHI", 0x0112, 3, 1) + value
    return segment(0xE1, b"Exif\0\0" + head + struct.pack(f"{order}H", 1) + entry + bytes(4) + b"GPS 35.68 139.76")


JFIF = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
TABLE = segment(0xDB, bytes(65))
REST = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\x00\x34GPS\xff\xd9"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("side", [1, 3, 6, 8])
def test_a_photograph_loses_where_it_was_taken_and_stays_upright(side: int, order: str) -> None:
    """Of what a camera wrote the side that is up is left; tables and the picture itself are as they were."""
    photo = b"\xff\xd8" + exif(side, order) + JFIF + segment(0xFE, b"a comment") + TABLE + REST
    small = strip(photo, "image/jpeg")
    assert b"139.76" not in small
    assert b"comment" not in small
    assert small.startswith(b"\xff\xd8\xff")
    assert small.endswith(JFIF + TABLE + REST)
    if side == 1:
        assert small == b"\xff\xd8" + JFIF + TABLE + REST
    else:
        head = small.removeprefix(b"\xff\xd8").removesuffix(JFIF + TABLE + REST)
        assert head.startswith(b"\xff\xe1" + struct.pack(">H", len(head) - 2) + b"Exif\0\0MM\0*")
        assert struct.pack(">HHIH", 0x0112, 3, 1, side) in head
        assert strip(small, "image/jpeg") == small


def test_what_is_no_whole_jpeg_stays_as_it_is() -> None:
    """Other kinds, files that are cut off, and marks that are broken."""
    picture = png(3, 3)
    assert strip(picture, "image/png") == picture
    for broken in (b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8" + JFIF, b"\xff\xd8\x00\x00\x00\x00" + REST):
        assert strip(broken, "image/jpeg") == broken
    loose = b"\xff\xd8" + segment(0xE1, b"Exif\0\0II") + TABLE + REST
    assert strip(loose, "image/jpeg") == b"\xff\xd8" + TABLE + REST


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def attach(journal: sqlite3.Connection, settings: Settings, name: str, data: bytes) -> Attachment:
    """Keep a file at a new entry."""
    with write(journal):
        entry = entries.add(journal, "study", name, 1.0)
    found = attachments.read_attachment(journal, attachments.keep(settings, journal, entry, name, data, 1.0))
    assert found is not None
    return found


def test_pictures_are_in_the_report_itself(journal: sqlite3.Connection, settings: Settings) -> None:
    """As data: addresses; the same file is read once, and keeps the name it has there."""
    album = Album(settings, Words())
    one = attach(journal, settings, "a.png", png(3, 3))
    shown = album.picture(one)
    assert shown.uri == "data:image/png;base64," + base64.b64encode(png(3, 3)).decode()
    same = attach(journal, settings, "b.png", png(3, 3))
    assert (album.picture(same).name, album.picture(same).uri) == ("b.png", shown.uri)


def test_what_is_too_large_is_named(journal: sqlite3.Connection, settings: Settings) -> None:
    """One alone, all together, and one whose file is gone: each says why it is not there."""
    album = Album(settings, Words(), largest=3000, largest_all=5000)
    large = album.picture(attach(journal, settings, "large.png", png(1, 1, noise=bytes(4000))))
    assert (large.uri, large.why) == ("", "left out, it is too large (0.0 MB)")
    first = album.picture(attach(journal, settings, "first.png", png(1, 1, noise=b"1" * 2500)))
    second = album.picture(attach(journal, settings, "second.png", png(1, 1, noise=b"2" * 2500)))
    assert first.uri
    assert second.why.startswith("left out, the pictures are too large together")
    gone = attach(journal, settings, "gone.png", png(2, 1))
    next((settings.home / "attachments").rglob(gone.digest)).unlink()
    assert album.picture(gone).why == "left out, its file is gone or damaged"
    other = Album(settings, Words("ja"), largest=10).picture(gone)
    assert other.why == "大きすぎるため省きました（0.0 MB）"
