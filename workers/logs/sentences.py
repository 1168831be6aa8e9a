"""What the numbers in a line of free text are: metrics with a name, a position in the training, or neither.

A line is taken as the text between its numbers. All lines with the same text between them say the same things, so the
roles of the numbers are found once for such a shape, as a :class:`Plan`, and then only filled in.
"""

import re
from dataclasses import dataclass, field, replace

from workers.logs import names
from workers.logs.positions import UNITS, UNNAMED, may_be_total, share_of, total_of, unit_after, unit_before

TOKEN = re.compile(
    r"(?:(?<![\w)\].])[-+])?(?:\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|(?<![\w.])\.\d+(?:[eE][-+]?\d+)?)"
    r"|(?<![A-Za-z_])[-+]?(?:[nN]a[nN]|NAN|[iI]nf(?:inity)?|INF)(?![A-Za-z_])"
)
_NAME_END = re.compile(r"(?P<name>[^:=：]*?)\s*(?P<sep>[:=：]|->|→| is (?:now )?| was )\s*[\[({'\"~≈]?\s*$")
MOST = 200
"""A line with more numbers than that is data."""
_DELIMITER = re.compile(
    r"[,;|\t)\]}>{]|(?<![A-Za-z])[(\[]|\s[-–—·•*]+\s|\s{2,}|(?<!\b[Aa]vg)[.!?]\s|^[\s\-–—·•*#=>~+!]+|[，；。、]|\s&\s|\band\b|(?<=[\w)]):\s(?=[A-Za-z])"
)
_GLUE = re.compile(r"[A-Za-z_@$][-_]?$|[A-Za-z]@$|(?<=[A-Za-z])[.:](?=$)")
_TIME_UNIT = re.compile(r"\s?(?:s|sec|secs|seconds|ms|us|min|mins|minutes|h|hr|hrs|hours|秒|分)\b", re.IGNORECASE)
_SIZE_UNIT = re.compile(r"\s?(?:[KMGT]i?B|[kKMGT]b|bytes|GiB|MiB)\b")
_RATE_UNIT = re.compile(r"\s?[\w.]*(?:/s\b|/sec|it/s|s/it|per (?:sec|hour))", re.IGNORECASE)
_SUFFIX = re.compile(r"(?P<suffix>[kKMB])(?![A-Za-z/])|\s?(?P<percent>[%％])")
_NO_VALUE = re.compile(
    r"\b(?:eta|elapsed|remaining|took|duration|left|started|finished|saved?|saving|load\w*|since)\b", re.IGNORECASE
)
_PHASE = re.compile(
    r"(?:^|[^A-Za-z])(?:(?P<val>val(?:id(?:ation)?)?|validating)|(?P<test>test(?:ing)?)|(?P<eval>eval(?:uat\w+)?)|(?P<dev>dev)"
    r"|(?P<train>train(?:ing)?)|(?P<val2>検証|评估|验证)|(?P<test2>测试|テスト)|(?P<train2>訓練|学習(?!率)|训练))(?![a-z])",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[A-Za-z_@%\u3040-\u30ff\u4e00-\u9fff]")
_AVERAGED = re.compile(
    r" (?:on|of|over|for|in|across) (?:the |all )?(?:(?:last|past|first|previous) )?(?=\d|the |\w+ \w+ images)"
)
_SO_MANY = re.compile(r"\b(?:last|first|past|previous|latest|final|recent) $", re.IGNORECASE)
_LONGEST_NAME = 60
_REACH = 200
_IS = re.compile(r"[\s\])]{0,4}(?:is|was|[:=：]|->|=>)\s{0,4}")
_IS_LR = re.compile(r"(?:learning[ _]rate|lr|time|epoch)\b", re.IGNORECASE)
_AGGREGATE = re.compile(r"avg|average|mean|median|min|max|std|ema|smooth(?:ed)?", re.IGNORECASE)
_TAIL = re.compile(r"(?<=[\w%])\s?\([^()]{1,20}\)\s*$")
_ASIDE = re.compile(r"\s*\([^()]{0,60}\)$")
_AT = re.compile(r"(\S.*?)\s+(?:at|for|after|of|in|on|over)\s+(?:the )?(?:end of )?(?:the )?[\[(]?$", re.IGNORECASE)
_DRAWN = re.compile(r"%\s?[\[|][*#=>.\- █]{5}")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
_PART = re.compile(r"\.\d*[1-9]")
_OF_NAME = re.compile(r"\s?[:=]\s{1,3}[-+]?\.?\d|\s?[:=]\s{0,3}[-+]?\d*\.\d")
_SEEN = 160  # characters before and after a number that can tell what it is


@dataclass(frozen=True)
class Value:
    """The number at ``index`` is a metric; ``known`` when its name is one that metrics have."""

    name: str
    index: int
    scale: float
    known: bool
    separator: str
    phase: str | None = None
    """What the line says before the name, and not in it, that was measured: ``val`` in ``val: loss 0.4 acc 0.8``."""


@dataclass
class Plan:
    """The roles of the numbers of a shape; ``fixed`` are the numbers inside names, which must be the same."""

    tokens: int
    values: list[Value] = field(default_factory=list)
    positions: list[tuple[str, int, int | None]] = field(default_factory=list)
    fixed: list[tuple[int, str]] = field(default_factory=list)
    phase: str | None = None
    lead: str | None = None
    """The phase that the line speaks of before its first position: ``eval`` in ``Eval iter 10/50``."""
    is_listing: bool = False
    may_be_total: bool = False
    """Whether its only position may be the number of all: ``epochs: 90``."""


def phase_of(text: str) -> str | None:
    """``train``, ``val``, ``test``, ``eval`` or ``dev``: the first that ``text`` speaks of."""
    match = _PHASE.search(text)
    return match.lastgroup.rstrip("2") if match and match.lastgroup else None


def last_phase_of(text: str) -> str | None:
    """The last phase that ``text`` speaks of."""
    found = None
    for found in _PHASE.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    return found.lastgroup.rstrip("2") if found and found.lastgroup else None


def make_plan(line: str) -> Plan:
    """Find the roles of the numbers in a line."""
    found = list(TOKEN.finditer(line))
    plan = Plan(len(found))
    if len(found) > MOST:
        return plan
    plan.is_listing = _looks_like_settings(line)
    consumed = 0  # where the text that may belong to the next name begins
    skip: set[int] = set()
    said = ""  # the metric whose value comes behind its position: "loss at step 100: 0.23"
    totals = 0
    phases = _Phases()
    for index, token in enumerate(found):
        if index in skip:
            continue
        before = line[max(consumed, token.start() - _REACH) : token.start()]
        after = line[token.end() : token.end() + _REACH]
        if _is_glued(line, token, after) and _WORDS.search(before):
            plan.fixed.append((index, token[0]))
            continue
        unit = unit_before(before)
        total = total_of(line, found, index)
        end = found[total].end() if total is not None else token.end()
        later = unit_after(before, line[end : end + 12])
        if (unit or later) and not _is_odd(line, token, later, unit):
            plan.positions.append((later[0] if later else UNITS[unit[1].lower()] if unit else "", index, total))
            totals += bool(unit and total is None and may_be_total(before, unit))
            plan.lead = last_phase_of(before) if len(plan.positions) == 1 else plan.lead
            said = "" if unit is None else _name_before(before[: unit.start(1)])
            phases.note(before)
            if total is not None:
                skip.add(total)
            consumed = end + (later[1] if later else 0)
            continue
        if total is not None:
            lead = before.strip(" \t[](){}|:-,#")
            if (lead == "" or (lead.isalpha() and not index)) and not plan.values and len(plan.positions) <= 1:
                plan.positions.append(("batch" if plan.positions else UNNAMED, index, total))
            skip.add(total)
            consumed = end
            percent = share_of(line, found, total)
            if percent is not None and lead:
                value = _value(line, token, before, "", percent)
                if value is not None and value.known:
                    plan.values.append(phases.place(value, before))
                skip.add(percent)
                consumed = found[percent].end()
            continue
        if _SO_MANY.search(before) or (not plan.values and _is_aside(before, after)):
            continue  # "accuracy on the 10000 test images: 54 %", "of the last 10 episodes": the name goes on
        if said and _IS.fullmatch(before):
            before = f"{said}: "
        said = ""
        value = _value(line, token, before, after, index)
        if value is not None:
            value = _companion(value, before, plan.values[-1]) if plan.values else value
            plan.values.append(phases.place(value, before))
        consumed = token.end()
        suffix = _SUFFIX.match(after)
        if suffix:
            consumed += suffix.end()
    _know_phases(plan, found)
    plan.values = _keep_sure(plan)
    if plan.values:
        plan.phase = phase_of(line[: found[plan.values[0].index].start()])
    plan.may_be_total = not plan.values and totals == len(plan.positions) > 0
    return plan


class _Phases:
    """Follows what the values of a line were measured on: headings hold for what follows, and for names said twice."""

    def __init__(self) -> None:
        self.heading: str | None = None
        self.last: str | None = None
        self.names: set[str] = set()
        self.is_first = True

    def note(self, before: str) -> None:
        """See whether a text without a metric names a phase."""
        self.heading = self.last = last_phase_of(before) or self.heading

    def place(self, value: Value, before: str) -> Value:
        """A value with the phase that holds for it."""
        own = phase_of(value.name)
        at = before.rfind(value.name.split(" ")[0])
        said = last_phase_of(before[:at])
        if said is None and own is None and " on the " in before[at:]:
            said = last_phase_of(before[at:])
        if said is not None:
            self.heading = self.last = said
        is_first, self.is_first = self.is_first, False
        if own is not None:
            self.last = own
            if is_first:
                self.heading = own  # "val loss 0.3 acc 0.8"
            return value
        phase = self.heading
        if value.name in self.names:
            phase = self.last
        elif _IS_LR.match(value.name):
            phase = None
        self.names.add(value.name)
        return replace(value, phase=phase)


def _companion(value: Value, before: str, last: Value) -> Value:
    """A value that only says how it differs from the one before: ``loss train 0.5 valid 0.6``, ``0.5 (avg: 0.6)``."""
    if _PHASE.fullmatch(value.name):
        phase = _PHASE.search(last.name)
        if phase and last.known:
            name = last.name[: phase.start()] + phase[0][: -len(phase[0].lstrip(" _/-"))] + value.name
            return replace(value, name=name + last.name[phase.end() :], known=True)
    elif _AGGREGATE.fullmatch(value.name) and before.rfind("(") > before.rfind(")"):
        return replace(value, name=f"{last.name} ({value.name})", known=last.known)
    return value


def _name_before(text: str) -> str:
    """The metric named before a position that a preposition joins to it: ``loss at step 100``; "" if there is none."""
    match = _AT.search(text)
    name = _name(_ASIDE.sub("", match[1])) if match else ""
    return name if name and len(name) <= _LONGEST_NAME and names.is_metric(name) else ""


def _is_glued(line: str, token: "re.Match[str]", after: str) -> bool:
    """Whether a number is part of a name: ``top5``, ``HR@10``, ``BLEU-4``, ``mAP50-95``."""
    if token.start() == 0:
        return False
    before = line[token.start() - 1]
    if before == "第":
        return False
    if before in "eE" and token[0][0] in "+-":
        return False
    if _OF_NAME.match(after) and re.search(r"\w\s?[=@]\s?$", line[max(0, token.start() - 9) : token.start()]):
        return True
    if unit_before(line[max(0, token.start() - 12) : token.start()]):
        return False
    if before.isalpha() or before in "_@$":
        return not (after[:1] == "" and before in "xX")
    if before in "-." and token.start() > 1 and (line[token.start() - 2].isalpha() or line[token.start() - 2] == "_"):
        return True
    if before in "-:" and token.start() > 1 and line[token.start() - 2].isdigit():
        return bool(re.match(r"\s*[:=)]|\s+[\d.]", after)) and bool(
            re.search(r"[A-Za-z@][\d.]+$", line[max(0, token.start() - 20) : token.start() - 1])
        )
    return False


def _is_odd(line: str, token: "re.Match[str]", later: object, unit: "re.Match[str] | None") -> bool:
    """Whether a position would be no whole number, or part of a date, a version, a word."""
    after = line[token.end() : token.end() + 1]
    if after and _ORDINAL.match(line, token.end()):
        return False
    if unit is not None and _PART.search(token[0]) and UNITS[unit[1].lower()] != "epoch":
        return True
    return (
        (after.isalpha() and after not in "kKM" and not later)
        or token[0][0] in "-nNiI"
        or (after != "" and after in "-_")
    )


def _is_aside(before: str, after: str) -> bool:
    """Whether a number stands within a phrase that names a metric and ends in a colon."""
    return bool(re.search(r"\b(?:the|on|over|of|for|from|in) $", before) and re.match(r" [a-z]", after))


def _value(line: str, token: "re.Match[str]", before: str, after: str, index: int) -> Value | None:
    if re.match(r"[^\W\d]", after) and not (_TIME_UNIT.match(after) or _SUFFIX.match(after) or _RATE_UNIT.match(after)):
        return None
    if re.match(r"[:/]\d|\.\d|\.[A-Za-z]{2,5}\b|\s?[x×]\s?\d|-\d|/[A-Za-z]*\d", after) or re.search(
        r"(?:\d[:./x×]|[/\\])$", before
    ):
        return None
    if _DRAWN.match(after):
        return None
    end = _NAME_END.search(before)
    if end:
        raw, separator = end["name"], end["sep"].strip()
    elif before[-1:] in " \t" and before.rstrip()[-1:] not in ",;|<>+*/\\&!":
        raw, separator = before, ""
    else:
        return None
    name = _name(raw)
    if names.is_metric(name):
        name = _AVERAGED.split(name)[0] or name
    if not name or len(name) > _LONGEST_NAME or not _WORDS.search(name) or names.is_never(name):
        return None
    if name in ("is", "are", "was"):
        return None
    if separator == "" and not names.is_metric(name):
        words = name.split(" ")
        if len(words) > 1 and names.is_metric(words[-1]):
            name = words[-1]
        elif len(words) > 2:
            return None
    if _NO_VALUE.search(name) or _SIZE_UNIT.match(after):
        return None
    timed = _TIME_UNIT.match(after)
    known = names.is_metric(name)
    if timed and known and not re.search(r"time|sec|/s", name, re.IGNORECASE):
        timed = None if after[:1] != " " or separator else timed
    if timed and not re.search(r"time|avg", name, re.IGNORECASE):
        return None
    suffix = _SUFFIX.match(after)
    scale = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9}.get(suffix["suffix"] or "", 1.0) if suffix else 1.0
    return Value(name, index, scale, known, separator)


