"""What programs say before they give up: unknown arguments, a refused setting, a NaN guard, Ctrl-C, other languages."""

import re
from collections.abc import Sequence

from workers.logs.signs import CONSEQUENCE, LAUNCHER, ROOT, WEAK, Rule, Sign

ARGUMENTS = "arguments"
INTERRUPT = "interrupt"
GUARD = "guard"
CRASHED = "crashed"

_NAN_STOP = re.compile(
    r"(?P<what>\b[Ll]oss(?:es)? (?:is|are|was|became|becomes|went|turned)(?: to)? (?:nan|NaN|NAN|inf|infinite)\b.{0,60}"
    r"\b(?:[Ss]topping|[Ss]top|[Aa]bort\w*|[Tt]erminat\w+|[Ee]xiting|[Ee]xit|[Qq]uit\w*)\b.{0,40})"
)


def _arguments(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    """``train.py: error: …`` after a usage; alone it may be any program's complaint."""
    before = lines[max(0, index - 500) : index]
    usage = any(line.lower().startswith("usage:") for line in before)
    weight = ROOT if usage else WEAK
    return Sign(index, index + 1, weight, match[0].strip(), ARGUMENTS, exception="SystemExit" if usage else None)


def _click(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    before = lines[max(0, index - 4) : index]
    if any(line.startswith(("Usage:", "Try ")) for line in before):
        return Sign(index, index + 1, ROOT, match[0].strip(), ARGUMENTS)
    return Sign(index, index + 1, WEAK, match[0].strip())


def _panic(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    place = f"{match['file'].rpartition('/')[2]}:{match['line']}"
    said = match["said"] or next((line.strip() for line in lines[index + 1 : index + 2]), "")
    return Sign(index, index + 2, ROOT, f"panicked: {said.strip(chr(39))}", CRASHED, place=place)


def _node(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    frame = next(
        (
            found
            for line in lines[index + 1 : index + 3]
            if (found := re.match(r"^ {4}at .*?([^\s(/]+):(\d+):\d+\)?$", line))
        ),
        None,
    )
    return Sign(index, index + 2, ROOT, match[0].strip(), place=f"{frame[1]}:{frame[2]}") if frame else None


def _hydra(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    """A configuration that Hydra refuses is told in plain words, without a traceback."""
    at = index - 1
    while at >= 0 and not lines[at].strip() and index - at < 3:
        at -= 1
    end = at + 1
    while at >= 0 and lines[at].strip() and end - at < 12:
        if "Traceback (most recent" in lines[at] or 'File "' in lines[at]:
            return None
        at -= 1
    told = [line.strip() for line in lines[at + 1 : end] if not line.startswith(("Error executing job", " "))]
    return Sign(at + 1, index + 1, CONSEQUENCE, " ".join(told)[:280]) if told else None


RULES = (
    Rule(
        "uncaught exception of type",
        re.compile(r"terminat\w+ due to uncaught exception of type (?P<what>.{1,200})"),
        CONSEQUENCE,
        "{what}",
        CRASHED,
    ),
    Rule(": error: ", re.compile(r"^[\w./\-]+(?: [\w\-]+){0,3}: error: (?P<what>.{1,400})$"), ROOT, _arguments),
    Rule("Error: ", re.compile(r"^Error: (?P<what>.{1,300})$"), ROOT, _click),
    Rule(
        "can't open file",
        re.compile(r"^\S*[Pp]ython[\d.]*\S*: can't open file (?P<what>.{1,300})"),
        ROOT,
        "python: can't open file {what}",
    ),
    Rule(
        "No module named",
        re.compile(r"^\S*python[\d.]*: No module named (?P<what>\S+)"),
        ROOT,
        "python: No module named {what}",
    ),
    Rule(
        "Error while finding module",
        re.compile(r"python[\d.]*: Error while finding module specification (?P<what>.{1,200})"),
        ROOT,
        "python: cannot find module {what}",
    ),
    Rule(
        "panicked at",
        re.compile(
            r"^thread '.{1,60}' (?:\(\d+\) )?panicked at (?P<said>'.{0,200}', )?(?P<file>[^\s:]+):(?P<line>\d+):\d+:?"
        ),
        ROOT,
        _panic,
    ),
    Rule("panic: ", re.compile(r"^panic: (?P<what>.{1,200})"), ROOT, "panic: {what}", CRASHED),
    Rule("rror: ", re.compile(r"^(?:Uncaught )?(?:[A-Z]\w*)?Error: .{1,300}$"), ROOT, _node),
    Rule("ERROR: LoadError", re.compile(r"^ERROR: LoadError: (?P<what>.{1,300})"), ROOT, "LoadError: {what}"),
    Rule("Execution halted", re.compile(r"^Execution halted$"), LAUNCHER, "R: execution halted"),
    Rule("Error in ", re.compile(r"^(?P<what>Error in .{1,200} : ?.{0,200})$"), CONSEQUENCE, "{what}"),
    Rule(
        'Exception in thread "',
        re.compile(r'^Exception in thread "[^"]{1,60}" (?P<what>[\w.$]+.{0,300})'),
        ROOT,
        "{what}",
    ),
    Rule("luajit: ", re.compile(r"luajit: (?P<what>.{1,300})"), ROOT, "luajit: {what}"),
    Rule("# Ended (code", re.compile(r"^# Ended \(code (?P<code>[1-9]\d*)\)"), LAUNCHER, "exit code {code}"),
    Rule("HYDRA_FULL_ERROR", re.compile(r"^Set the environment variable HYDRA_FULL_ERROR=1"), CONSEQUENCE, _hydra),
    Rule(
        "Interrupt",
        re.compile(
            r"^(?:\W{0,3}|.{1,300}: )"
            r"(?:KeyboardInterrupt|Detected KeyboardInterrupt\b.{0,80}|Keyboard [Ii]nterrupt.{0,40})\W*$"
        ),
        CONSEQUENCE,
        "KeyboardInterrupt",
        INTERRUPT,
    ),
    Rule(
        "nterrupted by",
        re.compile(r"^\W{0,6}(?:\w+ ){0,3}[Ii]nterrupted by (?:the )?(?:user|keyboard)\b.{0,60}$"),
        CONSEQUENCE,
        "interrupted by the user",
        INTERRUPT,
    ),
    Rule("^C", re.compile(r"^\^C|\^C$"), LAUNCHER, "interrupted by Ctrl-C", INTERRUPT),
    Rule(
        "Invalid loss",
        re.compile(r"(?P<what>Batch \d+: Invalid loss, terminating training)"),
        CONSEQUENCE,
        "NaN guard: {what}",
        GUARD,
    ),
    Rule(
        "stopping training",
        re.compile(r"(?P<what>[Ll]oss (?:is|=|:) ?\S{1,40}, stopping training)"),
        ROOT,
        "NaN guard: {what}",
        GUARD,
    ),
    Rule("NaN", re.compile(r"(?P<what>Model diverged with loss = NaN\.?)"), CONSEQUENCE, "NaN guard: {what}", GUARD),
    *(Rule(stem, _NAN_STOP, ROOT, "NaN guard: {what}", GUARD) for stem in ("topp", "bort", "erminat", "xit", "uit")),
)
