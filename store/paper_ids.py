"""How a paper is named: arXiv ids old and new, in whatever a person pastes; a name of our own for all others.

Forms after https://info.arxiv.org/help/arxiv_identifier.html: ``2401.01234`` (``0704.0001`` with four digits until
2014) and ``hep-th/9901001`` before April 2007 (``math.GT/0309136`` being another way to write ``math/0309136``), each
with or without a version ``v2``.
"""

import hashlib
import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from store.errors import PaperError

_NEW = r"(?P<new>\d{4}\.\d{4,5})"
_OLD = r"(?P<old>[a-z]+(?:-[a-z]+)?(?:\.[A-Z]{2})?/\d{7})"
_ID = re.compile(rf"(?:{_NEW}|{_OLD})(?:v(?P<version>[1-9]\d{{0,2}}))?", re.IGNORECASE)
_WHOLE = re.compile(rf"(?:arxiv:\s*)?{_ID.pattern}(?:\s*\[[\w.-]+\])?", re.IGNORECASE)
_PATH = re.compile(rf"^/(?:abs|pdf|html|ps|format|e-print|src|list/\w+)/{_ID.pattern}(?:\.pdf)?/?$", re.IGNORECASE)
_DOI = re.compile(rf"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.{_ID.pattern}", re.IGNORECASE)
_ANY_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_HOSTS = ("arxiv.org", "export.arxiv.org", "www.arxiv.org", "browse.arxiv.org", "ar5iv.org", "alphaxiv.org")


class ArxivId(NamedTuple):
    """``base`` is the id without version, by which a paper is known; ``version`` is None where none was named."""

    base: str
    version: int | None = None

    def __str__(self) -> str:
        return self.base + (f"v{self.version}" if self.version else "")


def read_id(text: str) -> ArxivId | None:
    """The arXiv id that a text is: an id, an address of arXiv, or the DOI of an arXiv paper; None where it is none."""
    text = text.strip().strip("<>.,;()")
    found = _WHOLE.fullmatch(text) or _DOI.fullmatch(text)
    if found is None and re.match(r"(?:https?://)?[\w.-]+/", text):
        address = urlsplit(text if "://" in text else f"https://{text}")
        if (address.hostname or "").removeprefix("www.") in _HOSTS:
            found = _PATH.match(unquote(address.path))
    if found is None:
        return None
    version = int(found["version"]) if found["version"] else None
    if found["new"]:
        return ArxivId(found["new"], version)
    archive, _, number = found["old"].partition("/")
    return ArxivId(f"{archive.partition('.')[0].lower()}/{number}", version)


def read_entry_id(text: str) -> ArxivId:
    """The id of an entry of arXiv's feed, ``http://arxiv.org/abs/quant-ph/0201082v1``; PaperError for another text."""
    found = read_id(text)
    if found is None:
        raise PaperError("{text} is no address of a paper on arXiv", text=text)
    return found


def find_ids(text: str) -> list[ArxivId]:
    """All arXiv ids that stand in a longer text, each once, in order."""
    found: dict[str, ArxivId] = {}
    for word in re.split(r"[\s,;|<>\"'`、。，；（）()\[\]{}]+", text):
        one = read_id(word.strip("*_"))
        if one is not None:
            found.setdefault(one.base, one)
    return list(found.values())


def read_doi(text: str) -> str | None:
    """The DOI that a text is, in lower case without its address; None where it is none."""
    found = _ANY_DOI.fullmatch(text.strip())
    return found[1].rstrip(".,;").lower() if found else None


def name_other(text: str) -> str:
    """The name of a paper that is not on arXiv, by its address, its DOI or its title: the same text, the same name."""
    plain = " ".join(text.split()).casefold().rstrip("/")
    return f"web-{hashlib.sha256(plain.encode('utf-8', 'replace')).hexdigest()[:10]}"
