"""Conditions on metrics as a user writes them: ``val_acc > 0.9``, ``loss[50].mean > 3``, ``reward best``.

An expression is a metric, what is asked of it, and when::

    METRIC              val_acc · train/loss · 損失 · "loss (avg)"     in quotes where it has spaces, brackets or signs
    METRIC[N].STAT      loss[50].mean     of its last N points; mean min max median std
      OP NUMBER         > >= < <= == !=   and 3, 1e-3, 90%, inf
      is WHAT           nan, inf, finite; with not: loss is not finite
      best              a new best; best lower, best higher where the metric's better direction is not plain
    for N               … in N points in a row
    after STEP          … at steps beyond that one

``str`` of an expression gives it back as it would be written. ``store.watches`` evaluates them. Pure, and quick to
import.
"""

import math
import re
from dataclasses import dataclass, replace

from store.errors import ExpressionError
from store.metrics import HIGHER, LOWER, is_percent
from store.symptoms import Phrase

COMPARE, IS, BEST = "compare", "is", "best"
NAN, INF, FINITE = "nan", "inf", "finite"
OPERATORS = (">=", "<=", "==", "!=", ">", "<")
STATISTICS = ("mean", "min", "max", "median", "std")
EXAMPLES = "val_acc > 0.9 · loss[50].mean > 3 · val_loss > 2 for 3 · loss is nan · reward best"
LONGEST_WINDOW = 10_000

