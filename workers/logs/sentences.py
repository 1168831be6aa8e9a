"""What the numbers in a line of free text are: metrics with a name, a position in the training, or neither.

A line is taken as the text between its numbers. All lines with the same text between them say the same things, so the
roles of the numbers are found once for such a shape, as a :class:`Plan`, and then only filled in.
"""

import re
from dataclasses import dataclass, field

from workers.logs import names

TOKEN = re.compile(
    r"(?:(?<![\w)\].])[-+])?(?:\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|(?<![\w.])\.\d+(?:[eE][-+]?\d+)?)"
    r"|(?<![A-Za-z_])[-+]?(?:[nN]a[nN]|NAN|[iI]nf(?:inity)?|INF)(?![A-Za-z_])"
)
UNITS = {
    "epoch": "epoch", "epochs": "epoch", "ep": "epoch", "エポック": "epoch", "轮": "epoch",
    "step": "step", "steps": "step", "global_step": "step", "global step": "step", "globalstep": "step",
    "iter": "iteration", "iters": "iteration", "iteration": "iteration", "iterations": "iteration", "it": "iteration",
    "itr": "iteration", "niter": "iteration", "i": "iteration",
    "update": "update", "updates": "update", "num_updates": "update", "n_updates": "update",
    "timestep": "timestep", "timesteps": "timestep", "total_timesteps": "timestep", "total timesteps": "timestep",
    "num_timesteps": "timestep", "env_steps": "timestep", "env steps": "timestep", "total_steps": "timestep",
    "frames": "timestep", "frame": "timestep",
    "episode": "episode", "episodes": "episode", "eps_num": "episode", "game": "episode", "games": "episode",
    "batch": "batch", "batches": "batch", "minibatch": "batch", "mini-batch": "batch", "batch_idx": "batch",
    "round": "round", "rounds": "round", "generation": "generation", "gen": "generation",
    "kimg": "kimg", "tick": "tick",
    "ステップ": "step", "步数": "step",
}  # fmt: skip
UNNAMED = "?"
"""The unit of a fraction that stands before everything else: ``[2500/10000] loss: 0.23``."""
_UNIT_END = re.compile(
    r"(?:^|[^A-Za-z_])(" + "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True)) + r")"
    r"(?:\s*(?:no\.?|num(?:ber)?|idx|index))?[\s:=#\[(\]|-]*$",
    re.IGNORECASE,
)
_NAME_END = re.compile(r"(?P<name>[^:=]*?)\s*(?P<sep>[:=]|->|→| is | was )\s*[\[({'\"~≈]?\s*$")
_DELIMITER = re.compile(
    r"[,;|\t)\]}>{]|(?<![A-Za-z])[(\[]|\s[-–—·•*]+\s|\s{2,}|\.\s|^[\s\-–—·•*#=>~+!]+|[，；。]|\s&\s|\band\b|(?<=\w):\s(?=[A-Za-z])"
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
    r"|(?P<train>train(?:ing)?)|(?P<val2>検証|评估|验证)|(?P<test2>测试|テスト))(?![a-z])",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[A-Za-z_@%\u3040-\u30ff\u4e00-\u9fff]")
_LONGEST_NAME = 60
_SEEN = 160  # characters before and after a number that can tell what it is


@dataclass(frozen=True)
class Value:
    """The number at ``index`` is a metric; ``known`` when its name is one that metrics have."""

    name: str
    index: int
    scale: float
    known: bool
    separator: str


@dataclass
class Plan:
    """The roles of the numbers of a shape; ``fixed`` are the numbers inside names, which must be the same."""

    tokens: int
    values: list[Value] = field(default_factory=list)
    positions: list[tuple[str, int, int | None]] = field(default_factory=list)
    fixed: list[tuple[int, str]] = field(default_factory=list)
    phase: str | None = None
    is_listing: bool = False


def phase_of(text: str) -> str | None:
    """``train``, ``val``, ``test``, ``eval`` or ``dev``: the first that ``text`` speaks of."""
    match = _PHASE.search(text)
    return match.lastgroup.rstrip("2") if match and match.lastgroup else None


def make_plan(line: str) -> Plan:
    """Find the roles of the numbers in a line."""
    found = list(TOKEN.finditer(line))
    plan = Plan(len(found))
    plan.is_listing = _looks_like_settings(line)
    consumed = 0  # where the text that may belong to the next name begins
    skip: set[int] = set()
    for index, token in enumerate(found):
        if index in skip:
            continue
        before = line[max(consumed, token.start() - _SEEN) : token.start()]
        after = line[token.end() : token.end() + _SEEN]
        if _is_glued(line, token, after) and _WORDS.search(before):
            plan.fixed.append((index, token[0]))
            continue
        unit = _UNIT_END.search(before)
        total = _total(line, found, index)
        if unit and not _is_odd(line, token):
            plan.positions.append((UNITS[unit[1].lower()], index, total))
            if total is not None:
                skip.add(total)
                consumed = found[total].end()
            else:
                consumed = token.end()
            continue
        if total is not None:
            lead = before.strip(" \t[](){}|:-,#")
            if lead == "" and not plan.values and len(plan.positions) <= 1:
                plan.positions.append(("batch" if plan.positions else UNNAMED, index, total))
            skip.add(total)
            consumed = found[total].end()
            percent = _share(line, found, total)
            if percent is not None and lead:
                value = _value(line, token, before, "", percent)
                if value is not None and value.known:
                    plan.values.append(value)
                skip.add(percent)
                consumed = found[percent].end()
            continue
        if not plan.values and _is_aside(before, after):
            continue  # "accuracy on the 10000 test images: 54 %": the name goes on
        value = _value(line, token, before, after, index)
        if value is not None:
            plan.values.append(value)
        consumed = token.end()
        suffix = _SUFFIX.match(after)
        if suffix:
            consumed += suffix.end()
    plan.values = _keep_sure(plan)
    if plan.values:
        plan.phase = phase_of(line[: found[plan.values[0].index].start()])
    return plan


def _is_glued(line: str, token: "re.Match[str]", after: str) -> bool:
    """Whether a number is part of a name: ``top5``, ``HR@10``, ``BLEU-4``, ``mAP50-95``."""
    if token.start() == 0:
        return False
    before = line[token.start() - 1]
    if before in "eE" and token[0][0] in "+-":
        return False
    if _UNIT_END.search(line[max(0, token.start() - 12) : token.start()]):
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


def _is_odd(line: str, token: "re.Match[str]") -> bool:
    """Whether a position would be no whole number, or part of a date, a version, a word."""
    after = line[token.end() : token.end() + 1]
    return (after.isalpha() and after not in "kKM") or token[0][0] in "-nNiI" or (after != "" and after in "-_")


def _is_aside(before: str, after: str) -> bool:
    """Whether a number stands within a phrase that names a metric and ends in a colon."""
    return bool(re.search(r"\b(?:the|on|over|of|for|from|in) $", before) and re.match(r" [a-z]", after))


def _share(line: str, found: "list[re.Match[str]]", total: int) -> int | None:
    """The index of the percentage that is told beside a fraction: ``9800/10000 (98%)``."""
    if total + 1 >= len(found):
        return None
    between = line[found[total].end() : found[total + 1].start()]
    after = line[found[total + 1].end() :][:3]
    return total + 1 if re.fullmatch(r"\s*[(\[=]\s*", between) and re.match(r"\s?%", after) else None


def _total(line: str, found: "list[re.Match[str]]", index: int) -> int | None:
    """The index of the total that a number is counted toward: ``3/10``, ``3 of 10``, ``3/ 10``."""
    if index + 1 >= len(found):
        return None
    between = line[found[index].end() : found[index + 1].start()]
    if re.fullmatch(r"\s*/\s*|\s+(?:of|out of)\s+", between) and found[index + 1][0][0] not in "-+.":
        after = line[found[index + 1].end() :][:1]
        return None if after[:1] == "/" else index + 1
    return None


def _value(line: str, token: "re.Match[str]", before: str, after: str, index: int) -> Value | None:
    if re.match(r"[^\W\d]", after) and not (_TIME_UNIT.match(after) or _SUFFIX.match(after) or _RATE_UNIT.match(after)):
        return None
    if re.match(r"[:/]\d|\.\d|\s?[x×]\s?\d|-\d|/[A-Za-z]*\d", after) or re.search(r"(?:\d[:./x×]|[/\\])$", before):
        return None
    end = _NAME_END.search(before)
    if end:
        raw, separator = end["name"], end["sep"].strip()
    elif before[-1:] in " \t":
        raw, separator = before, ""
    else:
        return None
    name = _name(raw)
    if re.search(r" (?:on|of|over|for|in) the ", name) and re.match(r"(?:\w+ )?\w+ (?:on|of|over)", name):
        name = re.split(r" (?:on|of|over|for|in) the ", name)[0]
    if not name or len(name) > _LONGEST_NAME or not _WORDS.search(name) or names.is_never(name):
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
    r"Namespace\(|\b(?:True|False|None|null|true|false)\b|=['\"]|: ['\"]|['\"]:|/\w+/\w+|\bdef |\bimport |\breturn\b"
    r"|self\.|\(\)|==|\+=|\{\w*:|%[.\d]*[fds]"
)


def _looks_like_settings(line: str) -> bool:
    """Whether a line lists arguments or is source code."""
    return bool(_SETTINGS.search(line))
