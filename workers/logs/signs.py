"""Signs of a failure in the lines of a log: what they are made of, how much they weigh, and rules that find them.

A log that ends badly holds many such signs: a device assertion, the exception it led to, the exceptions of other ranks
that lost their neighbour, the launcher's summary, the shell's ``Aborted``. Each sign has a weight that says how near to
the root it stands; :mod:`workers.logs.failures` chooses among them.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

IGNORED = -1
"""What says of itself that it has no consequence."""
WEAK = 0
"""A line that speaks of an error, and may well be of no consequence."""
LAUNCHER = 1
"""A launcher, a shell or a notebook runner says that what it ran has failed."""
CONSEQUENCE = 2
"""What usually follows from another failure: a lost connection, an abort, a signal."""
ROOT = 3
"""What ends a job by itself: an uncaught exception, a failed assertion, an unknown argument."""
ENFORCED = 4
"""The scheduler ended the job: time limit, memory limit, preemption."""

_STREAM = re.compile(
    r"\[rank(?P<rank>\d+)\]:(?: |(?=\[)|$)|\[default(?P<default>\d+)\]:|\[\d+,(?P<mpi>\d+)\]<std(?:err|out)>:? ?"
    r"|\((?P<actor>(?:[\w.\-]+(?:\([^()]*\))? )?(?:pid|ip)=[^()]{1,120})\) ?"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z (?:std(?:out|err) [FP] )?"
)
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_LONG = 6000


@dataclass(frozen=True)
class Sign:
    """One sign: the lines ``start:end``, the words, and for an exception its type, place and full message."""

    start: int
    end: int
    weight: int
    cause: str
    kind: str = ""
    place: str | None = None
    exception: str | None = None
    rank: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class Rule:
    """A shape of line that is a sign: lines with ``keyword`` in them are tried against ``pattern``.

    A keyword that begins with a line feed stands at the line's beginning. ``words`` is what to say, with the pattern's
    named groups in braces, or a function of the match, the lines and the line's index that gives a :class:`Sign`.
    """

    keyword: str
    pattern: re.Pattern[str]
    weight: int
    words: "str | Callable[[re.Match[str], Sequence[str], int], Sign | None]"
    kind: str = ""


@dataclass(frozen=True)
class Page:
    """Cleaned lines, the stream (rank, actor) that each came from ('' where the line does not say), and all as text."""

    lines: list[str]
    streams: list[str]

    def rank(self, index: int) -> int | None:
        """The rank that wrote a line, where its prefix says so."""
        stream = self.streams[index]
        return int(stream) if stream.isdigit() else None


def read_page(lines: Sequence[str]) -> Page:
    """Take colours and the prefixes of ranks, actors and containers off lines; very long lines lose their middle."""
    texts: list[str] = []
    streams: list[str] = []
    for line in lines:
        if len(line) > _LONG:
            line = line[: _LONG // 2] + line[-_LONG // 2 :]
        if "\x1b" in line:
            line = _ANSI.sub("", line)
        stream = ""
        if line[:1] in "[(0123456789":
            for _ in range(3):
                found = _STREAM.match(line)
                if found is None or not found.end():
                    break
                rank = found["rank"] or found["default"] or found["mpi"]
                stream = str(int(rank[:6])) if rank else found["actor"] or stream
                line = line[found.end() :]
        texts.append(line.rstrip())
        streams.append(stream)
    return Page(texts, streams)


def apply_rules(page: Page, rules: Iterable[Rule], most: int = 3000) -> list[Sign]:
    """The signs that ``rules`` find; of lines that one rule fits very often, only the last ``most`` are looked at."""
    text = "\n" + "\n".join(page.lines)
    starts = list(accumulate((len(line) + 1 for line in page.lines), initial=1))
    found: list[Sign] = []
    for rule in rules:
        position = len(text)
        for _ in range(most):
            position = text.rfind(rule.keyword, 0, position)
            if position < 0:
                break
            at_start = rule.keyword[0] == "\n"
            index = bisect_right(starts, position + at_start) - 1
            position = starts[index] - (not at_start)
            match = rule.pattern.search(page.lines[index])
            sign = _make_sign(rule, match, page, index) if match else None
            if sign:
                found.append(sign)
    return found


def _make_sign(rule: Rule, match: re.Match[str], page: Page, index: int) -> Sign | None:
    if callable(rule.words):
        return rule.words(match, page.lines, index)
    named = {name: (value or "").strip() for name, value in match.groupdict().items()}
    cause = " ".join(rule.words.format_map(named).split())
    return Sign(index, index + 1, rule.weight, cause, rule.kind, rank=page.rank(index), detail=page.lines[index])
