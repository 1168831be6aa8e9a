"""Reading TensorBoard event files as they grow: the scalars, and nothing else of what they hold.

An event file is a sequence of TFRecords: the length (8 bytes, little-endian), its masked CRC-32C, the data, their
masked CRC-32C. The data is an ``Event`` message, whose schema comes with the tensorboard package; its own loader is
not used, because it imports numpy (20 MB) and sums in Python, at a third of the speed. Schema and checksum are loaded
when the first event file is met, not before.
"""

import math
import os
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from workers.logs.batches import READ_BYTES, FileReading, Legs, State, file_id

_HEADER = struct.Struct("<QI")
_CHECKSUM = struct.Struct("<I")
_FRAME_BYTES = _HEADER.size + _CHECKSUM.size
_LARGEST = 1 << 40
_TRIES = 3
_MASK = 0xA282EAD8
_SCALARS = "scalars"
_TYPES = {
    1: "float_val",
    2: "double_val",
    9: "int64_val",
    10: "bool_val",
    22: "uint32_val",
    23: "uint64_val",
    **dict.fromkeys((3, 4, 5, 6, 17), "int_val"),
    **dict.fromkeys((14, 19), "half_val"),
}
"""Where a tensor of each numeric ``DataType`` keeps its values, unless it keeps them as raw bytes."""
_RAW = dict(zip((1, 2, 3, 4, 5, 6, 9, 10, 17, 19, 22, 23), "fdiBhbq?HeIQ", strict=True))
"""How :mod:`struct` reads the raw bytes of each."""
_BFLOAT16, _HALF = 14, 19


def read_events(
    path: Path, state: State, *, limit: int = READ_BYTES, prefix: str = "", since: float | None = None
) -> FileReading:
    """Read the scalars that were written to an event file since ``state`` (``{}`` at first), at most ``limit`` bytes.

    Series are named by their tag, behind ``prefix``; points of before ``since`` (epoch seconds) are left out. A record
    that is still being written waits for the next call; a damaged one ends reading with :attr:`FileReading.trouble`,
    after it was looked at again as the file grew. Never raises: a file that cannot be read gives nothing.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return FileReading([], state)
    try:
        return _read(descriptor, state, limit, prefix, since)
    except OSError:
        return FileReading([], state)
    finally:
        os.close(descriptor)


def _read(descriptor: int, state: State, limit: int, prefix: str, since: float | None) -> FileReading:
    status = os.fstat(descriptor)
    identity, size = file_id(status), status.st_size
    rewritten = bool(state) and (state["file"] != identity or size < state["offset"])
    if rewritten or not state:
        state = {"file": identity, "offset": 0}
    offset, tries = state["offset"], state.get("tries", 0)
    if size == offset or tries >= _TRIES or (tries and size == state["damaged_at"]):
        return FileReading([], state, rewritten, trouble=_words(state))
    legs = Legs({name: list(known) for name, known in state.get("series", {}).items()})
    data = os.pread(descriptor, min(max(limit, _FRAME_BYTES), size - offset), offset)
    scan = _Scan(legs, prefix, since)
    used, wanted = scan.read(data)
    offset += used
    if wanted > max(limit, _FRAME_BYTES) and offset + wanted <= size:
        offset += wanted  # larger than a call may read: an image or a graph, never scalars
        wanted = 0
    after: State = {"file": identity, "offset": offset, "series": legs.known}
    if scan.damaged:
        after |= {"tries": tries + 1 if not used else 1, "damaged_at": size}
    more = not scan.damaged and offset + max(wanted, 1) <= size
    return FileReading(legs.batches(), after, rewritten, more, _words(after))


def _words(state: State) -> str | None:
    return f"damaged at byte {state['offset']:,}" if state.get("tries") else None


class _Scan:
    """One pass over the records in a piece of a file."""

    def __init__(self, legs: Legs, prefix: str, since: float | None) -> None:
        self.legs = legs
        self.prefix = prefix
        self.since = -math.inf if since is None else since
        self.damaged = False

    def read(self, data: bytes) -> tuple[int, int]:
        """How many bytes hold whole records, and how many more the next record needs from there."""
        checksum = _checksum()
        parse, broken = _parser()
        take, end, position = self._take, len(data), 0
        while position + _HEADER.size <= end:
            length, expected = _HEADER.unpack_from(data, position)
            if checksum(data[position : position + 8]) != expected or length > _LARGEST:
                self.damaged = True
                return position, 0
            begin = position + _HEADER.size
            stop = begin + length
            if stop + _CHECKSUM.size > end:
                return position, length + _FRAME_BYTES
            body = data[begin:stop]
            if checksum(body) != _CHECKSUM.unpack_from(data, stop)[0]:
                self.damaged = True
                return position, 0
            try:
                event = parse(body)
            except broken:
                pass  # whole, but no event: another version's, or another program's
            else:
                if event.HasField("summary") and not event.wall_time < self.since:
                    take(event)
            position = stop + _CHECKSUM.size
        return position, _FRAME_BYTES

    def _take(self, event: Any) -> None:
        step, time = float(event.step), event.wall_time
        for value in event.summary.value:
            kind = value.WhichOneof("value")
            if kind == "simple_value":
                number: float | None = value.simple_value
            elif kind == "tensor":
                number = self._scalar_of(value)
            else:
                continue
            if number is not None:
                name = self.prefix + value.tag
                self.legs.add(name, "epoch" if value.tag.startswith("epoch_") else "step", step, time, number)

    def _scalar_of(self, value: Any) -> float | None:
        """The number in a tensor that its summary, or an earlier one of the same tag, declared to be a scalar."""
        plugin = value.metadata.plugin_data.plugin_name
        if plugin != _SCALARS and (plugin or not self.legs.is_known(self.prefix + value.tag)):
            return None
        tensor = value.tensor
        if tensor.dtype not in _TYPES or math.prod(dimension.size for dimension in tensor.tensor_shape.dim) != 1:
            return None
        return _single(tensor)


def _single(tensor: Any) -> float | None:
    """The one number of a tensor of one element."""
    raw = tensor.tensor_content
    try:
        if raw and tensor.dtype == _BFLOAT16:
            return float(struct.unpack("<f", b"\0\0" + raw)[0])
        if raw:
            return float(struct.unpack("<" + _RAW[tensor.dtype], raw)[0])
        values = getattr(tensor, _TYPES[tensor.dtype])
        number = values[0] if values else 0  # protobuf leaves zeros out
        if tensor.dtype == _HALF:
            return float(struct.unpack("<e", struct.pack("<H", number))[0])
        if tensor.dtype == _BFLOAT16:
            return float(struct.unpack("<f", b"\0\0" + struct.pack("<H", number))[0])
        return float(number)
    except struct.error:
        return None


@cache
def _parser() -> tuple[Callable[[bytes], Any], type[Exception]]:
    """What makes an event of bytes, and what it raises where they are none."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from tensorboard.compat.proto.event_pb2 import Event  # type: ignore[import-untyped]

    return Event.FromString, DecodeError


@cache
def _checksum() -> Callable[[bytes], int]:
    """The masked CRC-32C of TFRecords."""
    from google_crc32c import value as crc32c

    def masked(data: bytes) -> int:
        plain: int = crc32c(data)
        return ((plain >> 15 | plain << 17) + _MASK) & 0xFFFFFFFF

    return masked
