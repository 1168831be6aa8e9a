"""Setting up the push: a token as pasted, whether Pushbullet knows it, and where only its owner reads it."""

import os
import re
import secrets
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from store.errors import SettingsError
from store.settings import Settings
from workers.alerts.channels import Retry
from workers.alerts.channels.pushbullet import channel_from
from workers.alerts.messages import clean_line

TOKEN_KEY = "PUSHBULLET_TOKEN"
LONGEST_TOKEN = 200
WHERE = "create one at pushbullet.com under Settings, Account, Create Access Token"

_TOKEN_LINE = re.compile(r"[ \t]*(?:MACHIAI_)?PUSHBULLET_TOKEN[ \t]*=", re.IGNORECASE)
_TABLE_LINE = re.compile(r"[ \t]*\[")
_QUOTES = "\"'`“”‘’"


class TokenCheck(NamedTuple):
    """Whether Pushbullet knows a token, None when that could not be found out, and the words for it."""

    ok: bool | None
    words: str


def clean_token(pasted: str) -> str:
    """The token in what a person pasted; raises SettingsError, without repeating it, when there is none."""
    token = pasted.strip()
    if _TOKEN_LINE.match(token):
        token = token.partition("=")[2].strip()
    token = token.strip(_QUOTES).strip()
    if not token:
        raise SettingsError(f"no token was given; {WHERE}")
    if "://" in token:
        raise SettingsError(f"that is an address, not an access token; {WHERE}")
    if any(character.isspace() for character in token):
        raise SettingsError("an access token has no blanks in it; paste the token alone")
    if not token.isascii() or not token.isprintable() or set(token) & set(_QUOTES + "\\"):
        raise SettingsError("that holds characters that no access token has; paste the token alone")
    if len(token) > LONGEST_TOKEN:
        raise SettingsError(f"that has {len(token)} characters, too many for an access token; paste the token alone")
    return token


def check_token(settings: Settings) -> TokenCheck:
    """Ask Pushbullet, at the address of the settings, whose token theirs is."""
    channel = channel_from(settings)
    if channel is None:
        return TokenCheck(False, f"no token was given; {WHERE}")
    known, failure = channel.identify()
    if failure is not None:
        refused = isinstance(failure, Retry) and failure.error.startswith("Pushbullet refuses the token")
        return TokenCheck(False if refused else None, failure.error)
    name = clean_line(settings.redact(str(known.get("name") or known.get("email") or "")))
    return TokenCheck(True, f"Pushbullet knows this token{f' as that of {name}' if name else ''}")


def with_token(settings: Settings, token: str) -> Settings:
    """The settings with another token, to check it before it is kept."""
    return replace(settings, pushbullet_token=token)


def store_token(path: Path, token: str) -> None:
    """Keep ``token`` in the secrets file at ``path``: mode 0600, atomically, the rest of the file as it was.

    Raises SettingsError when the token cannot be one, or the file is not valid TOML or cannot be written.
    """
    token = clean_token(token)
    try:
        path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_bytes().decode() if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read {path}: {_words(error)}; mend the file or move it away") from error
    after = _with_token(before, token)
    if _rest(before, path) != _rest(after, path):
        raise SettingsError(f"cannot tell where the token stands in {path}; write {TOKEN_KEY} there by hand")
    try:
        _write(path, after)
    except OSError as error:
        raise SettingsError(f"cannot write {path}: {_words(error)}; set MACHIAI_SECRETS to another file") from error


def _with_token(text: str, token: str) -> str:
    line = f'{TOKEN_KEY} = "{token}"\n'
    kept: list[str] = []
    placed = in_table = False
    for old in re.findall(r"[^\n]*\n|[^\n]+", text):
        in_table = in_table or bool(_TABLE_LINE.match(old))
        if in_table or not _TOKEN_LINE.match(old):
            kept.append(old)
        elif not placed:
            kept.append(line)
            placed = True
    return "".join(kept) if placed else line + text


def _rest(text: str, path: Path) -> dict[str, Any]:
    """What the file says besides the token."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Not chained: the parser's message may repeat what stands in the file.
        line = f" (line {found[1]})" if (found := re.search(r"line (\d+)", str(error))) else ""
        raise SettingsError(f"{path} is not valid TOML{line}; mend the file or move it away") from None
    return {key: value for key, value in values.items() if not _TOKEN_LINE.match(f"{key}=")}


def _write(path: Path, text: str) -> None:
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


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or "it is not UTF-8 text"
