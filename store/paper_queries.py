"""What is looked for on arXiv: a form of categories and words, or a query as arXiv reads it, and each from the other.

The syntax is that of https://info.arxiv.org/help/api/user-manual.html#query_details: ``cat:cs.LG``, ``ti:"two words"``,
brackets, and AND, OR and ANDNOT in capitals.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

from store.errors import PaperError

PREFIXES = ("ti", "au", "abs", "co", "jr", "cat", "rn", "id", "id_list", "all", "submittedDate", "lastUpdatedDate")
OPERATORS = ("AND", "OR", "ANDNOT")
ARCHIVES = (
    "astro-ph", "cond-mat", "cs", "econ", "eess", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math", "math-ph",
    "nlin", "nucl-ex", "nucl-th", "physics", "q-bio", "q-fin", "quant-ph", "stat",
)  # fmt: skip
_DIVIDED = ("cs", "econ", "eess", "math", "nlin", "physics", "q-bio", "q-fin", "stat")
CATEGORIES = {
    "cs.LG": "Machine Learning", "cs.CV": "Computer Vision", "cs.CL": "Computation and Language",
    "cs.AI": "Artificial Intelligence", "stat.ML": "Machine Learning (statistics)", "cs.NE": "Neural Computing",
    "cs.RO": "Robotics", "cs.IR": "Information Retrieval", "cs.SD": "Sound", "cs.MA": "Multiagent Systems",
    "cs.GR": "Graphics", "cs.HC": "Human-Computer Interaction", "cs.CR": "Cryptography and Security",
    "cs.DC": "Distributed Computing", "cs.DB": "Databases", "cs.SE": "Software Engineering",
    "cs.PL": "Programming Languages", "cs.SI": "Social Networks", "cs.CY": "Computers and Society",
    "cs.IT": "Information Theory", "cs.AR": "Hardware Architecture", "eess.AS": "Audio and Speech",
    "eess.IV": "Image and Video", "eess.SP": "Signal Processing", "eess.SY": "Systems and Control",
    "math.OC": "Optimization and Control", "math.ST": "Statistics Theory", "stat.ME": "Methodology",
    "q-bio.NC": "Neurons and Cognition", "q-bio.QM": "Quantitative Methods", "quant-ph": "Quantum Physics",
    "physics.comp-ph": "Computational Physics", "physics.chem-ph": "Chemical Physics",
    "cond-mat.mtrl-sci": "Materials Science", "cond-mat.dis-nn": "Disordered Systems and Neural Networks",
}  # fmt: skip
"""Those that somebody who trains networks is likely to follow, for a list to choose from; any other can be typed."""
LONGEST = 1500
_CATEGORY = re.compile(r"([a-z]+(?:-[a-z]+)?)(?:\.([A-Z]{2}|[a-z]+(?:-[a-z]+)*|\*))?")
_TOKEN = re.compile(
    r"\s*(?:(?:(?P<group>\w+):\s*)?(?P<bracket>\()|(?P<close>\))|(?:(?P<prefix>\w+):\s*)?"
    r"(?:\"(?P<phrase>[^\"]*)\"|\[(?P<range>[^\]]*)\]|(?P<word>[^\s()\"\[\]]+)))"
)
_RANGE = re.compile(r"\d{8}(?:\d{4})? TO \d{8}(?:\d{4})?")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "＂": '"', "（": "(", "）": ")", "：": ":", "　": " "})
_EXAMPLE = 'cat:cs.LG AND (ti:"state space" OR abs:mamba) ANDNOT ti:survey'

Tree = tuple[Any, ...]
"""``("term", prefix, text)`` or ``("AND" | "OR" | "ANDNOT", left, right)``."""


@dataclass(frozen=True)
class Form:
    """What a search is for: any of the categories, and of each kind of words any one, and none of the exclusions.

    Words of one item stand together, as a phrase. An exclusion that is a category excludes that; else it is looked for
    in title and abstract.
    """

    categories: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    abstract: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing: exclusions alone find nothing."""
        return not (self.categories or self.title or self.abstract or self.author or self.words)


_PREFIX_OF = {"categories": "cat", "title": "ti", "abstract": "abs", "author": "au", "words": "all"}


def make_form(given: Mapping[str, Sequence[str]]) -> Form:
    """A form from what was typed: items cut, empty ones and repeats gone; PaperError for a category that is none."""
    known = {one.name for one in fields(Form)}
    if unknown := set(given) - known:
        raise TypeError(f"a form has no {', '.join(sorted(unknown))}")
    return Form(**{name: _items(values, name == "categories") for name, values in given.items()})


def split_items(text: str) -> tuple[str, ...]:
    """The items of one line of a form, which stand between commas or on lines of their own."""
    return tuple(one for part in re.split(r"[,，、;；\n]", text) if (one := " ".join(part.split())))


