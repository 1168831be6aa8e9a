"""Ordering papers by what was kept and skipped: the words of each paper, weighed by a linear classifier.

Words of title and abstract (one and two together; of Japanese, which has no spaces, pairs of characters), authors and
categories, by TF-IDF. What one works on (projects, tasks, notes) counts as something one would keep, a little. Loaded
in a process of its own: the library is large.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy
import scipy.sparse
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from store.paper_ranks import LEAST_DECISIONS
from workers.papers.field_terms import TERMS

MOST_WORDS = 3
"""How many words tell why a paper is high."""
_PROFILE_SHARE, _ASSUMED_SHARE = 0.3, 0.5
_MOST_ASSUMED = 300
_STRENGTH = 10.0
_TITLE_TIMES = 2
_MANY = 1000
"""Among more papers than that, a word that only one of them has is not counted."""
_LEAST_SHARE = 0.01
"""A word that adds less than that share of all that speaks for or against a paper is no reason."""
_BY, _IN = "by ", "in "
"""Marks of authors and categories: no word of a text is among words that are left out."""
_LATIN = re.compile(r"[a-z0-9]*[a-z][a-z0-9]*(?:[-'][a-z0-9]+)*")
_CJK = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af々ー]+")
_CUT = re.compile(r"[.;:!?()\[\]{}。、；：！？（）\n]+")
_TEX = re.compile(r"\\[A-Za-z]+|\$[^$\n]{0,300}\$")
_ENDINGS = re.compile(r"(?:(?<=i[sz])ation|(?<=at)ion(?:al)?|ing|ed|er|e|ly|ment|ive|ity)$")
_TERMS = re.compile("|".join(sorted(TERMS, key=len, reverse=True)))
_DULL = ENGLISH_STOP_WORDS | {
    "paper", "propose", "proposed", "show", "shows", "result", "approach", "method", "using", "based", "new", "novel",
    "study", "present", "work", "use", "used", "however", "also", "et", "al", "via", "we", "https", "http", "www",
    "com", "github", "arxiv",
}  # fmt: skip


@dataclass(frozen=True)
class Document:
    """What is known of a paper that tells whether one would read it."""

    title: str
    abstract: str = ""
    authors: Sequence[str] = ()
    categories: Sequence[str] = ()


@dataclass(frozen=True)
class Decision:
    """A paper that was kept, or skipped; a ``weight`` of 1 is a plain one."""

    document: Document
    kept: bool
    weight: float = 1.0


@dataclass(frozen=True)
class Ranked:
    """How likely a paper is kept, 0 to 1, and the words for it, best first, where it is in the upper half."""

    score: float
    why: tuple[str, ...]


def rank(decisions: Sequence[Decision], profile: Iterable[str], candidates: Sequence[Document]) -> list[Ranked]:
    """The candidates' scores, in their order; all 0 while there are too few decisions to learn from.

    ``profile`` are texts of what one works on. Where all decisions are keeps, or all are skips, some of the candidates
    stand for the other side, lightly.
    """
    if len(decisions) < LEAST_DECISIONS or not candidates:
        return [Ranked(0.0, ()) for _ in candidates]
    works = [Document("", text) for text in profile if text.strip()]
    papers = [*(one.document for one in decisions), *candidates]
    vectorizer = TfidfVectorizer(
        analyzer=features, sublinear_tf=True, dtype=numpy.float32, min_df=2 if len(papers) > _MANY else 1
    )
    try:
        rows = vectorizer.fit_transform(papers).tocsr()
    except ValueError:  # not a word in all of them
        return [Ranked(0.0, ()) for _ in candidates]
    own, others = rows[: len(decisions)], rows[len(decisions) :]
    kept = [one.kept for one in decisions]
    assumed = min(_MOST_ASSUMED, len(candidates)) if len(set(kept)) == 1 else 0
    learned = scipy.sparse.vstack(
        [own, *([vectorizer.transform(works)] if works else []), *([others[:assumed]] if assumed else [])]
    )
    sides = kept + [True] * len(works) + [not kept[0]] * assumed
    if len(set(sides)) == 1:
        return [Ranked(0.0, ()) for _ in candidates]
    model = _fit(learned, sides, _weights(decisions, len(works), assumed))
    return _score(model, vectorizer.get_feature_names_out(), others, candidates)


def features(document: Document) -> list[str]:
    """The words of a document as they are counted: those of the title twice; authors and categories with a mark."""
    title, abstract = words(document.title), words(document.abstract)
    named = [_BY + " ".join(name.split()) for name in document.authors]
    return title * _TITLE_TIMES + abstract + named + [_IN + one for one in document.categories]


def words(text: str) -> list[str]:
    """Words of a text and pairs of neighbours, in one spelling; Japanese terms of the field in English too."""
    return [counted for counted, _ in _spellings(text)]


def _spellings(text: str) -> list[tuple[str, str]]:
    """The same, each with how it is written there."""
    text = _TEX.sub(" ", unicodedata.normalize("NFKC", text)).lower()
    found = []
    for part in _CUT.split(text):
        telling = [word for word in _LATIN.findall(part) if len(word) > 1 and not {word, word.rstrip("s")} & _DULL]
        plain = [(_stem(word), word) for word in telling]
        found += plain + [(f"{one[0]} {two[0]}", f"{one[1]} {two[1]}") for one, two in pairwise(plain)]
        for run in _CJK.findall(part):
            pairs = [run] if len(run) < 3 else [run[at : at + 2] for at in range(len(run) - 1)]
            found += [(one, one) for one in pairs]
            for term in _TERMS.findall(run):
                found += _spellings(TERMS[term])
    return found


def _stem(word: str) -> str:
    """What the forms of a word have in common: test, tests, testing; automated, automation."""
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and not word.endswith(("ss", "is")) and (len(word) == 4 or not word.endswith("us")):
        word = word.removesuffix("s")
    return _ENDINGS.sub("", word) if len(word) > 6 else word


def _weights(decisions: Sequence[Decision], works: int, assumed: int) -> "numpy.typing.NDArray[Any]":
    """The weight of each example: both sides of the decisions weigh the same in all, and what one works on, or what is
    assumed, a share of that."""
    own = numpy.array([one.weight for one in decisions])
    kept = numpy.array([one.kept for one in decisions])
    side_weight = len(decisions) / 2
    for side in (kept, ~kept):
        if side.any():
            own[side] *= side_weight / own[side].sum()
    of_works = [min(1.0, _PROFILE_SHARE * side_weight / max(1, works))] * works
    return numpy.concatenate([own, of_works, [_ASSUMED_SHARE * side_weight / max(1, assumed)] * assumed])


def _fit(rows: Any, kept: Sequence[bool], weights: "numpy.typing.NDArray[Any]") -> Any:
    model = LogisticRegression(C=_STRENGTH, max_iter=300, solver="liblinear", random_state=7)
    return model.fit(rows, kept, sample_weight=weights)


def _score(model: Any, names: Any, rows: Any, candidates: Sequence[Document]) -> list[Ranked]:
    strengths = model.coef_[0]
    likely = model.predict_proba(rows)[:, list(model.classes_).index(True)]
    middle = float(numpy.median(likely))
    found = []
    for at, score in enumerate(likely):
        if score < min(0.5, middle):
            found.append(Ranked(round(float(score), 4), ()))
            continue
        inside = slice(rows.indptr[at], rows.indptr[at + 1])
        columns = rows.indices[inside]
        parts = rows.data[inside] * strengths[columns]
        least = _LEAST_SHARE * float(numpy.abs(parts).sum())
        best = [one for one in numpy.argsort(-parts, kind="stable")[: 4 * MOST_WORDS] if parts[one] > least]
        why = _reasons([str(names[columns[one]]) for one in best], candidates[at])
        found.append(Ranked(round(float(score), 4), why))
    return found


def _reasons(strong: Sequence[str], document: Document) -> tuple[str, ...]:
    """The first few as the document writes them, none a part of another, without their marks."""
    written = dict(reversed(_spellings(f"{document.title}. {document.abstract}")))
    chosen: list[str] = []
    for one in strong:
        name = one[len(_BY) :] if one.startswith((_BY, _IN)) else written.get(one, one)
        if not any(name in other or other in name for other in chosen):
            chosen.append(name)
    return tuple(chosen[:MOST_WORDS])
