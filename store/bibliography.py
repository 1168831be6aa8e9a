"""Papers as other programs and people take them: BibTeX, a reading list in Markdown, CSV, a citation."""

import csv
import io
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from store.bibtex import FAMILY_FIRST, MONTHS
from store.bibtex_finds import ARXIV_DOI, PLACED
from store.bibtex_finds import read_bibtex as read_bibtex
from store.bibtex_finds import read_bibtex_all as read_bibtex_all
from store.paper_rows import PRIORITIES, STATES, Paper
from store.tex_text import to_ascii, to_plain, to_tex

COLUMNS = (
    "id", "version", "title", "authors", "categories", "state", "priority", "added", "read", "minutes", "passes",
    "tags", "published", "doi", "url", "journal", "lesson",
)  # fmt: skip
_MACRO = re.compile(f"({'|'.join(MONTHS)})[a-z]*", re.IGNORECASE)
_VERBATIM = ("url", "doi", "eprint", "archiveprefix", "primaryclass", "eprinttype", "file", "urldate", "date")
_SMALL_WORDS = frozenset(
    ("a", "an", "the", "on", "of", "for", "in", "to", "and", "or", "is", "are", "with", "from", "by", "at", "as", "do",
     "does", "how", "what", "why", "when")
)  # fmt: skip
_GROUPS = ("collaboration", "team", "group", "consortium", "project")
_SUFFIXES = ("jr", "jr.", "sr", "sr.", "ii", "iii", "iv")


def keys_of(connection: sqlite3.Connection, chosen: Iterable[Paper], *, keep: bool = True) -> dict[str, str]:
    """The BibTeX keys of papers by their refs, each used once in the whole journal. A key that was given out stays the
    paper's, whatever becomes known of it; so this is called inside a transaction, unless with ``keep=False``."""
    keys: dict[str, str] = {}
    for paper in chosen:
        key = paper.citekey or _kept_key(connection, paper)
        if key is None:
            taken = set(keys.values())
            key = next(one for one in _keys(paper) if one not in taken and not _is_taken(connection, one))
            if keep and (paper.authors or paper.source != "arxiv"):
                connection.execute("UPDATE papers SET citekey = ? WHERE id = ?", (key, paper.id))
        keys[paper.ref] = key
    return keys


def to_bibtex(chosen: Sequence[Paper], keys: Mapping[str, str]) -> str:
    """BibTeX entries of papers, with arXiv's fields; ``keys`` are those of ``keys_of``."""
    return "\n".join(_entry(paper, keys[paper.ref]) for paper in chosen)


