"""What shells, C libraries and other languages say: killed, segmentation fault, not found, unknown arguments."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from workers.logs.signs import CONSEQUENCE, LAUNCHER, ROOT, WEAK, Rule, Sign

KILLED = "killed"
CRASHED = "crashed"
ARGUMENTS = "arguments"
INTERRUPT = "interrupt"
GUARD = "guard"

_WORDS = {
    "killed": "Killed (SIGKILL)",
    "segmentation fault": "Segmentation fault (SIGSEGV)",
    "bus error": "Bus error (SIGBUS)",
    "aborted": "Aborted (SIGABRT)",
    "abort": "Aborted (SIGABRT)",
    "floating point exception": "Floating point exception (SIGFPE)",
    "illegal instruction": "Illegal instruction (SIGILL)",
    "illegal hardware instruction": "Illegal instruction (SIGILL)",
    "terminated": "Terminated (SIGTERM)",
    "hangup": "Hangup (SIGHUP)",
    "trace/breakpoint trap": "Trace/breakpoint trap (SIGTRAP)",
}
_DEATH = (
    r"(?P<word>[Kk]illed|[Ss]egmentation [Ff]ault|[Bb]us [Ee]rror|[Aa]borted|[Ff]loating [Pp]oint [Ee]xception"
    r"|[Ii]llegal (?:hardware )?[Ii]nstruction|[Tt]erminated|[Hh]angup|[Tt]race/breakpoint trap|[Aa]bort)"
)
_SHELL_DEATH = re.compile(
    r"(?:^|\]\s*|: line \d+:\s+\d+\s|^\[\d+\]\s*[+-]?\s+(?:\d+\s+)?|^zsh: )"
    + _DEATH
    + r"(?P<core>\s*\(core dumped\))?(?P<command>\s.*)?$"
)
_PLAIN = re.compile(r"^" + _DEATH + r"(?:\s*\(core dumped\))?\s*$")
_NAN_STOP = re.compile(
    r"(?P<what>\b[Ll]oss(?:es)? (?:is|are|was|became|becomes|went|turned)(?: to)? (?:nan|NaN|NAN|inf|infinite)\b.{0,60}"
    r"\b(?:[Ss]topping|[Ss]top|[Aa]bort\w*|[Tt]erminat\w+|[Ee]xiting|[Ee]xit|[Qq]uit\w*)\b.{0,40})"
)
_FISH = re.compile(r"terminated by signal (?P<name>SIG[A-Z]+)")


def _death(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    line = lines[index]
    rest = (match["command"] or "").strip()
    at_start = match.start() == 0 and line.startswith(match["word"])
    if rest and at_start and match["word"][:1].isupper():
        return None  # prose: "Killed 3 workers"
    if rest and at_start:
        return None
    word = match["word"].lower()
    core = ", core dumped" if match["core"] or "core dumped" in line else ""
    kind = KILLED if word in ("killed", "terminated", "hangup") else CRASHED
    return Sign(index, index + 1, CONSEQUENCE, _WORDS[word] + core, kind)


def _faulthandler(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    """``Fatal Python error``: the deepest frame of the user's own stands first in the current thread's stack."""
    place: tuple[str, str] | None = None
    inside = False
    end = index + 1
    for at in range(index + 1, min(len(lines), index + 400)):
        line = lines[at]
        if line.startswith(("Current thread", "Thread 0x")):
            inside = line.startswith("Current thread")
        frame = re.match(r'^  File "([^"]+)", line (\d+) in ', line)
        if (
            frame is None
            and line.strip()
            and not line.startswith(("Current", "Thread", "  ", "Extension modules", "Python runtime"))
        ):
            break
        end = at + 1
        own = frame and not re.search(r"/(?:site|dist)-packages/|/lib/python\d|<frozen", frame[1])
        if frame and inside and own and place is None:
            place = (frame[1], frame[2])
    spot = f"{PurePath(place[0]).name}:{place[1]}" if place else None
    words = match["what"].strip()
    return Sign(index, end, ROOT, f"Fatal Python error: {words}", CRASHED, place=spot, detail=words)


def _thrown(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    said = next(
        (
            found[1].strip()
            for line in lines[index + 1 : index + 4]
            if (found := re.match(r"^\s*what\(\):\s*(.*)", line))
        ),
        "",
    )
    thrown = match["type"].strip()
    return Sign(
        index, index + 2, CONSEQUENCE, f"{thrown}: {said}" if said else f"terminated by {thrown}", CRASHED, detail=said
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


def _check_failed(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    file = match["file"].rpartition("/")[2]
    weight = CONSEQUENCE if "Assertion `0'" in match["what"] else ROOT
    return Sign(
        index,
        index + 1,
        weight,
        " ".join(match["what"].split()),
        CRASHED,
        place=f"{file}:{match['line']}",
        detail=match["what"],
    )


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
    *(
        Rule(stem, _SHELL_DEATH, CONSEQUENCE, _death)
        for stem in (
            "illed",
            "egmentation ",
            "us error",
            "us Error",
            "bort",
            "loating point exception",
            "llegal ",
            "erminated",
            "angup",
            "breakpoint trap",
        )
    ),
    Rule("terminated by signal", _FISH, CONSEQUENCE, "killed by {name}", KILLED),
    Rule("Fatal Python error", re.compile(r"Fatal Python error: (?P<what>.{1,120})"), ROOT, _faulthandler),
    Rule(
        "terminate called after",
        re.compile(r"terminate called after throwing an instance of '(?P<type>[^']{1,120})'"),
        CONSEQUENCE,
        _thrown,
    ),
    Rule(
        "uncaught exception of type",
        re.compile(r"terminat\w+ due to uncaught exception of type (?P<what>.{1,200})"),
        CONSEQUENCE,
        "{what}",
        CRASHED,
    ),
    Rule(
        "terminate called without",
        re.compile(r"terminate called without an active exception"),
        LAUNCHER,
        "terminate called without an active exception",
    ),
    Rule(
        "()",
        re.compile(
            r"^(?:\S{0,40}: )?(?P<what>(?:malloc|free|realloc|calloc|munmap_chunk|malloc_consolidate)\(\): .{1,80})$"
        ),
        CONSEQUENCE,
        "{what}",
        CRASHED,
    ),
    Rule(
        "corrupt",
        re.compile(
            r"^(?:\S{0,40}: )?(?P<what>(?:double free or corruption|corrupted (?:size|double|unsorted)"
            r"|\*\*\* Error in).{0,80})"
        ),
        CONSEQUENCE,
        "{what}",
        CRASHED,
    ),
    Rule(
        "stack smashing",
        re.compile(r"\*\*\* stack smashing detected \*\*\*"),
        CONSEQUENCE,
        "stack smashing detected",
        CRASHED,
    ),
    Rule(
        "Assertion `",
        re.compile(
            r"^(?:\S+: )?(?P<file>[^\s:]+):(?P<line>\d+): (?!.{0,2000}thread: \[)[^`]{1,400}: "
            r"(?P<what>Assertion `.{1,300}' failed)"
        ),
        ROOT,
        _check_failed,
    ),
    Rule(
        "\nF",
        re.compile(
            r"^F\d{4} (?:\d\d:\d\d:\d\d|\d{2,}:\d\d:[\d.]+)[\d.]*\s+\d+ "
            r"(?P<file>[^\s:]+):(?P<line>\d+)\] (?P<what>.{1,300})"
        ),
        ROOT,
        _check_failed,
    ),
    Rule(
        ": F ",
        re.compile(r"^[\d\-]+ [\d:.]+: F (?P<file>[^\s:]+):(?P<line>\d+)\] (?P<what>.{1,300})"),
        ROOT,
        _check_failed,
    ),
    Rule(": error: ", re.compile(r"^[\w./\-]+(?: [\w\-]+){0,3}: error: (?P<what>.{1,400})$"), ROOT, _arguments),
    Rule("Error: ", re.compile(r"^Error: (?P<what>.{1,300})$"), ROOT, _click),
    Rule(
        "command not found",
        re.compile(r"^(?:\S+: )?(?:line \d+: |\d+: )?(?P<what>[^\s:]+): command not found$"),
        CONSEQUENCE,
        "command not found: {what}",
    ),
    Rule(
        "command not found",
        re.compile(r"^zsh: command not found: (?P<what>\S+)"),
        CONSEQUENCE,
        "command not found: {what}",
    ),
    Rule(
        ": not found",
        re.compile(r"^\S+: \d+: (?:\S+: )?(?P<what>[^\s:]+): not found$"),
        CONSEQUENCE,
        "command not found: {what}",
    ),
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
        ": line ",
        re.compile(
            r"^(?P<what>(?:-?(?:ba|da|z|k)?sh|/bin/\w*sh|\S+\.(?:sh|bash|slurm|sbatch|job)|\S+): line \d+: .{0,200}"
            r"(?:No such file or directory|Permission denied|Is a directory"
            r"|syntax error.{0,80}|cannot execute.{0,60}|unbound variable|bad substitution"
            r"|No space left on device|unexpected end of file|Argument list too long|unexpected EOF.{0,60}))$"
        ),
        CONSEQUENCE,
        "{what}",
    ),
    Rule(
        "No space left on device",
        re.compile(
            r"^(?P<what>(?:cp|mv|tee|tar|cat|rsync|dd|mkdir|gzip|unzip|wget|curl)\b.{0,200}"
            r"No space left on device.{0,20})$"
        ),
        CONSEQUENCE,
        "disk full: {what}",
    ),
    Rule("EnvironmentNameNotFound", re.compile(r"^(?P<what>EnvironmentNameNotFound: .{1,200})"), CONSEQUENCE, "{what}"),
    Rule(
        "EnvironmentLocationNotFound",
        re.compile(r"^(?P<what>EnvironmentLocationNotFound: .{1,200})"),
        CONSEQUENCE,
        "{what}",
    ),
    Rule("ssh", re.compile(r"^(?P<what>ssh: .{1,200})$"), LAUNCHER, "{what}"),
    Rule("fatal: ", re.compile(r"^(?P<what>fatal: .{1,200})$"), CONSEQUENCE, "git: {what}"),
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
