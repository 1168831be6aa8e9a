"""The written journal: notes, studies, refactors, reviews, plans and ideas, in Markdown.

Nothing typed is lost: every change keeps what was there before, a change made on an old state raises Conflict unless
the other one only added to the end, and what is removed can be restored.
"""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from store import documents
from store.entry_rows import COLUMNS, DAY, KINDS, Entry, Version, dump, entry_from
from store.errors import Conflict, EntryError
from store.references import find_references, keep_references

_DAY_SECONDS = 86400.0
_FIELDS = ("kind", "title", "body", "project_id", "facts")
_LAST_HEADING = re.compile(r"^## (\d\d:\d\d)[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)


def add(
    connection: sqlite3.Connection,
    kind: str,
    body: str,
    now: float,
    *,
    title: str = "",
    project_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> int:
    """Write an entry, inside the caller's transaction; its id. EntryError where it is of no kind, or says nothing."""
    _check(kind, title, body)
    title, body = documents.storable(title), documents.storable(body)
    cursor = connection.execute(
        "INSERT INTO entries (kind, title, body, project_id, facts, created, changed) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (kind, title, body, project_id, dump(facts or {}), now, now),
    )
    entry_id = int(cursor.lastrowid or 0)
    keep_references(connection, entry_id, {}, find_references(body, facts), now)
    index(connection, entry_id)
    return entry_id


def append_today(
    connection: sqlite3.Connection,
    text: str,
    now: float,
    zone: tzinfo | None,
    kind: str = "note",
    project_id: int | None = None,
) -> Entry:
    """Add to the day's entry of that kind and project, under the time of day, inside the caller's transaction.

    The first of a day begins it; ``zone`` tells what day it is, None is this machine's. The entry as it is then.
    EntryError where there is no such kind, or ``text`` is blank.
    """
    _check(kind, "", text)
    moment = datetime.fromtimestamp(now, zone)
    heading = f"{moment:%H:%M}"
    text = text.strip("\r\n")
    entry = today(connection, now, zone, kind, project_id)
    if entry is None:
        day = f"{moment:%Y-%m-%d}"
        made = add(
            connection, kind, f"## {heading}\n\n{text}\n", now, title=day, project_id=project_id, facts={DAY: day}
        )
        return _get(connection, made)
    body = entry.body.rstrip()
    opened = _open_fence(body)
    if opened:
        body += f"\n{opened}"  # else what is added would be shown as code
    headings = _LAST_HEADING.findall(body)
    if not headings or headings[-1] != heading:
        body += f"\n\n## {heading}"
    return change(connection, entry.id, now, entry.revision, body=f"{body}\n\n{text}\n".lstrip("\n"))


def today(
    connection: sqlite3.Connection, now: float, zone: tzinfo | None, kind: str = "note", project_id: int | None = None
) -> Entry | None:
    """The entry that ``append_today`` would add to; None where it would begin one."""
    row = connection.execute(
        f"{COLUMNS} WHERE e.project_id IS ? AND e.created > ? AND e.kind = ? AND e.removed IS NULL "
        f"AND json_extract(e.facts, '$.{DAY}') = ? ORDER BY e.id LIMIT 1",
        (project_id, now - 2 * _DAY_SECONDS, kind, f"{datetime.fromtimestamp(now, zone):%Y-%m-%d}"),
    ).fetchone()
    return entry_from(row) if row else None


def change(connection: sqlite3.Connection, entry_id: int, now: float, revision: int, **fields: Any) -> Entry:
    """Change ``kind``, ``title``, ``body``, ``project_id`` or ``facts`` of an entry that was read at ``revision``,
    in the caller's transaction; as it is then. What it said is kept as a version.

    Where another tab or a command has only added to the end of the body meanwhile, both are kept. Raises Conflict where
    it was changed otherwise or removed, EntryError where there is no such entry or field.
    """
    if set(fields) - set(_FIELDS):
        raise EntryError(
            "an entry has {known}, and no {other}",
            known=", ".join(_FIELDS),
            other=", ".join(sorted(set(fields) - set(_FIELDS))),
        )
    current = _get(connection, entry_id)
    fields = {name: documents.storable(value) if isinstance(value, str) else value for name, value in fields.items()}
    fields = _differing(current, fields)
    if fields and current.removed is not None:
        raise Conflict("entry {number} was removed; restore it to change it", current, number=entry_id)
    if fields and current.revision != revision:
        fields = _differing(current, _merged(connection, current, revision, fields))
    if not fields:
        return current
    if "kind" in fields:
        _check_kind(fields["kind"])
    connection.execute(
        "INSERT INTO entry_versions (entry_id, revision, saved, kind, title, body, facts) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (entry_id, current.revision, now, current.kind, current.title, current.body, dump(current.facts)),
    )
    values = {name: dump(value) if name == "facts" else value for name, value in fields.items()}
    connection.execute(
        f"UPDATE entries SET {', '.join(f'{name} = ?' for name in values)}, changed = ?, revision = revision + 1 "
        "WHERE id = ?",
        (*values.values(), now, entry_id),
    )
    changed = _get(connection, entry_id)
    keep_references(
        connection,
        entry_id,
        find_references(current.body, current.facts),
        find_references(changed.body, changed.facts),
        now,
    )
    index(connection, entry_id)
    return changed


def remove(connection: sqlite3.Connection, entry_id: int, now: float) -> bool:
    """Take an entry out of journal and search; inside the caller's transaction. It can be restored; False where it was
    removed already."""
    _get(connection, entry_id)
    cursor = connection.execute("UPDATE entries SET removed = ? WHERE id = ? AND removed IS NULL", (now, entry_id))
    index(connection, entry_id)
    return bool(cursor.rowcount)


def restore(connection: sqlite3.Connection, entry_id: int) -> bool:
    """Put a removed entry back as it was; inside the caller's transaction. False where it was not removed."""
    _get(connection, entry_id)
    cursor = connection.execute("UPDATE entries SET removed = NULL WHERE id = ? AND removed IS NOT NULL", (entry_id,))
    index(connection, entry_id)
    return bool(cursor.rowcount)


def read_entry(connection: sqlite3.Connection, entry_id: int) -> Entry | None:
    """The entry of that id, removed ones too."""
    row = connection.execute(f"{COLUMNS} WHERE e.id = ?", (entry_id,)).fetchone()
    return entry_from(row) if row else None


def versions(connection: sqlite3.Connection, entry_id: int) -> list[Version]:
    """What an entry said before, oldest first; what it says now is not among them."""
    rows = connection.execute(
        "SELECT entry_id, revision, saved, kind, title, body, facts FROM entry_versions WHERE entry_id = ? "
        "ORDER BY revision",
        (entry_id,),
    )
    return [Version(**{**dict(row), "facts": json.loads(row["facts"])}) for row in rows]


def list_entries(
    connection: sqlite3.Connection,
    *,
    begin: float | None = None,
    end: float | None = None,
    project_id: int | None = None,
    kinds: Sequence[str] | None = None,
    removed: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> list[Entry]:
    """Entries written from ``begin`` to before ``end``, newest first; with ``removed`` those that were removed."""
    rows = connection.execute(
        f"{COLUMNS} WHERE (e.removed IS NOT NULL) = ? AND (? OR e.created >= ?) AND (? OR e.created < ?) "
        "AND (? OR e.project_id = ?) AND (? OR e.kind IN (SELECT value FROM json_each(?))) "
        "ORDER BY e.created DESC, e.id DESC LIMIT ? OFFSET ?",
        (
            removed, begin is None, begin, end is None, end, project_id is None, project_id,
            kinds is None, json.dumps(list(kinds or ())), limit, offset,
        ),
    )  # fmt: skip
    return [entry_from(row) for row in rows]


def entries_about(connection: sqlite3.Connection, kind: str, ref: str) -> list[Entry]:
    """The entries that are linked to a run, task, paper, commit …, newest first."""
    rows = connection.execute(
        f"{COLUMNS} JOIN links l ON l.from_kind = 'entry' AND l.from_id = CAST(e.id AS TEXT) "
        "WHERE l.to_kind = ? AND l.to_id = ? AND e.removed IS NULL ORDER BY e.created DESC, e.id DESC",
        (kind, ref),
    )
    return [entry_from(row) for row in rows]


def index(connection: sqlite3.Connection, entry_id: int) -> None:
    """Let the search know what an entry and its attachments say now; inside the caller's transaction."""
    entry = _get(connection, entry_id)
    if entry.removed is not None:
        documents.drop(connection, "entry", str(entry_id))
        return
    rows = connection.execute(
        "SELECT name, marks FROM attachments WHERE entry_id = ? AND removed IS NULL ORDER BY id", (entry_id,)
    )
    parts = [entry.body, *_texts(entry.facts)]
    for row in rows:
        parts += [row["name"], *(mark["text"] for mark in json.loads(row["marks"]))]
    documents.put(
        connection,
        "entry",
        str(entry_id),
        title=entry.heading,
        text="\n".join(parts),
        time=entry.created,
        project_id=entry.project_id,
    )


def _differing(current: Entry, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value != getattr(current, name)}


def _merged(connection: sqlite3.Connection, current: Entry, revision: int, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a change made on an older revision, with what was added to the body's end since."""
    row = connection.execute(
        "SELECT kind, title, body, facts FROM entry_versions WHERE entry_id = ? AND revision = ?",
        (current.id, revision),
    ).fetchone()
    kept = row is not None and (row["kind"], row["title"], row["facts"]) == (
        current.kind,
        current.title,
        dump(current.facts),
    )
    if kept and "project_id" not in fields and current.body.startswith(row["body"].rstrip()):
        added = current.body[len(row["body"].rstrip()) :]
        typed = str(fields.get("body", "")).rstrip()
        if "body" not in fields or typed.startswith(current.body.rstrip()):
            return dict(fields)
        if row["body"].strip() and added[:1] in ("", "\n", "\r"):
            return {**fields, "body": typed + added}
    raise Conflict(
        "entry {number} was changed elsewhere meanwhile (in another tab, or by a command); nothing was "
        "written: read it again, and put in what you want to keep",
        current,
        number=current.id,
    )


def _open_fence(body: str) -> str:
    """The fence of a code block that is still open at the end of a text; empty where none is."""
    opened = ""
    for fence in _FENCE.findall(body):
        if not opened:
            opened = fence
        elif fence[0] == opened[0] and len(fence) >= len(opened):
            opened = ""
    return opened


def _check(kind: str, title: str, body: str) -> None:
    _check_kind(kind)
    if not title.strip() and not body.strip():
        raise EntryError("an entry needs some text, or a title")


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise EntryError("an entry is of {kinds}, not {kind}", kinds=", ".join(KINDS), kind=repr(kind))


def _get(connection: sqlite3.Connection, entry_id: int) -> Entry:
    entry = read_entry(connection, entry_id)
    if entry is None:
        raise EntryError("there is no entry {number}", number=entry_id)
    return entry


def _texts(facts: Mapping[str, Any]) -> list[str]:
    return [value for name, value in facts.items() if name != DAY and isinstance(value, str)]