def _name(raw: str) -> str:
    """The name that stands at the end of ``raw``."""
    tail = _TAIL.search(raw)
    if tail and _WORDS.search(tail[0]):
        name = _name(raw[: tail.start()])
        return f"{name}{tail[0].rstrip()}" if name else ""
    start = 0
    for delimiter in _DELIMITER.finditer(raw):
        if raw[delimiter.end() :].strip():
            start = delimiter.end()
    name = raw[start:]
    if name.count("(") != name.count(")"):
        name = name.replace("(", " ").replace(")", " ")
    if name.count("[") != name.count("]"):
        name = name.rpartition("]")[2].replace("[", " ")
    return names.tidy(name)


def _know_phases(plan: Plan, found: "list[re.Match[str]]") -> None:
    """Take ``Train: 0.54, Val: 0.53, Test: 0.46`` as the one metric of that log; whole numbers would be sizes."""
    if any(value.known for value in plan.values):
        return
    alike = [v for v in plan.values if v.separator and "." in found[v.index][0] and _PHASE.fullmatch(v.name)]
    if len(alike) > 1:
        plan.values = [replace(value, known=value in alike) for value in plan.values]


def _keep_sure(plan: Plan) -> list[Value]:
    """Those values that are surely metrics: known names, and their companions in a line that reports a position."""
    known = [value for value in plan.values if value.known]
    if not known:
        return []
    if plan.is_listing:
        return []
    if plan.positions or len(known) > 1:
        separators = {value.separator for value in known}
        return [v for v in plan.values if v.known or (v.separator in separators and not names.is_setting(v.name))]
    return known


