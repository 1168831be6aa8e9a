"""Every setting of Machiai in one frozen table: name, default, help.

A value comes from the environment (``MACHIAI_`` + name), else from the secrets file (secrets only), else
from ``config.toml`` in the data folder, else from the default. A plain dataclass serves here and not a
settings library, because every `machiai run` loads it: the wrapper may add 0.4 s to a start and the library
alone took a quarter of that.
"""

import difflib
import os
import re
import stat
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from store.channels import ChannelUrl, read_channels, secret_parts
from store.errors import SettingsError
from store.symptoms import Phrase
from store.words import mark

PREFIX = "MACHIAI_"
CHECKOUT = Path(__file__).resolve().parent.parent
HIDDEN = "•••"
TABLES = ("glossary",)  # of config.toml, read where they are used
_PATTERN_LOOKS = mark(
    "it looks like  [[patterns]]  name = 'mine'  regex = 'it (?P<step>[0-9]+) .* kappa (?P<kappa>[^ ]+)'"
)
_HOME = Path("~/.machiai")
_SECRETS = CHECKOUT / ".streamlit" / "secrets.toml"


def _option(
    default: Any, words: str, *, low: float | None = None, high: float | None = None, secret: bool = False,
    choices: tuple[str, ...] = (),
) -> Any:  # fmt: skip
    meta = {"help": words, "low": low, "high": high, "secret": secret, "choices": choices}
    return field(default=default, metadata=meta, repr=not secret)


@dataclass(frozen=True)
class Pattern:
    """A user's own way to read a log: lines that ``regex`` finds something in, its named groups being the metrics."""

    name: str
    regex: str


