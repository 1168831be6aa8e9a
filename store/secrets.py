"""The secrets file: where only its owner reads it, changed without touching what else stands in it."""

import json
import os
import re
import secrets
import tomllib
from pathlib import Path
from typing import Any

from store import channels
from store.errors import SettingsError
from store.symptoms import Phrase
from store.words import mark

TOKEN_KEY = "PUSHBULLET_TOKEN"
LONGEST_TOKEN = 200
WHERE = mark("create one at pushbullet.com under Settings, Account, Create Access Token")

_TOKEN_LINE = re.compile(r"[ \t]*(?:MACHIAI_)?PUSHBULLET_TOKEN[ \t]*=", re.IGNORECASE)
_TABLE_LINE = re.compile(r"[ \t]*\[")
_CHANNEL_LINE = re.compile(r"[ \t]*\[\[[ \t]*channels[ \t]*\]\][ \t]*(#.*)?\r?$")
_KEY_LINE = re.compile(r"[ \t]*[^\s#]")
_QUOTES = "\"'`“”‘’"
_NO_TOML = mark("{path} is not valid TOML{line}; mend the file or move it away")
_NO_TOML_THEN = mark("{path} would not be valid TOML{line}; mend the file or move it away")


def clean_token(pasted: str) -> str:
    """The token in what a person pasted; raises SettingsError, without repeating it, when there is none."""
    token = pasted.strip()
    if _TOKEN_LINE.match(token):
        token = token.partition("=")[2].strip()
    token = token.strip(_QUOTES).strip()
    if not token:
        raise SettingsError("no token was given; {where}", where=Phrase(WHERE))
    if "://" in token:
        raise SettingsError("that is an address, not an access token; {where}", where=Phrase(WHERE))
    if any(character.isspace() for character in token):
        raise SettingsError("an access token has no blanks in it; paste the token alone")
    if not token.isascii() or not token.isprintable() or set(token) & set(_QUOTES + "\\"):
        raise SettingsError("that holds characters that no access token has; paste the token alone")
    if len(token) > LONGEST_TOKEN:
        raise SettingsError(
            "that has {n} characters, too many for an access token; paste the token alone", n=len(token)
        )
    return token


def store_token(path: Path, token: str) -> None:
    """Keep ``token`` in the secrets file at ``path``: mode 0600, atomically, the rest of the file as it was.

    Raises SettingsError when the token cannot be one, or the file is not valid TOML or cannot be written.
    """
    token = clean_token(token)
    path, before = _read(path)
    after = _with_token(before, token)
    if _without_token(before, path) != _without_token(after, path):
        raise SettingsError(
            "cannot tell where the token stands in {path}; write {key} there by hand",
            path=path,
            key=TOKEN_KEY,
        )
    _write(path, after)


def store_channel(path: Path, name: str, url: str) -> None:
    """Keep a channel, new or with another address, in the secrets file at ``path``, as the token is kept.

    Raises SettingsError when name or address cannot be one, or the file is not valid TOML or cannot be written.
    Whether a service answers to the address only a test message tells.
    """
    name, url = name.strip(), url.strip().strip(_QUOTES).strip()
    trouble = channels.refuse(name, url)
    if trouble is not None:
        raise SettingsError(trouble)
    path, before = _read(path)
    written = f"[[channels]]\nname = {json.dumps(name)}\nurl = {json.dumps(url, ensure_ascii=False)}\n"
    lines = _lines(before)
    place = _place_of(lines, name)
    if place is None:
        after = before + ("\n" if before and not before.endswith("\n") else "") + ("\n" if before else "") + written
    else:
        begin, end = place
        after = "".join([*lines[:begin], written, *lines[end:]])
    _check_and_write(path, before, after, name, url)