_WIDE = str.maketrans("＞＜＝！．－＋％", "><=!.-+%")
_SPELLINGS = {"=": "==", "≥": ">=", "≤": "<=", "≠": "!="}
_WORDS = ("is", "best", "for", "after", "and", "or", "not")
_BARE = re.compile(r"[^\s<>=!≥≤≠＜＞＝！\"'\[\]]+")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", re.DOTALL)
_WINDOW = re.compile(r"\[\s*([^\[\]]*?)\s*\](?:\.(\w+))?")
_OPERATOR = re.compile(r"[<>=!≥≤≠＜＞＝！]+")
_TOKEN = re.compile(r"[^\s<>=!≥≤≠＜＞＝！\"']+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class Expression:
    """What must become true of ``metric``, or of a statistic of its last ``window`` points (0: of each point).

    ``test`` is ``compare`` (with ``operator`` and ``number``), ``is`` (``what``, ``negated``) or ``best`` (``what`` is
    ``lower``, ``higher`` or empty: as the metric is known to be better). ``lasting`` is in how many points in a row.
    """

    metric: str
    test: str
    operator: str = ""
    number: float = 0.0
    what: str = ""
    negated: bool = False
    window: int = 0
    statistic: str = ""
    lasting: int = 1
    after: float | None = None

    def __str__(self) -> str:
        parts = [_spell_name(self.metric) + (f"[{self.window}].{self.statistic}" if self.window else "")]
        if self.test == COMPARE:
            parts += [self.operator, spell_number(self.number)]
        elif self.test == IS:
            parts += ["is not" if self.negated else "is", self.what]
        else:
            parts += ["best", self.what] if self.what else ["best"]
        parts += [f"for {self.lasting}"] if self.lasting > 1 else []
        parts += [f"after {spell_number(self.after)}"] if self.after is not None else []
        return " ".join(parts)


def parse(text: str) -> Expression:
    """Read an expression. ExpressionError says what is wrong, where, and how one looks."""
    return _Reader(text).read()


def spell_number(number: float) -> str:
    """A number as one would type it, which reads back as the same."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _spell_name(name: str) -> str:
    if _BARE.fullmatch(name) and name not in _WORDS:
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Reader:
    """Reads one expression from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def read(self) -> Expression:
        """All of it."""
        self._skip()
        if self._is_over():
            raise self._wrong("there is no condition")
        metric = self._name()
        window, statistic = self._window(metric)
        plain = self._test(Expression(metric, COMPARE, window=window, statistic=statistic))
        return self._rest(plain)

    def _name(self) -> str:
        quoted = _QUOTED.match(self.text, self.at)
        if quoted:
            self.at = quoted.end()
            name = _ESCAPED.sub(r"\1", quoted[0][1:-1])
            if not name.strip():
                raise self._wrong("the name of the metric is empty", quoted.start())
            return name
        if self.text[self.at] in "\"'":
            raise self._wrong("the quote {quote} is not closed", quote=self.text[self.at])
        bare = _BARE.match(self.text, self.at)
        if not bare:
            raise self._wrong("a metric comes first, not {word}", word=repr(self._next()))
        self.at = bare.end()
        return bare[0]

    def _window(self, metric: str) -> tuple[int, str]:
        begin = self.at
        found = _WINDOW.match(self.text, begin)
        if not found:
            if self.text[begin : begin + 1] in ("[", "]"):
                raise self._wrong(
                    "the bracket {bracket} has no other; a name with brackets is put in quotes",
                    bracket=self.text[begin],
                )
            return 0, ""
        self.at = found.end()
        size, statistic = found[1], found[2] or ""
        if self.at < len(self.text) and not self.text[self.at].isspace() and not _OPERATOR.match(self.text, self.at):
            raise self._wrong("a name with brackets is put in quotes", begin)
        if not 2 <= _count_of(size) <= LONGEST_WINDOW:
            raise self._wrong(
                "[{size}] is no window: it is of 2 to {most} points, as in {metric}[50].mean; a name with "
                "brackets is put in quotes",
                begin,
                size=size,
                most=f"{LONGEST_WINDOW:,}",
                metric=metric,
            )
        if statistic not in STATISTICS:
            known = ", ".join(f".{one}" for one in STATISTICS)
            if not statistic:
                raise self._wrong(
                    "after [{size}] comes one of {known}, as in {metric}[{size}].mean",
                    begin, size=size, known=known, metric=metric,
                )  # fmt: skip
            raise self._wrong(
                "after [{size}] comes one of {known}, not .{word}", begin, size=size, known=known, word=statistic
            )
        return int(size), statistic

    def _test(self, plain: Expression) -> Expression:
        self._skip()
        begin = self.at
        found = _OPERATOR.match(self.text, begin)
        if found:
            self.at = found.end()
            spelled = found[0].translate(_WIDE)
            operator = _SPELLINGS.get(spelled, spelled)
            if operator not in OPERATORS:
                raise self._wrong(
                    "{word} is no comparison; there are {operators}",
                    begin,
                    word=repr(found[0]),
                    operators=" ".join(OPERATORS),
                )
            return self._compared(plain, operator)
        word = self._word()
        if word == "is":
            return self._is(plain)
        if word == "best":
            if plain.window:
                raise self._wrong("a new best is looked for among the points, not in a window", begin)
            return replace(plain, test=BEST, what=self._optional(LOWER, HIGHER))
        if word is None:
            raise self._wrong(
                "after the metric {metric} comes a comparison, as in {name} > 0.9",
                metric=repr(plain.metric),
                name=_spell_name(plain.metric),
            )
        if _OPERATOR.search(self.text, begin) and not plain.window:
            whole = self.text[: _operator_place(self.text, begin)].strip()
            raise self._wrong(
                "a comparison is expected, not {word}; a name with spaces is put in quotes: {whole}",
                begin,
                word=repr(word),
                whole=repr(whole),
            )
        raise self._wrong("a comparison, `is` or `best` is expected, not {word}", begin, word=repr(word))

    def _compared(self, plain: Expression, operator: str) -> Expression:
        self._skip()
        begin = self.at
        word = self._word()
        if word is None:
            raise self._wrong(
                "after {operator} comes a number, as in {name} {operator} 0.9",
                begin,
                operator=operator,
                name=_spell_name(plain.metric),
            )
        number = _number_of(word, plain.metric)
        if number is None:
            raise self._wrong(
                "after {operator} comes a number such as 0.9, 1e-3, 90% or inf, not {word}",
                begin,
                operator=operator,
                word=repr(word),
            )
        if math.isnan(number):
            if operator not in ("==", "!="):
                raise self._wrong(
                    "nothing is {operator} nan; ask for: {name} is nan",
                    begin,
                    operator=operator,
                    name=_spell_name(plain.metric),
                )
            return replace(plain, test=IS, what=NAN, negated=operator == "!=")
        return replace(plain, operator=operator, number=number)

    def _is(self, plain: Expression) -> Expression:
        negated = bool(self._optional("not"))
        what = self._optional(NAN, INF, FINITE)
        if not what:
            self._skip()
            raise self._wrong(
                "after `is` comes nan, inf or finite (or not one of them), not {word}", word=repr(self._next())
            )
        return replace(plain, test=IS, what=what, negated=negated)

    def _rest(self, found: Expression) -> Expression:
        lasting = 0
        while True:
            self._skip()
            begin = self.at
            if self._is_over():
                return found
            word = self._word()
            if word == "for" and not lasting:
                if found.test == BEST:
                    raise self._wrong("a new best is one point; leave `for` out", begin)
                lasting = self._points()
                found = replace(found, lasting=lasting)
            elif word == "after" and found.after is None:
                found = replace(found, after=self._step())
            elif word in ("for", "after"):
                raise self._wrong("`{word}` is there twice", begin, word=word)
            elif word in ("and", "or", "&&", "||"):
                raise self._wrong("one condition at a time: add the other as an alert of its own", begin)
            else:
                raise self._wrong(
                    "only `for N` and `after STEP` may follow, not {word}", begin, word=repr(word or self._next())
                )

    def _points(self) -> int:
        self._skip()
        begin = self.at
        word = self._word() or ""
        if not 1 <= _count_of(word) <= LONGEST_WINDOW:
            raise self._wrong(
                "after `for` comes in how many points in a row, as in `for 5`, not {word}", begin, word=repr(word)
            )
        self._optional("points", "point")
        return int(word)

    def _step(self) -> float:
        self._skip()
        begin = self.at
        word = self._word() or ""
        number = _number_of(word.replace(",", ""), "")
        if number is None or not math.isfinite(number) or "%" in word:
            raise self._wrong("after `after` comes a step, as in `after 1000`, not {word}", begin, word=repr(word))
        return number

    def _optional(self, *words: str) -> str:
        """One of those words where it comes next, else nothing."""
        begin = self.at
        self._skip()
        word = (self._word() or "").lower()
        if word in words:
            return word
        self.at = begin
        return ""

    def _word(self) -> str | None:
        found = _TOKEN.match(self.text, self.at)
        if not found:
            return None
        self.at = found.end()
        return found[0]

    def _next(self) -> str:
        """What comes next, for an error."""
        rest = self.text[self.at :].split(maxsplit=1)
        return rest[0][:30] if rest else "nothing"

    def _skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def _is_over(self) -> bool:
        return self.at >= len(self.text)

    def _wrong(self, what: str, at: int | None = None, /, **values: object) -> ExpressionError:
        return ExpressionError(self.text, self.at if at is None else at, Phrase(what, **values), EXAMPLES)


def _number_of(word: str, metric: str) -> float | None:
    """A number as it was typed; of percentages the share, unless the metric says that it is in percent itself."""
    word = word.translate(_WIDE)
    digits = word.removesuffix("%")
    try:
        number = float(digits)
        if digits != word and not is_percent(metric) and math.isfinite(number):
            number = float(f"{digits}e-2") if "e" not in digits.lower() else number / 100
    except ValueError:
        return None
    return number


def _count_of(word: str) -> int:
    """A number of points as it was typed; 0 where it is none."""
    return int(word) if word.isdecimal() and len(word) < 10 else 0


def _operator_place(text: str, begin: int) -> int:
    found = _OPERATOR.search(text, begin)
    return found.start() if found else len(text)
