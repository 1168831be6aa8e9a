"""Text that leaves this machine: made safe to show, cut to what fits, and veiled where it must stay private."""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from store.runs import Run

TITLE_LIMIT = 100
BODY_LIMIT = 1500
VEIL = "…"
_JOINERS = "\u200c\u200d"  # they shape emoji and some scripts; every other format character can disguise text
_UNKNOWN = frozenset(("", "?", "/", "."))
_TAIL = r"[^\s'\"<>|:;,()\[\]{}…]*"
_SUFFIXES = (
    "py|pyc|ipynb|sh|bash|zsh|yaml|yml|json|jsonl|toml|cfg|ini|conf|env|txt|log|out|err|md|csv|tsv|parquet|arrow|db|pt|"
    "pth|ckpt|bin|safetensors|onnx|gguf|npy|npz|pkl|pickle|h5|hdf5|tar|gz|zip|zst|so|cu|cuh|cpp|cc|c|h|hpp|rs|jpg|jpeg|"
    "png|wav|mp4|sbatch|slurm|lock|tfevents"
)
_FIRST = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<quote>['\"])(?:~[\w.-]*/|\.{0,2}/|[A-Za-z]:\\)[^'\"]*(?P=quote)",  # quoted paths, with their blanks
        r"(?<![\w+.-])[a-z][a-z0-9+.-]*://[^\s'\"<>]+",  # addresses
        rf"(?<![\w.+-])[\w.+-]+@[\w-][\w.-]*(?::{_TAIL})?",  # user@host, user@host:path
    )
)
_PLACES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b[A-Za-z]:\\{_TAIL}",  # Windows
        rf"/(?:home|Users|root|mnt|tmp|scratch|workspace|var|usr|opt|etc)/{_TAIL}",  # also right after a word
        rf"(?<![A-Za-z0-9_/.…-])(?:~[\w.-]*|\.{{1,2}})?/[^\s'\"<>|:;,()\[\]{{}}…]{_TAIL}",
        rf"(?<![\w/.@+-])[\w.-]+(?:/[\w.@+-]+)+\.(?:{_SUFFIXES})\b",  # src/train.py
        r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?![\w.]*\w)",  # an IP address
        r"(?<![\w.-])[A-Za-z][\w.-]*:\d{4,5}\b",  # host:29500
    )
)
_FILE = re.compile(rf"(?<![\w.-])[\w.-]*[\w-]\.(?:{_SUFFIXES})(?![\w.]*\w)(?::\d+)*", re.IGNORECASE)
_COLONS = re.compile(r"(?<![\w:.])[0-9A-Fa-f:][0-9A-Fa-f:.]{1,44}(?!\w)")
_LEFT_OVER = re.compile(rf"{VEIL}(?::\d+|[ ,]*{VEIL})+")


@dataclass(frozen=True)
class Message:
    """The text of an alert; ``url`` is where its link leads, None where there is no dashboard to lead to."""

    title: str
    body: str
    url: str | None


def clean_line(text: str, *, strip: bool = True) -> str:
    """One line that is safe to show: no control, direction or surrogate characters, blanks folded."""
    shown = []
    for character in text:
        category = unicodedata.category(character)
        if character.isspace() or category in ("Cc", "Zl", "Zp"):
            shown.append(" ")
        elif category == "Cs":
            shown.append("\ufffd")
        elif category != "Cf" or character in _JOINERS:
            shown.append(character)
    line = "".join(shown)
    return " ".join(line.split()) if strip else line.rstrip()


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words where that loses little, with a ``…`` at the cut."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    if space >= limit * 0.7:
        cut = cut[:space]
    return cut.rstrip(" ,;:·—-\n" + _JOINERS) + "…"


def cleaner(redact: Callable[[str], str], veil: "Veil | None" = None) -> Callable[[str], str]:
    """What every text that is not ours passes before it is cut.

    It is redacted before it is cleaned and after: a character that shows nothing would hide a secret from the search.
    """

    def clean(text: str) -> str:
        line = redact(clean_line(redact(text)))
        return line if veil is None else veil(line)

    return clean


class Veil:
    """Takes out of a line where things are: paths, files, addresses, and the names of ``hosts``; ``…`` stands there.

    ``roots`` are folders and files known by name, blanks and all. Other hosts' names can be told from words only where
    they look like one (``user@host``, ``host:29500``, an IP address).
    """

    def __init__(self, hosts: Iterable[str], roots: Iterable[str]) -> None:
        names = {name for host in hosts for name in (host, host.partition(".")[0])} - _UNKNOWN
        known = {root.rstrip("/") for root in roots} - _UNKNOWN
        self._known: list[re.Pattern[str]] = [
            re.compile(re.escape(clean_line(root)) + _TAIL) for root in sorted(known, key=len, reverse=True)
        ]
        self._known += [
            re.compile(rf"(?<![A-Za-z0-9]){re.escape(clean_line(name))}(?![A-Za-z0-9])", re.IGNORECASE)
            for name in sorted(names, key=len, reverse=True)
            if clean_line(name)
        ]

    def __call__(self, line: str) -> str:
        """The line without them."""
        for pattern in (*_FIRST, *self._known, *_PLACES, _FILE):
            line = pattern.sub(VEIL, line)
        line = _COLONS.sub(lambda found: VEIL if _is_address(found[0]) else found[0], line)
        return _LEFT_OVER.sub(VEIL, line)


def veil_of(run: Run | None, *hosts: str) -> Veil:
    """The veil over what is known of a run's places, and over the ``hosts`` that an alert may be about."""
    if run is None:
        return Veil(hosts, [])
    nodes = [value for name, value in run.environment.items() if "NODE" in name or "HOST" in name]
    return Veil([*hosts, run.host, *nodes], [run.cwd, run.directory, run.log_path or ""])


def _is_address(text: str) -> bool:
    text = text.rstrip(".:") if not text.endswith("::") else text
    try:
        return text.count(":") > 1 and text != "::" and ipaddress.ip_address(text).version == 6
    except ValueError:
        return False