def to_markdown(chosen: Sequence[Paper], heading: Callable[[str], str] = str.capitalize) -> str:
    """A reading list by state, what is being read first. ``heading`` gives a state its words."""
    order = ("reading", "queue", "read", "inbox", "later", "dropped")
    assert set(order) == set(STATES)
    blocks = []
    for state in order:
        lines = [_line(paper) for paper in chosen if paper.state == state]
        if lines:
            blocks.append(f"## {heading(state)}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(blocks)


def to_csv(chosen: Sequence[Paper], minutes: Mapping[str, float]) -> str:
    """A row a paper, with a line of names; times in ISO 8601 UTC, lists separated by semicolons."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for one in chosen:
        rows.writerow(
            [one.ref, one.version or "", one.title, "; ".join(one.authors), "; ".join(one.categories), one.state,
             PRIORITIES[one.priority], _iso(one.added), _iso(one.ended) if one.state == "read" else "",
             f"{minutes.get(one.ref, 0.0):.0f}", one.passes, "; ".join(one.tags), _iso(one.published), one.doi or "",
             address(one) or "", one.journal or "", one.lesson]
        )  # fmt: skip
    return out.getvalue()


def cite(paper: Paper) -> str:
    """A citation in one line: authors, title, where and when."""
    names = paper.authors
    if len(names) > 2:
        authors = f"{', '.join(names[:-1])}, and {names[-1]}" if len(names) <= 10 else f"{names[0]} et al."
    else:
        authors = " and ".join(names)
    where = [paper.journal or paper.fields.get("booktitle") or ""]
    if paper.source == "arxiv":
        where.append(f"arXiv:{paper.ref}" + (f" [{paper.categories[0]}]" if paper.categories else ""))
    if year := year_of(paper):
        where.append(year)
    if paper.doi:
        where.append(f"https://doi.org/{paper.doi}")
    elif paper.source != "arxiv" and paper.url:
        where.append(paper.url)
    parts = [authors, to_plain(paper.title), ", ".join(part for part in where if part)]
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def address(paper: Paper) -> str | None:
    """Where a paper is on the web: arXiv's page of it, its own address, or its DOI's."""
    if paper.source == "arxiv":
        return f"https://arxiv.org/abs/{paper.ref}"
    return paper.url or (f"https://doi.org/{paper.doi}" if paper.doi else None)


def year_of(paper: Paper) -> str:
    """The year that a paper is from, empty where it is not known."""
    if paper.published is not None:
        return str(datetime.fromtimestamp(paper.published, UTC).year)
    return str(paper.fields.get("year", ""))


def _entry(paper: Paper, key: str) -> str:
    """One entry, its fields aligned, ready to be pasted."""
    kept = {str(name): str(value) for name, value in paper.fields.items() if name not in PLACED}
    kind = str(paper.fields.get("type", "misc"))
    if kind in ("article", "misc"):
        kind = "article" if paper.journal else "misc"
    formulas = paper.source != "web"
    fields = {"title": to_tex(paper.title, formulas=formulas, protect=True)}
    if paper.authors:
        fields["author"] = " and ".join(_name(one) for one in paper.authors)
    if paper.journal:
        fields["journal"] = to_tex(paper.journal)
    if paper.published is not None:
        at = datetime.fromtimestamp(paper.published, UTC)
        fields["year"] = str(at.year)
        if paper.source == "arxiv" and paper.version is not None:
            fields["month"] = MONTHS[at.month - 1]
    if paper.source == "arxiv":
        fields |= {"eprint": paper.ref, "archiveprefix": "arXiv"}
        if paper.categories:
            fields["primaryclass"] = paper.categories[0]
        fields["doi"] = paper.doi or f"{ARXIV_DOI}{paper.ref}"
    elif paper.doi:
        fields["doi"] = paper.doi
    if where := address(paper):
        fields["url"] = where
    if paper.source == "web":
        fields["urldate"] = _iso(paper.added)[:10]
    if paper.withdrawn:
        fields["note"] = "Withdrawn"
    for name, value in kept.items():
        fields.setdefault(name, value if name in _VERBATIM else to_tex(value))
    names = {"archiveprefix": "archivePrefix", "primaryclass": "primaryClass"}
    lines = [f"  {names.get(name, name):<13} = {_value(name, value)}" for name, value in fields.items()]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _value(name: str, value: str) -> str:
    if name == "month" and (macro := _MACRO.fullmatch(value)):
        return macro[1].lower()
    if name in _VERBATIM:
        value = value.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C").replace(" ", "%20")
    return f"{{{value}}}"


def _name(name: str) -> str:
    """An author as BibTeX tells first and last names apart; one with a comma, or a group, in braces as a whole."""
    parts = name.split()
    if len(parts) == 2 and FAMILY_FIRST.search(name):
        return ", ".join(map(to_tex, parts))
    whole = "," in name or " and " in f" {name.casefold()} " or name.casefold().split()[-1:] in [[g] for g in _GROUPS]
    return f"{{{to_tex(name)}}}" if whole else to_tex(name)


def _keys(paper: Paper) -> Iterable[str]:
    """What a paper could be called, best first, without end: family name, year and first word of note."""
    own = re.sub(r"[^\w:./+-]", "", to_ascii(str(paper.fields.get("key", ""))))
    base = own or _key(paper)
    yield base
    for number in range(1, 1 << 30):
        letters, rest = "", number
        while rest:
            rest, digit = divmod(rest - 1, 26)
            letters = chr(ord("a") + digit) + letters
        yield base + letters


def _key(paper: Paper) -> str:
    family = re.sub(r"[^a-z]", "", to_ascii(_family(paper.authors[0])).lower()) if paper.authors else ""
    words = re.findall(r"[a-z][a-z0-9]*", to_ascii(to_plain(paper.title).replace("-", "")).lower())
    word = next((one for one in words if one not in _SMALL_WORDS), "")
    if not family:
        return re.sub(r"[^\w.-]", "-", f"arxiv-{paper.ref}" if paper.source == "arxiv" else paper.ref)
    return f"{family}{year_of(paper)}{word}"


def _family(name: str) -> str:
    parts = name.partition(",")[0].split()
    while len(parts) > 1 and parts[-1].casefold() in (*_SUFFIXES, *_GROUPS):
        parts.pop()
    return parts[-1] if parts else ""


def _kept_key(connection: sqlite3.Connection, paper: Paper) -> str | None:
    """The key that was given out since the paper was read."""
    row = connection.execute("SELECT citekey FROM papers WHERE id = ?", (paper.id,)).fetchone()
    return row["citekey"] if row else None


def _is_taken(connection: sqlite3.Connection, key: str) -> bool:
    return connection.execute("SELECT 1 FROM papers WHERE citekey = ?", (key,)).fetchone() is not None


def _line(paper: Paper) -> str:
    """A paper in a Markdown list, with what was learned from it below."""
    title, where = _markdown(paper.title), address(paper)
    who = ", ".join(paper.authors[:3]) + (" et al." if len(paper.authors) > 3 else "")
    about = ", ".join(part for part in (_markdown(who), year_of(paper)) if part)
    tags = " ".join(f"`#{tag}`" for tag in paper.tags)
    text = f"- {f'[{title}](<{_bare(where)}>)' if where else title}" + (f" — {about}" if about else "")
    text += f" {tags}" if tags else ""
    lesson = [f"  > {_markdown(line)}" for line in paper.lesson.splitlines() if line.strip()]
    return "\n".join([text, *lesson])


def _bare(where: str) -> str:
    return where.replace("<", "%3C").replace(">", "%3E").replace("\n", "")


def _markdown(text: str) -> str:
    """A text that Markdown shows as it is; formulas stay formulas."""
    done, at = [], 0
    for formula in re.finditer(r"\$[^\s$][^$\n]*\$", text):
        done += [re.sub(r"([\\`*_\[\]<>#|$])", r"\\\1", text[at : formula.start()]), formula[0]]
        at = formula.end()
    return "".join([*done, re.sub(r"([\\`*_\[\]<>#|$])", r"\\\1", text[at:])])


def _iso(time: float | None) -> str:
    return "" if time is None else datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
