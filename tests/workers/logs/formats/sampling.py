"""Reads sample logs as they grow, and damages them, for the tests of all families."""

import json
import random
import time
from types import ModuleType
from typing import Any

from workers.logs.reader import Column, Reader


def read(text: str, *, chunk: int = 1 << 20) -> dict[str, Column]:
    """The series in a log that grows by ``chunk`` bytes at a time."""
    return read_with(text, chunk=chunk)[0]


def read_with(text: str, *, chunk: int = 1 << 20) -> tuple[dict[str, Column], Reader]:
    """The series, and the reader that found them."""
    data = text.encode()
    reader = Reader()
    columns: dict[str, Column] = {}
    for start in range(0, len(data), chunk):
        reader.feed(data[start : start + chunk], 0.0)
        _add(columns, reader)
    reader.finish(0.0)
    _add(columns, reader)
    return columns, reader


def points(columns: dict[str, Column], name: str) -> list[tuple[float, float]]:
    """Steps and values of one series."""
    column = columns[name]
    return list(zip(column.steps, column.values, strict=True))


def assert_same_in_any_pieces(text: str) -> None:
    """A log gives the same however it is cut, and also when reading is taken up again from its kept state."""
    whole = _plain(read(text))
    for chunk in (1, 7, 64):
        assert _plain(read(text, chunk=chunk)) == whole
    data, columns, state = text.encode(), {}, None  # type: ignore[var-annotated]
    for start in range(0, len(data), 50):
        reader = Reader(state)
        reader.feed(data[start : start + 50], 0.0)
        _add(columns, reader)
        state = json.loads(json.dumps(reader.state()))
    reader = Reader(state)
    reader.finish(0.0)
    _add(columns, reader)
    assert _plain(columns) == whole


def assert_never_raises(family: ModuleType, text: str, *, rounds: int = 300, seed: int = 1) -> None:
    """Lines with characters dropped, doubled, exchanged or put in are read or left alone."""
    chance = random.Random(seed)
    lines = [line for line in text.split("\n") if line.strip()]
    memory: dict[str, Any] = {"shared": {}}
    for _ in range(rounds):
        line = list(chance.choice(lines))
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(line) + 1)
            deed = chance.randrange(3)
            if deed == 0 and line:
                del line[min(place, len(line) - 1)]
            elif deed == 1:
                line[place:place] = chance.choice(
                    ["|", "{", "}", '"', ",", "\t", "-", "1", "e999", "nan", "٣", ":", "[", " ", "é"]
                )
            else:
                line[place:place] = line[max(0, place - 5) : place]
        damaged = "".join(line)
        if damaged.strip() and family.recognise(damaged, memory):
            family.parse(damaged, memory)


def assert_quick(family: ModuleType, start: str) -> None:
    """A line of 64 KB made to be slow takes milliseconds to look at and read, not the seconds of a search that goes
    back and forth in it (CPU time, so that a busy machine does not matter)."""
    for filler in ("a", " ", "1", "1,", "-", "=", "| ", '{"a":', "a=1 ", "a: 1, ", "\t1", "['"):
        line = (start + filler * (65_536 // len(filler)))[:65_536]
        spent = min(_seconds(family, line) for _ in range(2))
        assert spent < 0.2, (filler, spent)


def _seconds(family: ModuleType, line: str) -> float:
    memory: dict[str, Any] = {"shared": {}}
    begun = time.thread_time()
    if family.recognise(line, memory):
        family.parse(line, memory)
    return time.thread_time() - begun


def _add(columns: dict[str, Column], reader: Reader) -> None:
    for name, new in reader.harvest().columns.items():
        column = columns.setdefault(name, Column(new.unit))
        column.unit = new.unit
        column.legs += new.legs
        column.steps += new.steps
        column.times += new.times
        column.values += new.values


def _plain(columns: dict[str, Column]) -> dict[str, tuple[str, list[int], list[float], list[str]]]:
    return {
        name: (column.unit, column.legs, column.steps, [repr(value) for value in column.values])
        for name, column in columns.items()
    }
