"""What shells, C libraries and other languages say: killed, segmentation fault, not found, unknown arguments."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from workers.logs.signs import CONSEQUENCE, LAUNCHER, ROOT, Rule, Sign

KILLED = "killed"
CRASHED = "crashed"

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
    if thrown == "std::bad_alloc":
        return Sign(index, index + 2, CONSEQUENCE, "out of host memory (std::bad_alloc)", CRASHED, detail=said)
    return Sign(
        index, index + 2, CONSEQUENCE, f"{thrown}: {said}" if said else f"terminated by {thrown}", CRASHED, detail=said
    )


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
    Rule(
        "] Signal: ",
        re.compile(r"^\[\S+:\d+\] Signal: " + _DEATH + r"(?P<core>)(?P<command>) \(\d+\)$"),
        CONSEQUENCE,
        _death,
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
)
