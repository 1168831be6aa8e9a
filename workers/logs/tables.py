"""Reading metric tables as they grow: CSV and TSV with a header, JSON lines, and JSON arrays rewritten in place.

Each call continues at an offset. What stood right before it is compared by a checksum, so that a file written anew
with the same beginning (as Lightning's CSV logger does, or Chainer's ``log``) goes on where reading stopped, and any
other is read from its start. What a file is, its first rows tell; one that holds no metrics is closed for good.
"""

import csv
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from workers.logs.batches import READ_BYTES, FileReading, State
from workers.logs.columns import is_header
from workers.logs.rows import Rows, flatten
from workers.logs.table_kinds import ARRAY, CSV, HEAD_BYTES, UTF8, array_begin, parse_object, recognise

_COMPARED = 64
_MOST_QUOTED = 64 << 10


def read_table(
    path: Path,
    state: State,
    *,
    limit: int = READ_BYTES,
    prefix: str = "",
    begin: int = 0,
    since: float | None = None,
    final: bool = False,
) -> FileReading:
    """Read the rows that were written to a table since ``state`` (``{}`` at first), at most about ``limit`` bytes.

    ``begin`` is the size that the file had before the run: of that, only the header is read. Rows that say they were
    written before ``since`` (epoch seconds) are left out. A last line without its end waits for the rest, unless the
    run is over (``final``). Never raises: a file that cannot be read gives nothing.
    """
    if state.get("closed"):
        return FileReading([], state, trouble=state["closed"])
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return FileReading([], state)
    try:
        return _Look(descriptor, state, limit, final).read(prefix, begin, since)
    except OSError:
        return FileReading([], state)
    finally:
        os.close(descriptor)


