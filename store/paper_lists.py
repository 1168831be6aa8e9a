"""What a person gives to have papers kept: ids, addresses, DOIs, titles, a pasted list of such, or BibTeX."""

import re
from dataclasses import dataclass

from store.bibliography import read_bibtex_all
from store.errors import PaperError
from store.paper_ids import find_ids, read_doi
from store.paper_lookups import placeholder
from store.papers import Find
from store.task_lines import clean

MOST_PAPERS = 2000
"""At once; a library of a lifetime fits into a few files."""
LONGEST_TITLE = 500
_BULLET = re.compile(r"^(?:[-*+•・–‣▪]\s+|\d{1,3}[.)]\s+|\[\d{1,3}\]\s+|>\s+)?(?:\[[ xX]\]\s+)?")
_BIBTEX = re.compile(r"^[ \t]*@[A-Za-z]+\s*[{(]", re.MULTILINE)
_LINK = re.compile(r"\[(?P<label>[^\]\n]*)\]\(\s*<?(?P<address>https?://(?:[^\s()<>]|\([^\s()]*\))+)>?[^)\n]*\)")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`「」、。，）]+[^\s<>\"'`「」、。，）.,;:!?)\]]")
_PDF = re.compile(r"\.pdf(?:$|[?#])", re.IGNORECASE)
_AROUND = "<>()[]{},;"


@dataclass(frozen=True)
class Listed:
    """The papers that a text names, each once, in order; ``problems`` a line on each part that names none."""

    finds: list[Find]
    problems: list[str]


def read_list(text: str) -> Listed:
    """The papers that a text names: BibTeX where it has entries, else what each line names.

    All arXiv ids of a line count, else its DOI, else its address, with the words beside it for a title; a line with
    none of these is a title. PaperError for more than ``MOST_PAPERS`` at once.
    """
    finds: list[Find] = []
    problems: list[str] = []
    if _BIBTEX.search(text):
        finds, problems = read_bibtex_all(text)
    else:
        for line in (_BULLET.sub("", clean(one)).strip() for one in text.splitlines()):
            found = _read_line(line) if line else []
            finds += found
            if line and not found:
                problems.append(f"{line[:80]} names no paper")
    once: dict[str, Find] = {}
    for find in finds:
        once.setdefault((find.ref or find.doi or find.url or find.title).casefold(), find)
    if len(once) > MOST_PAPERS:
        raise PaperError("that names {n} papers; at most {most} can be added at once", n=len(once), most=MOST_PAPERS)
    return Listed(list(once.values()), problems)


def _read_line(line: str) -> list[Find]:
    ids = find_ids(_LINK.sub(r"\g<label> \g<address>", line))
    if ids:
        return [placeholder(one) for one in ids]
    link, address = _LINK.search(line), _ADDRESS.search(line)
    where = link["address"] if link else address[0] if address else ""
    doi = next((found for word in (where, *line.split()) if (found := read_doi(word.strip(_AROUND)))), None)
    words = link["label"] if link else line.replace(where, " ") if where else line
    if doi:
        words = " ".join(word for word in words.split() if read_doi(word.strip(_AROUND)) is None)
    title = " ".join(words.split()).strip(' -–—:|,;、。"“”「」『』')[:LONGEST_TITLE]
    if doi:
        return [Find("", title or f"doi:{doi}", "web", doi=doi, url=f"https://doi.org/{doi}")]
    if where:
        name = re.sub(r"^https?://(www\.)?", "", where).rstrip("/")[:LONGEST_TITLE]
        return [Find("", title or name, "web", url=where, pdf_url=where if _PDF.search(where) else None)]
    return [Find("", title, "web")] if sum(char.isalpha() for char in title) >= 2 else []