@dataclass(frozen=True)
class Settings:
    """The settings in force; made by :func:`load`, or by hand in tests."""

    home: Path = _option(_HOME, "data folder: runs, journal, logs of the daemon")  # noqa: RUF009
    secrets: Path = _option(  # noqa: RUF009
        _SECRETS, "file that keeps the Pushbullet token and the other channels' addresses; must have mode 0600"
    )
    pushbullet_token: str = _option("", "Pushbullet access token; `machiai notify --setup` asks for it", secret=True)
    pushbullet_url: str = _option("https://api.pushbullet.com", "address of the Pushbullet API")
    push_timeout_seconds: float = _option(
        10.0, "how long one push may take before it is tried again", low=0.1, high=120
    )
    arxiv_url: str = _option("https://export.arxiv.org", "address of the arXiv API")
    arxiv_timeout_seconds: float = _option(
        30.0, "how long one answer of arXiv may take before it is given up", low=0.1, high=600
    )
    poll_seconds: float = _option(0.5, "how often the daemon looks at running jobs", low=0.02, high=60)
    sample_seconds: float = _option(1.0, "how often the GPUs are sampled", low=0.1, high=60)
    stop_grace_seconds: float = _option(
        30.0,
        "how long a stopped run may take after SIGINT before SIGTERM, and again before SIGKILL",
        low=0,
        high=86400,
    )
    port: int = _option(8501, "first port to try for the dashboard", low=1, high=65535)
    dashboard_url: str = _option("", "address put into alerts; empty means the dashboard's own on this machine")
    language: str = _option(
        "auto", "language of the dashboard: follow the browser, or fixed", choices=("auto", "en", "ja")
    )
    read_only: bool = _option(False, "show everything, change nothing: for a shared screen")
    private: bool = _option(False, "leave paths, host names and log lines out of alerts")
    patterns: tuple[Pattern, ...] = ()
    channels: tuple[ChannelUrl, ...] = field(default=(), repr=False)
    problems: tuple[Phrase, ...] = ()

    @property
    def runs_folder(self) -> Path:
        """Where the run directories lie."""
        return self.home / "runs"

    @property
    def journal(self) -> Path:
        """The SQLite file."""
        return self.home / "journal.db"

    def redact(self, text: str) -> str:
        """Take the token, and what is secret in the channels' addresses, out of a text to be stored, shown or sent."""
        secrets = {self.pushbullet_token, *(part for channel in self.channels for part in secret_parts(channel.url))}
        for secret in sorted(secrets - {""}, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text


def describe() -> list[tuple[str, str, str]]:
    """The settings table of the README: (environment name, default, help), in order."""
    rows = []
    for item in fields(Settings):
        if not item.metadata:
            continue
        default = str(item.default)
        if item.name == "secrets":
            default = ".streamlit/secrets.toml"
        rows.append((PREFIX + item.name.upper(), default, str(item.metadata["help"])))
    return rows


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from environment, secrets file and ``config.toml``.

    Raises SettingsError when a value cannot be used; what can be worked around (an unknown key, a secrets
    file others can read) is reported in ``Settings.problems`` instead.
    """
    environ = os.environ if environ is None else environ
    problems: list[Phrase] = []
    values: dict[str, Any] = {"home": _home(environ)}
    values |= _from_config(values["home"] / "config.toml", problems)
    values["home"] = _home(environ)
    given = environ.get(PREFIX + "SECRETS", "").strip() or values.get("secrets")
    values["secrets"] = _secrets(str(given)) if given else Settings.secrets
    values |= _from_secrets(values["secrets"], problems)
    for item in _settable():
        text = environ.get(PREFIX + item.name.upper(), "").strip()
        if text and item.name not in ("home", "secrets"):
            values[item.name] = _convert(item.name, text, f"the environment variable {PREFIX}{item.name.upper()}")
    values["pushbullet_url"] = re.sub(r"(/v2)?/*$", "", values.get("pushbullet_url", Settings.pushbullet_url))
    arxiv_url = values.get("arxiv_url") or Settings.arxiv_url
    values["arxiv_url"] = re.sub(r"(/api(/query)?)?[/?]*$", "", arxiv_url)
    values["dashboard_url"] = values.get("dashboard_url", "").rstrip("/")
    return Settings(**values, problems=tuple(problems))


def _settable() -> list[Any]:
    return [item for item in fields(Settings) if item.metadata]


def _home(environ: Mapping[str, str]) -> Path:
    text = environ.get(PREFIX + "HOME", "").strip()
    try:
        path = Path(text or Settings.home).expanduser()
        return path if path.is_absolute() else Path.cwd() / path
    except (RuntimeError, OSError) as error:
        raise SettingsError(
            "no data folder: {error}; set {name} to an absolute path", error=error, name=f"{PREFIX}HOME"
        ) from error


def _secrets(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise SettingsError(
            "no secrets file {text}: {error}; set {name} to an absolute path",
            text=text,
            error=error,
            name=f"{PREFIX}SECRETS",
        ) from error


def _from_config(path: Path, problems: list[Phrase]) -> dict[str, Any]:
    values = {}
    for key, value in _read_toml(path).items():
        name = _known(key)
        if key in TABLES and isinstance(value, dict):
            continue
        if key == "patterns":
            values["patterns"] = _to_patterns(value, path)
        elif key == "channels":
            problems.append(Phrase(mark("{path} is no place for channels; move them to the secrets file"), path=path))
        elif name is None:
            problems.append(_unknown_key(key, path))
        elif name == "pushbullet_token":
            problems.append(
                Phrase(mark("{path} is no place for the token; move it with `machiai notify --setup`"), path=path)
            )
        elif name != "home":
            values[name] = _convert(name, value, str(path))
    return values


def _from_secrets(path: Path, problems: list[Phrase]) -> dict[str, Any]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return {}
    if mode & 0o077:
        problems.append(Phrase(mark("{path} can be read by others, so it is not used: chmod 600 '{path}'"), path=path))
        return {}
    values = {}
    for key, value in _read_toml(path).items():
        name = _known(key)
        if name in ("pushbullet_token", "pushbullet_url"):
            values[name] = _convert(name, value, str(path))
        elif key == "channels":
            values["channels"] = read_channels(value, path, problems)
    return values


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            "cannot read {path}: {reason}; mend the file or move it away", path=path, reason=error
        ) from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            "{path} is not valid TOML: {error}; a line looks like  poll_seconds = 0.5", path=path, error=error
        ) from error


def _known(key: str) -> str | None:
    name = key.lower().removeprefix(PREFIX.lower())
    return name if any(item.name == name for item in _settable()) else None


def _unknown_key(key: str, path: Path) -> Phrase:
    near = difflib.get_close_matches(key.lower(), [item.name for item in _settable()], n=1)
    if near:
        return Phrase(
            mark("{path} has an unknown key {key}; did you mean {near}?"), path=path, key=repr(key), near=near[0]
        )
    return Phrase(mark("{path} has an unknown key {key}; it is ignored"), path=path, key=repr(key))


def _convert(name: str, value: Any, source: str) -> Any:
    item = next(item for item in _settable() if item.name == name)
    kind = typing.get_type_hints(Settings)[name]
    meta = item.metadata
    try:
        if kind is Path:
            return Path(str(value)).expanduser()
        if kind is bool:
            return value if isinstance(value, bool) else _to_bool(str(value))
        if kind in (int, float):
            if isinstance(value, bool):
                raise ValueError(value)
            number = kind(value)
            if not (meta["low"] <= number <= meta["high"]):
                raise ValueError(value)
            return number
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        named = {bool: Phrase("true or false"), Path: Phrase("the path of a file")}
        wanted = named.get(kind) or Phrase("a number from {low} to {high}", low=meta["low"], high=meta["high"])
        raise SettingsError(
            "{name} is {value} in {source}: it must be {wanted}",
            name=name,
            value=repr(value),
            source=source,
            wanted=wanted,
        ) from error
    text = str(value).strip()
    if meta["choices"] and text not in meta["choices"]:
        raise SettingsError(
            "{name} is {text} in {source}: it must be one of {choices}",
            name=name,
            text=repr(text),
            source=source,
            choices=", ".join(meta["choices"]),
        )
    return text


def _to_patterns(value: Any, path: Path) -> tuple[Pattern, ...]:
    """``[[patterns]]`` tables as patterns; SettingsError says which one cannot be used, and how one looks."""
    patterns = []
    tables = value if isinstance(value, list) else [value]
    for number, table in enumerate(tables, 1):
        regex = table.get("regex") if isinstance(table, dict) else None
        name = str(table.get("name", f"pattern {number}")) if isinstance(table, dict) else f"pattern {number}"
        if not isinstance(regex, str):
            raise SettingsError(
                "pattern {number} in {path} has no regex; {looks}",
                number=number,
                path=path,
                looks=Phrase(_PATTERN_LOOKS),
            )
        try:
            groups = re.compile(regex).groupindex
        except re.error as error:
            raise SettingsError(
                "the regex of {name} in {path} is not one: {error}; {looks}",
                name=repr(name),
                path=path,
                error=error,
                looks=Phrase(_PATTERN_LOOKS),
            ) from error
        if not groups:
            raise SettingsError(
                "the regex of {name} in {path} names no group; {looks}",
                name=repr(name),
                path=path,
                looks=Phrase(_PATTERN_LOOKS),
            )
        patterns.append(Pattern(name, regex))
    return tuple(patterns)


def _to_bool(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError(text)