class _Look:
    """One look at a table: works on a copy of the state, which takes the old one's place when all went well."""

    def __init__(self, descriptor: int, state: State, limit: int, final: bool) -> None:
        self.descriptor = descriptor
        self.limit = max(limit, 4096)
        self.final = final
        status = os.fstat(descriptor)
        self.size, self.written = status.st_size, status.st_mtime
        self.seen = [self.size, status.st_mtime_ns, final]
        self.before = state
        self.state: State = json.loads(json.dumps(state))

    def read(self, prefix: str, begin: int, since: float | None) -> FileReading:
        """Read on, or from the start."""
        if self.before.get("seen") == self.seen:
            return FileReading([], self.before)
        known = bool(self.state.get("kind"))
        rewritten = known and not self._continues()
        if rewritten and self.state["kind"] == ARRAY and not self._is_whole():
            return FileReading([], self.before)  # in the midst of being written anew
        if rewritten or not known:
            begin = 0 if rewritten or begin > self.size else begin
            self.state = recognise(os.pread(self.descriptor, HEAD_BYTES, 0), begin, final=self.final)
            if not self.state.get("kind"):
                return FileReading([], self.state, rewritten, trouble=self.state.get("closed"))
        rows = Rows(self.state, prefix=prefix, written=self.written, since=since)
        more = self._read_array(rows) if self.state["kind"] == ARRAY else self._read_lines(rows)
        batches = rows.batches()
        self.state["check"] = self._checksum()
        if more:
            self.state.pop("seen", None)
        else:
            self.state["seen"] = self.seen
        return FileReading(batches, self.state, rewritten, more, self.state.get("closed"))

    def _start(self) -> int:
        """Where offsets are counted from: the beginning of the file, or of the array in it."""
        if self.state["kind"] != ARRAY:
            return 0
        return max(0, array_begin(os.pread(self.descriptor, HEAD_BYTES, 0)))

    def _checksum(self) -> int:
        """A checksum of what stands right before the offset."""
        offset = self.state["offset"]
        length = min(_COMPARED, offset)
        return zlib.crc32(os.pread(self.descriptor, length, self._start() + offset - length))

    def _continues(self) -> bool:
        """Whether what has been read is still there."""
        end: int = self.state["offset"] + self._start()
        return end <= self.size and self._checksum() == self.state["check"]

    def _is_whole(self) -> bool:
        """Whether a JSON text ends as it should."""
        return os.pread(self.descriptor, 64, max(0, self.size - 64)).rstrip()[-1:] in (b"]", b"}")

    def _read_lines(self, rows: Rows) -> bool:
        """Take up the lines that are complete; whether there is more to read at once."""
        offset = self.state["offset"]
        data = os.pread(self.descriptor, min(self.limit, self.size - offset), offset)
        at_end = offset + len(data) >= self.size
        end = data.rfind(b"\n") + 1
        last = data[end:].strip()
        if last and at_end and (self.final or parse_object(last.decode(UTF8, "replace")) is not None):
            end = len(data)  # an object that is closed is whole, also before its line ends
        if not end:
            if len(data) < self.limit:
                return False
            self.state |= {"skip": True, "offset": offset + len(data)}  # a line too long to be a row of metrics
            return True
        begin = 0
        if self.state.pop("skip", False):
            begin = data.find(b"\n") + 1 or end
        if self.state["kind"] == CSV:
            end = self._unquoted(data, begin, end)
            self._take_csv(rows, data[begin:end].decode(UTF8, "replace"))
        else:
            for line in data[begin:end].decode(UTF8, "replace").split("\n"):
                found = parse_object(line)
                if found is not None:
                    rows.add(flatten(found))
        self.state["offset"] = offset + end
        return not at_end

    def _unquoted(self, data: bytes, begin: int, end: int) -> int:
        """Where the last line ends that does not end within quotes; quotes that never close are taken as they are."""
        if data.count(b'"', begin, end) % 2 == 0 or self.final:
            return end
        cut = end
        while cut > begin and data.count(b'"', begin, cut) % 2:
            cut = data.rfind(b"\n", begin, data.rfind(b'"', begin, cut)) + 1
        return cut if cut > begin and end - cut < _MOST_QUOTED else end

    def _take_csv(self, rows: Rows, text: str) -> None:
        header: list[str] = self.state["header"]
        for cells in _parsed(text, self.state["delimiter"]):
            if not cells or cells[0].startswith("#"):
                continue
            if not cells[0][:1].isdigit() and cells[0] and is_header(cells):
                names = [cell.strip() for cell in cells]
                if names == header or len(set(names) & set(header)) * 2 >= len(header):
                    self.state["header"] = header = names
                    continue
            if len(cells) == len(header) + 1 and not cells[-1].strip():
                cells.pop()
            if len(cells) == len(header):
                rows.add(dict(zip(header, cells, strict=True)))

    def _read_array(self, rows: Rows) -> bool:
        """Take up the objects that are complete; whether there is more to read at once."""
        start, offset, begin = self._start(), self.state["offset"], self.state.get("begin", 0)
        data = os.pread(self.descriptor, self.limit, start + offset)
        text = data.decode(UTF8, "surrogateescape")
        decoder, position = json.JSONDecoder(), 0
        while True:
            opening = position
            while opening < len(text) and text[opening] in " \t\r\n,":
                opening += 1
            if text[opening : opening + 1] != "{":
                return False
            try:
                found, after = decoder.raw_decode(text, opening)
            except (ValueError, RecursionError):
                break
            offset += len(text[position:after].encode(UTF8, "surrogateescape"))
            position = after
            if start + offset > begin:
                rows.add(flatten(found))
            self.state["offset"] = offset
        if not position and len(data) >= self.limit:
            self.state["closed"] = f"one entry is larger than {self.limit:,} bytes"
        return bool(position) and start + offset + len(text[position:]) < self.size


def _parsed(text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows of a CSV text; where it breaks the rules, line by line, without the lines that do."""
    lines: Iterable[str] = text.replace("\r\n", "\n").splitlines(keepends=True)
    try:
        yield from list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
        return
    except csv.Error:
        pass
    for line in lines:
        try:
            yield from csv.reader([line], delimiter=delimiter, skipinitialspace=True)
        except csv.Error:
            continue