_SETTINGS = re.compile(
    r"Namespace\(|\b(?:def|import) |^\s*return\b|self\.|\(\)|(?<![=!<>])==(?![=>])|\+=|\{\w*:|%[.\d]*[fds]"
    r"|(?:^|\s)--[A-Za-z]"
    r"|=\s?[A-Za-z_][\w.]*\([A-Za-z_\[]|\w\s?\*\s?[A-Za-z_(]|^\w*(?:Error|Exception|Warning)\b:|Warning: "
    r"|\bpython[\d.]*\s+\S+\.py|\btorchrun\s|\baccelerate launch\b"
    r"|^\W*(?i:hyper-?param\w*|config\w*|arg(?:ument)?s|settings|options|using)\b"
)

_NO_NUMBERS = re.compile(
    r"\b(?:True|False|None|null|true|false)\b|=['\"]|: ['\"]|['\"]:|(?:^|[\s'\"=(])[~.]{0,2}/[\w.-]+/\w|://"
)
_PLACED = re.compile(
    r"\W{0,12}(?:(?:train|global)[ _])?(?:epoch|ep|iter|iteration|step|batch|episode)\W{0,4}\d{1,12}\b(?!\.\d)",
    re.IGNORECASE,
)


def _looks_like_settings(line: str) -> bool:
    """Whether a line lists arguments or is source code; words among the values of a record are no sign of it."""
    return bool(_SETTINGS.search(line) or (_NO_NUMBERS.search(line) and not _PLACED.match(line)))
