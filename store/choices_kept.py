"""Choices that people made, a row each: read with a default for what cannot be used, written where they changed."""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from store.database import write
from store.errors import PreferencesError, WrongValue

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Chosen = TypeVar("Chosen", bound="DataclassInstance")
Checks = Mapping[str, Callable[[Any], Any]]
"""For each field what checks its value and gives it as it is used; it raises WrongValue."""


def read_choices(connection: sqlite3.Connection, kind: type[Chosen], prefix: str, checks: Checks) -> Chosen:
    """The choices in force, of a dataclass with defaults; its fields are kept under ``prefix`` and their names."""
    found = {}
    for row in connection.execute("SELECT name, value FROM preferences WHERE name GLOB ?", (prefix + "*",)):
        check = checks.get(row["name"].removeprefix(prefix))
        if check is not None:
            with contextlib.suppress(ValueError, RecursionError):
                found[row["name"].removeprefix(prefix)] = check(json.loads(row["value"]))
    return kind(**found)


def save_choices(
    connection: sqlite3.Connection, chosen: "DataclassInstance", prefix: str, checks: Checks, now: float
) -> None:
    """Keep those choices that have changed, in a transaction of its own.

    Raises PreferencesError, and keeps nothing, where one is not what it can be; it says how a right one looks.
    """
    for part, check in checks.items():
        try:
            check(getattr(chosen, part))
        except WrongValue as error:
            raise PreferencesError(part, error) from error
    with write(connection):
        known = read_choices(connection, type(chosen), prefix, checks)
        for one in fields(chosen):
            value = getattr(chosen, one.name)
            if value != getattr(known, one.name):
                connection.execute(
                    "INSERT INTO preferences (name, value, changed) VALUES (?, ?, ?) "
                    "ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed = excluded.changed",
                    (prefix + one.name, json.dumps(value), now),
                )