def remove_channel(path: Path, name: str) -> bool:
    """Take a channel out of the secrets file at ``path``; whether it was there. Raises as :func:`store_channel`."""
    path, before = _read(path)
    if name not in {table.get("name") for table in _tables(_parse(before, path)) if isinstance(table, dict)}:
        return False
    lines = _lines(before)
    place = _place_of(lines, name)
    after = before
    if place is not None:
        begin, end = place
        while begin and lines[begin - 1].strip() == "" and (end == len(lines) or lines[end].strip() == ""):
            begin -= 1
        after = "".join([*lines[:begin], *lines[end:]])
    _check_and_write(path, before, after, name, None)
    return True


def _check_and_write(path: Path, before: str, after: str, name: str, url: str | None) -> None:
    """Write ``after`` when, read as TOML, it differs from ``before`` in that channel alone."""
    old, new = _parse(before, path), _parse(after, path, _NO_TOML_THEN)
    tables = [table for table in _tables(new) if isinstance(table, dict)]
    kept = [[table for table in _tables(values) if not _is_named(table, name)] for values in (old, new)]
    rests = [{key: value for key, value in values.items() if key != "channels"} for values in (old, new)]
    there = [table.get("url") for table in tables if table.get("name") == name]
    if kept[0] != kept[1] or rests[0] != rests[1] or there != ([] if url is None else [url]):
        raise SettingsError(
            "cannot tell where channel {name} stands in {path}; change it there by hand", name=repr(name), path=path
        )
    _write(path, after)


def _is_named(table: Any, name: str) -> bool:
    return isinstance(table, dict) and table.get("name") == name


def _tables(values: dict[str, Any]) -> list[Any]:
    found = values.get("channels", [])
    return found if isinstance(found, list) else [found]


def _place_of(lines: list[str], name: str) -> tuple[int, int] | None:
    """From which line to which the table of the channel of that name stands, comments behind it left out."""
    for begin, line in enumerate(lines):
        if not _CHANNEL_LINE.match(line.rstrip("\n")):
            continue
        end = last = begin + 1
        while end < len(lines) and not _TABLE_LINE.match(lines[end]):
            end += 1
            if _KEY_LINE.match(lines[end - 1]):
                last = end
        try:
            table = tomllib.loads("".join(lines[begin:last]))["channels"][0]
        except (tomllib.TOMLDecodeError, KeyError, IndexError, TypeError):
            continue
        if _is_named(table, name):
            return begin, last
    return None


def _with_token(text: str, token: str) -> str:
    line = f'{TOKEN_KEY} = "{token}"\n'
    kept: list[str] = []
    placed = in_table = False
    for old in _lines(text):
        in_table = in_table or bool(_TABLE_LINE.match(old))
        if in_table or not _TOKEN_LINE.match(old):
            kept.append(old)
        elif not placed:
            kept.append(line)
            placed = True
    return "".join(kept) if placed else line + text


def _without_token(text: str, path: Path) -> dict[str, Any]:
    return {key: value for key, value in _parse(text, path).items() if not _TOKEN_LINE.match(f"{key}=")}


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _parse(text: str, path: Path, wrong: str = _NO_TOML) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Not chained: the parser's message may repeat what stands in the file.
        found = re.search(r"line (\d+)", str(error))
        raise SettingsError(wrong, path=path, line=Phrase(" (line {n})", n=found[1]) if found else "") from None


def _read(path: Path) -> tuple[Path, str]:
    """The file itself, where ``path`` is a link to it, and its text; an empty one where there is none yet."""
    try:
        path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        return path, path.read_bytes().decode() if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            "cannot read {path}: {reason}; mend the file or move it away", path=path, reason=_words(error)
        ) from error


def _write(path: Path, text: str) -> None:
    try:
        _replace(path, text)
    except OSError as error:
        raise SettingsError(
            "cannot write {path}: {reason}; set MACHIAI_SECRETS to another file", path=path, reason=_words(error)
        ) from error


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _words(error: Exception) -> str | Phrase:
    return getattr(error, "strerror", None) or Phrase("it is not UTF-8 text")
