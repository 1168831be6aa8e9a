"""What a written entry speaks of: ``run:261121-102011-k3fa``, ``task:12``, ``commit:4f1c2ab``, ``paper:2401.01234``.

``run:ID@1200`` means a step of that run. Each is a link for as long as it stands in the text; links that were made
otherwise are left alone.
"""

import re
import sqlite3
from collections.abc import Mapping
from typing import Any

from store.links import link, links_of, unlink

REFERENCE = re.compile(
    r"(?<![A-Za-z0-9_])(?:"
    r"(?P<run>run)[:：](?P<run_id>[0-9]{6}-[0-9]{6}-[0-9a-z]{4})(?:[@＠](?P<step>[0-9]+(?:\.[0-9]+)?))?"
    r"|(?P<task>task)[:：](?P<task_id>[0-9]+)"
    r"|(?P<entry>entry)[:：](?P<entry_id>[0-9]+)"
    r"|(?P<commit>commit)[:：](?P<commit_id>[0-9a-f]{7,64})"
    r"|(?P<paper>paper)[:：](?P<paper_id>[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?:v[0-9]+)?"
    r")(?![A-Za-z0-9_])"
)
Target = tuple[str, str]


def find_references(text: str, facts: Mapping[str, Any] | None = None) -> dict[Target, float | None]:
    """What a text speaks of, as (kind, id) → step of a run or None, in order; with the ``runs`` and ``commits`` of its
    facts. A paper's id is without its version."""
    found: dict[Target, float | None] = {}
    for match in REFERENCE.finditer(text):
        kind = str(next(name for name in ("run", "task", "entry", "commit", "paper") if match[name]))
        step = float(match["step"]) if match["step"] else None
        target = (kind, match[f"{kind}_id"])
        found[target] = step if step is not None else found.get(target)
    for kind in ("run", "commit"):
        listed = (facts or {}).get(f"{kind}s")
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, str) and one:
                found.setdefault((kind, one), None)
    return found


def keep_references(
    connection: sqlite3.Connection,
    entry_id: int,
    before: Mapping[Target, float | None],
    after: Mapping[Target, float | None],
    now: float,
) -> None:
    """Link an entry to what it speaks of now, no longer to what it spoke of ``before``; in the caller's transaction."""
    known = {(one.to_kind, one.to_id): one for one in links_of(connection, "entry", entry_id)}
    wanted = _resolved(connection, after)
    for target in {*before, *_resolved(connection, before)} - wanted.keys():
        unlink(connection, "entry", entry_id, *target)
    for target, step in wanted.items():
        if target == ("entry", str(entry_id)):
            continue
        if target not in known or (step is not None and known[target].step != step):
            link(connection, "entry", entry_id, *target, now, step)


def _resolved(connection: sqlite3.Connection, targets: Mapping[Target, float | None]) -> dict[Target, float | None]:
    """The same with whole commit ids, where the journal knows just one that begins so."""
    found: dict[Target, float | None] = {}
    for (kind, one), step in targets.items():
        if kind == "commit" and len(one) < 40:
            rows = connection.execute(
                "SELECT DISTINCT sha FROM commits WHERE sha >= ? AND sha < ? LIMIT 2", (one, one + "g")
            ).fetchall()
            one = rows[0]["sha"] if len(rows) == 1 else one
        found[(kind, one)] = step
    return found
