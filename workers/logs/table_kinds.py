"""What kind of table a file is, told by its beginning: the state from which :mod:`workers.logs.tables` reads on."""

import csv
import json
from itertools import islice
from typing import Any

from workers.logs.batches import State
from workers.logs.columns import holds_metrics, is_header, moment
from workers.logs.rows import flatten

CSV = "csv"
LINES = "lines"
ARRAY = "array"
HEAD_BYTES = 64 << 10
UTF8 = "utf-8"
NOT_METRICS = "holds no metrics"

_BOM = b"\xef\xbb\xbf"
_SAMPLE = 20
_DELIMITERS = "\t,;|"
_HISTORY = b'"log_history"'


def recognise(head: bytes, begin: int, *, final: bool = False) -> State:
    """The state to begin reading with, from the first :data:`HEAD_BYTES` of a file of which ``begin`` bytes are old.

    ``closed`` says that it holds no metrics; without that and ``kind`` it is too early to tell.
    """
    mark = len(_BOM) if head.startswith(_BOM) else 0
    start = mark + len(head[mark:]) - len(head[mark:].lstrip())
    first = head[start : start + 1]
    if not first:
        return {}
    enough = final or len(head) >= HEAD_BYTES
    if b"\0" in head:
        return {"closed": NOT_METRICS}
    if first == b"[" or (first == b"{" and _is_pretty(head[start:])):
        return _array(head, begin, enough)
    if first == b"{":
        return _lines(head[start:], start, begin, enough)
    return _csv(head[start:], start, begin, enough)


def array_begin(head: bytes) -> int:
    """Where the elements of the array of records begin; -1 when there is none."""
    key = head.find(_HISTORY)
    opening = head.find(b"[", max(key, 0))
    if key < 0 and head[:opening].strip(_BOM + b" \t\r\n"):
        return -1
    return opening + 1 if opening >= 0 else -1


def parse_object(line: str) -> dict[str, Any] | None:
    """The JSON object that a line is; None when it is none."""
    line = line.strip()
    if not (line.startswith("{") and line.endswith("}")):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_pretty(head: bytes) -> bool:
    """Whether a JSON object goes over several lines."""
    line, newline, _ = head.partition(b"\n")
    return bool(newline) and parse_object(line.decode(UTF8, "replace")) is None


def _verdict(rows: list[dict[str, object]], *, enough: bool) -> bool | None:
    """Whether rows are of metrics; None when more of them may tell."""
    good = sum(holds_metrics([row]) for row in rows)
    if good and good * 2 >= len(rows) - 1:
        return True
    return False if enough or len(rows) >= _SAMPLE else None


def _state(verdict: bool | None, begun: State) -> State:
    if verdict is None:
        return {}
    return begun if verdict else {"closed": NOT_METRICS}


def _array(head: bytes, begin: int, enough: bool) -> State:
    opening = array_begin(head)
    if opening < 0:
        return _state(False if enough or head.rstrip().endswith(b"}") else None, {})
    text = head[opening:].decode(UTF8, "replace")
    decoder, position = json.JSONDecoder(), 0
    rows: list[dict[str, object]] = []
    while len(rows) < _SAMPLE:
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
        if text[position : position + 1] != "{":
            enough = enough or bool(text[position : position + 1].strip("]"))
            break
        try:
            found, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        rows.append(flatten(found))
    return _state(_verdict(rows, enough=enough), {"kind": ARRAY, "offset": 0, "begin": begin})


def _lines(text: bytes, start: int, begin: int, enough: bool) -> State:
    found = [parse_object(line.decode(UTF8, "replace")) for line in text.split(b"\n")[:_SAMPLE]]
    rows = [flatten(row) for row in found if row is not None]
    skip = {"skip": True} if begin > start else {}
    return _state(
        _verdict(rows, enough=enough), {"kind": LINES, "offset": max(start, begin - 1) if skip else start, **skip}
    )


def _csv(text: bytes, start: int, begin: int, enough: bool) -> State:
    offset, started = 0, None
    while text[offset : offset + 1] in (b"#", b"\n", b"\r"):  # remarks; a monitor's own: {"t_start": …}
        line, newline, _ = text[offset:].partition(b"\n")
        if not newline:
            return {"closed": NOT_METRICS} if enough else {}
        remark = parse_object(line.decode(UTF8, "replace").lstrip("#"))
        started = moment((remark or {}).get("t_start")) or started
        offset += len(line) + 1
    line, newline, rest = text[offset:].partition(b"\n")
    if not newline:
        return {"closed": NOT_METRICS} if enough else {}
    named = line.decode(UTF8, "replace").strip("\r")
    delimiter = max(_DELIMITERS, key=named.count)
    header = [cell.strip() for cell in _cells(named, delimiter)]
    if delimiter not in named or not is_header(header):
        return {"closed": NOT_METRICS}
    sample = _sample(rest[: rest.rfind(b"\n") + 1].decode(UTF8, "replace"), delimiter)
    rows = [dict(zip(header, cells, strict=True)) for cells in sample if len(cells) == len(header)]
    verdict: bool | None = holds_metrics(rows) if rows else None
    if not rows and (enough or len(sample) >= _SAMPLE):
        verdict = False
    offset += start + len(line) + 1
    state: State = {"kind": CSV, "offset": offset, "header": header, "delimiter": delimiter}
    if begin > offset:
        state |= {"offset": begin - 1, "skip": True}
    if started is not None:
        state["started"] = started
    return _state(verdict, state)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []


def _sample(text: str, delimiter: str) -> list[list[str]]:
    """The first rows; cells may go over several lines."""
    try:
        lines = text.replace("\r\n", "\n").splitlines(keepends=True)
        return list(islice(csv.reader(lines, delimiter=delimiter, skipinitialspace=True), _SAMPLE))
    except csv.Error:
        return [_cells(line, delimiter) for line in text.split("\n")[:_SAMPLE]]