def check_category(text: str) -> str:
    """A category as arXiv writes it: ``cs.LG``, ``quant-ph``, ``math.*`` for all of math; else PaperError."""
    archive, dot, group = unicodedata.normalize("NFKC", text).strip().partition(".")
    archive = archive.lower()
    if not dot and archive in _DIVIDED:
        dot, group = ".", "*"
    group = group.lower() if len(group) > 2 else group.upper()
    found = _CATEGORY.fullmatch(archive + dot + group)
    if found is None or archive not in ARCHIVES:
        raise PaperError("{text} is no category of arXiv; one looks like cs.LG, stat.ML or quant-ph", text=repr(text))
    return archive + dot + group


def is_category(text: str) -> bool:
    """Whether a text is a category of arXiv as it is written there, and no class of ACM or MSC."""
    return text.partition(".")[0] in ARCHIVES and _CATEGORY.fullmatch(text) is not None


def write_query(form: Form) -> str:
    """The query that finds what the form asks for; PaperError where it asks for nothing."""
    form = make_form(asdict(form))
    if form.is_empty:
        raise PaperError("a search needs a category or a word to look for")
    groups = [_any_of([(prefix, one) for one in getattr(form, name)]) for name, prefix in _PREFIX_OF.items()]
    query = " AND ".join(group for group in groups if group)
    for one in form.exclude:
        is_one = "." in one and is_category(one)
        query += " ANDNOT " + _any_of([("cat", one)] if is_one else [("ti", one), ("abs", one)])
    return query


def check_query(text: str) -> str:
    """A typed query as it is asked; an address of arXiv's API, or a part of one, is taken for the query in it.

    PaperError says what arXiv would not read, or would read otherwise than it is meant.
    """
    query = " ".join(_unquote(text.translate(_QUOTES).strip()).split())
    if not query:
        raise PaperError("a search needs a query; one looks like {example}", example=_EXAMPLE)
    if len(query) > LONGEST:
        raise PaperError("the query is longer than {count} characters; make two searches of it", count=LONGEST)
    _Parser(query).parse()
    words = query.split()
    if len(words) > 1 and re.fullmatch(r"[\w\s.-]+", query) and not set(words) & set(OPERATORS):
        return " AND ".join(f"all:{word}" for word in words)  # arXiv would take any one of them
    return query


def read_query(query: str) -> Form | None:
    """The form that asks for just what the query does; None where a form cannot."""
    try:
        found = _collect(_spread("all", _Parser(query).parse()))
        return None if found is None else make_form(found)
    except PaperError:
        return None


def name_query(query: str) -> str:
    """A short name for a search that was given none."""
    terms = [text for _, text in _terms(_Parser(query).parse(), positive=True) if not text.startswith("[")] or [query]
    name = ", ".join(dict.fromkeys(terms))
    return name if len(name) <= 60 else name[:59].rstrip(" ,") + "…"


def _items(values: Iterable[str], are_categories: bool) -> tuple[str, ...]:
    if isinstance(values, str):
        values = split_items(values)
    plain = [" ".join(re.sub(r'["()\[\]:]', " ", one.translate(_QUOTES)).split()) for one in values]
    kept = [check_category(one) if are_categories else one for one in plain if one]
    return tuple({one.casefold(): one for one in reversed(kept)}.values())[::-1]


def _any_of(terms: list[tuple[str, str]]) -> str:
    written = [f'{prefix}:"{text}"' if _needs_quotes(text) else f"{prefix}:{text}" for prefix, text in terms]
    return written[0] if len(written) == 1 else f"({' OR '.join(written)})" if written else ""


def _needs_quotes(text: str) -> bool:
    return re.fullmatch(r"[^\s\"()\[\]]+", text) is None or text in OPERATORS or text == "NOT"


def _unquote(text: str) -> str:
    """The query of an address that was copied, or of one's part, where ``+`` stands for a space."""
    if re.match(r"https?://", text):
        asked = parse_qs(urlsplit(text).query).get("search_query")
        if not asked:
            raise PaperError("there is no search_query in {text}", text=text)
        return asked[0]
    if " " not in text and re.search(r"\+(AND|OR|ANDNOT)\+|%2[028]|%3A", text):
        return unquote_plus(text.removeprefix("search_query="))
    return text


class _Parser:
    """Reads a query; all operators bind alike, from the left."""

    def __init__(self, query: str) -> None:
        self.tokens = _split(query)
        self.at = 0

    def parse(self) -> Tree:
        tree = self._expression()
        if self.at < len(self.tokens):
            raise PaperError("there is a ) without its ( in the query")
        return tree

    def _expression(self) -> Tree:
        tree = self._operand()
        while self.at < len(self.tokens) and self.tokens[self.at] != ("bracket", "", ")"):
            kind, _, text = self.tokens[self.at]
            operator = "OR"
            if kind == "operator":
                operator = text
                self.at += 1
            tree = (operator, tree, self._operand())
        return tree

    def _operand(self) -> Tree:
        if self.at >= len(self.tokens):
            raise PaperError("the query ends where something to look for should stand; it looks like {example}",
                             example=_EXAMPLE)  # fmt: skip
        kind, prefix, text = self.tokens[self.at]
        self.at += 1
        if kind == "operator":
            raise PaperError("nothing stands before {operator} in the query", operator=text)
        if kind != "bracket":
            return ("term", prefix, text)
        if text == ")":
            raise PaperError("there is a ) without its ( in the query, or nothing between them")
        inner = self._expression()
        if self.at >= len(self.tokens):
            raise PaperError("there is a ( without its ) in the query")
        self.at += 1
        return _spread(prefix, inner) if prefix else inner


