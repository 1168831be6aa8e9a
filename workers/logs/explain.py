"""What was read in each line of a log, and by whom: for `machiai log RUN --explain`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from store.settings import Pattern
from workers.logs.patterns import user_patterns
from workers.logs.reader import Explained, Reader
from workers.logs.records import Reading, Record

CHUNK_BYTES = 1 << 20
_LINE_CHARACTERS = 100


def explain(path: Path, patterns: Sequence[Pattern]) -> Iterator[Explained]:
    """Read a log from its beginning as the daemon does, line by line."""
    reader = Reader(patterns=user_patterns(patterns))
    with path.open("rb") as file:
        while data := file.read(CHUNK_BYTES):
            yield from reader.explain(data)
    yield from reader.explain(b"")


def spell(explained: Explained) -> str:
    """One line for people: what was read, by which family, and the line it was read in."""
    line = explained.line if len(explained.line) <= _LINE_CHARACTERS else explained.line[: _LINE_CHARACTERS - 1] + "…"
    said = _said(explained.reading) if explained.reading else ""
    return f"{explained.family or '–':<14} {said or '–'}\n{'':<14} {line}"


def _said(reading: Reading) -> str:
    parts = [_record(record) for record in reading.records]
    counts = " × ".join(
        f"{count.unit} {count.done:g}" + (f" of {count.total:g}" if count.total is not None else "")
        for count in reading.counts
    )
    if counts:
        parts.append(f"[{counts}{', ' + reading.phase if reading.phase else ''}]")
    return "; ".join(parts)


def _record(record: Record) -> str:
    place = []
    if record.step is not None:
        place.append(f"{record.unit} {record.step:.15g}")
    if record.epoch is not None:
        place.append(f"epoch {record.epoch:.15g}")
    if record.batch is not None:
        place.append(f"batch {record.batch:.15g}" + (f" of {record.batches:.15g}" if record.batches else ""))
    values = "  ".join(f"{name}={value:.10g}" for name, value in record.values.items())
    return f"{', '.join(place)}: {values}" if place else values
