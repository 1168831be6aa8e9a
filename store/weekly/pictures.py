"""Pictures of notes as they go into a report: within its text, as large as a mail bears, without what a camera adds.

A photograph tells where and with what it was taken; of that only which side is up goes along.
"""

import base64
import struct
from dataclasses import dataclass, field

from store.attachments import Attachment, read_data
from store.errors import EntryError
from store.settings import Settings
from store.weekly.parts import Picture
from store.words import Words

LARGEST = 8_000_000
"""Bytes of one picture at most; larger ones are named, not shown."""
LARGEST_ALL = 24_000_000
_ORIENTATION = 0x0112
_EXIF = b"Exif\x00\x00"


@dataclass
class Album:
    """The pictures that go into one report, each read once; what is over the limits (bytes) is named instead."""

    settings: Settings
    say: Words
    largest: int = LARGEST
    largest_all: int = LARGEST_ALL
    _bytes: int = 0
    _known: dict[str, Picture] = field(default_factory=dict)

    def picture(self, file: Attachment) -> Picture:
        """An attachment as a picture in the report, or why it is not there."""
        known = self._known.get(file.digest)
        if known is None:
            known = self._known[file.digest] = self._read(file)
        return Picture(file.name, known.uri, known.why)

    def _read(self, file: Attachment) -> Picture:
        size = f"{file.size / 1e6:.1f} MB"
        if file.size > self.largest:
            return Picture(file.name, why=self.say.say("left out, it is too large ({size})", size=size))
        if self._bytes + file.size > self.largest_all:
            return Picture(
                file.name, why=self.say.say("left out, the pictures are too large together ({size})", size=size)
            )
        try:
            data = strip(read_data(self.settings, file), file.media_type)
        except EntryError:
            return Picture(file.name, why=self.say.say("left out, its file is gone or damaged"))
        self._bytes += len(data)
        return Picture(file.name, f"data:{file.media_type};base64,{base64.b64encode(data).decode()}")


def strip(data: bytes, media_type: str) -> bytes:
    """A JPEG without what its camera and programs wrote beside the picture, but for which side is up; others, and what
    is no whole JPEG, as they are."""
    if media_type != "image/jpeg":
        return data
    kept, at, side = [data[:2]], 2, 1
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return data
        mark, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if mark == 0xDA:
            upright = _orientation(side) if side != 1 else b""
            return b"".join([kept[0], upright, *kept[1:], data[at:]])
        if mark == 0xFF:
            at += 1
            continue
        body = data[at + 4 : at + 2 + size]
        if mark == 0xE1 and body.startswith(_EXIF):
            side = _side_up(body[len(_EXIF) :])
        elif mark not in (0xE1, 0xED, 0xFE):  # Exif and XMP, Photoshop's, comments
            kept.append(data[at : at + 2 + size])
        at += 2 + size
    return data


def _side_up(tiff: bytes) -> int:
    """Which side of a photograph is up, 1 to 8 as Exif has it; 1 where that is not said."""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for place in range(count):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * place)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except (KeyError, struct.error):
        pass
    return 1


def _orientation(side: int) -> bytes:
    """The part of a JPEG that says which side is up, and no more."""
    tiff = b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, side, 0, 0)
    body = _EXIF + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