def _split(query: str) -> list[tuple[str, str, str]]:
    """The query's parts: (bracket | operator | term, prefix, text)."""
    if query.count('"') % 2:
        raise PaperError("a quotation mark is open in the query; put one at the end of the phrase too")
    found, at = [], 0
    while query[at:].strip():
        match = _TOKEN.match(query, at)
        if match is None:
            raise PaperError("the query cannot be read from {text} on; it looks like {example}",
                             text=repr(query[at : at + 20].strip()), example=_EXAMPLE)  # fmt: skip
        at = match.end()
        if match["bracket"] or match["close"]:
            found.append(("bracket", _check_prefix(match["group"] or ""), match["bracket"] or match["close"]))
        elif not match["prefix"] and match["word"] in OPERATORS:
            found.append(("operator", "", match["word"]))
        else:
            found.append(("term", *_check_term(match)))
    return found


def _spread(prefix: str, tree: Tree) -> Tree:
    """``ti:(a OR b)`` is ``ti:a OR ti:b``."""
    if tree[0] == "term":
        return ("term", tree[1] or prefix, tree[2])
    return (tree[0], _spread(prefix, tree[1]), _spread(prefix, tree[2]))


def _check_prefix(prefix: str) -> str:
    if prefix and prefix not in PREFIXES:
        raise PaperError("arXiv does not know {prefix}: in a query; it knows {known}", prefix=prefix,
                         known=", ".join(f"{one}:" for one in PREFIXES))  # fmt: skip
    return prefix


def _check_term(match: re.Match[str]) -> tuple[str, str]:
    prefix, word = _check_prefix(match["prefix"] or ""), match["word"]
    if not prefix and word and word.upper() in (*OPERATORS, "NOT", "AND_NOT"):
        raise PaperError("{word} is written {right} in a query, in capitals", word=repr(word),
                         right="ANDNOT" if "NOT" in word.upper() else word.upper())  # fmt: skip
    if not prefix and word and word.endswith(":"):
        raise PaperError("nothing stands behind {word} in the query", word=word)
    if (prefix.endswith("Date")) != (match["range"] is not None):
        raise PaperError("a span of time is written submittedDate:[202601010000 TO 202612312359] in a query")
    if match["range"] is not None:
        span = " ".join(match["range"].split())
        if not _RANGE.fullmatch(span):
            raise PaperError("a span of time is written submittedDate:[202601010000 TO 202612312359] in a query")
        return prefix, f"[{span}]"
    text = " ".join((match["phrase"] if word is None else word).split())
    if not text:
        raise PaperError("there is nothing between two quotation marks of the query")
    if prefix == "cat" and text != check_category(text):
        raise PaperError("the category {text} is written {right}", text=text, right=check_category(text))
    return prefix, text


def _terms(tree: Tree, *, positive: bool = False) -> list[tuple[str, str]]:
    if tree[0] == "term":
        return [(tree[1], tree[2])]
    right = [] if positive and tree[0] == "ANDNOT" else _terms(tree[2], positive=positive)
    return _terms(tree[1], positive=positive) + right


def _collect(tree: Tree) -> dict[str, tuple[str, ...]] | None:
    """What a query would be in a form: groups of alternatives of one kind each, joined by AND, then exclusions."""
    kinds = {prefix: name for name, prefix in _PREFIX_OF.items()}
    found: dict[str, tuple[str, ...]] = {}
    while tree[0] == "ANDNOT":
        excluded = _alternatives(tree[2])
        one = excluded[0][1] if excluded else ""
        if excluded not in ([("cat", one)], [("ti", one), ("abs", one)]):
            return None
        found["exclude"] = (one, *found.get("exclude", ()))
        tree = tree[1]
    groups = []
    while tree[0] == "AND":
        groups.append(tree[2])
        tree = tree[1]
    for group in (tree, *reversed(groups)):
        terms = _alternatives(group)
        names = {kinds.get(prefix) for prefix, _ in terms}
        name = names.pop() if len(names) == 1 else None
        if name is None or name in found:
            return None
        found[name] = tuple(text for _, text in terms)
    return found


def _alternatives(tree: Tree) -> list[tuple[str, str]]:
    """The terms of a group of which any one fits; none for another group."""
    if tree[0] == "term":
        return [(tree[1], tree[2])]
    left, right = (_alternatives(tree[1]), _alternatives(tree[2])) if tree[0] == "OR" else ([], [])
    return left + right if left and right else []
