"""Which of the outputs found is taken as a job's log, and in a sentence why."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workers.logs.candidates import is_wanted
from workers.machine.job_roots import launcher_of
from workers.machine.outputs import FILE, NONE, PANE, Found, Output, Trail
from workers.machine.proc_folder import ProcFolder
from workers.machine.slurm import find_output

STREAMS = (1, 2)
_SMALL = 4096
_STALE_SECONDS = 600.0
_MOST_MEMBERS = 64
_MOST_OPEN = 16
_LOG_NAME = re.compile(r"\.(log|out|txt|err)(\.\d+)?$|^(log|nohup|stdout|stderr)$", re.IGNORECASE)
_NO_LOG = re.compile(r"requirements|vocab|labels|readme|license|\.tfevents\.", re.IGNORECASE)
_HELPERS = re.compile(r"wandb|tensorboard|nvidia-smi|ngrok|mlflow|resource_tracker|raylet|gcs_server", re.IGNORECASE)
_RANKS = ("RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID", "LOCAL_RANK")


@dataclass
class Outputs:
    """All places a job writes to.

    ``own`` by its own two streams, ``members`` by those of the processes below it (rank 0's first), ``open`` log files
    open besides, ``aside`` where the same output goes as well (`tee` writes a file and a terminal).
    """

    own: list[Found] = field(default_factory=list)
    members: list[Found] = field(default_factory=list)
    open: list[Found] = field(default_factory=list)
    aside: list[Found] = field(default_factory=list)


@dataclass(frozen=True)
class Choice:
    """The log, all else that could be one, and sentences that tell people why."""

    log: Found
    others: list[Found]
    notes: list[str]


def gather(folder: ProcFolder, trail: Trail, pid: int) -> Outputs:
    """Find every output of a process and of those below it."""
    outputs = Outputs()
    seen: set[tuple[object, ...]] = set()
    targets = {descriptor.target for number in STREAMS if (descriptor := folder.descriptor(pid, number))}
    for number in STREAMS:
        _sort(outputs, outputs.own, seen, trail.follow_number(pid, number))
    members = _members(folder, pid)
    for member in members:
        for number in STREAMS:
            descriptor = folder.descriptor(member, number)
            if descriptor is not None and descriptor.target not in targets:
                targets.add(descriptor.target)
                _sort(outputs, outputs.members, seen, trail.follow(descriptor))
    for one in (pid, *members):
        for found in _open_logs(folder, trail, one):
            _sort(outputs, outputs.open, seen, [found])
    return outputs


def choose(outputs: Outputs, argv: Sequence[str], environ: Mapping[str, str], *, many: bool, pid: int) -> Choice:
    """Choose the log: the job's own output where it can be read, else the best of what else it writes.

    ``many``: the job is a launcher or a shell, whose workers may write elsewhere what it does not print itself.
    """
    own = _best(outputs.own)
    log, notes = own, [_explain_own(own, outputs.own)]
    files = [found for found in outputs.members if found.output.kind == FILE]
    member = _best([found for found in files if found.output.pid == files[0].output.pid]) if files else None
    if many and member and _says_more(member, own):
        log = member
        who = "the first worker's" if launcher_of(argv) else "its command's"
        notes = [f"The log is {_place(member)}: {who} output goes there, and its own tells less"]
    if not log.readable:
        log, notes = _find_instead(outputs, log, environ, notes, pid)
    notes += _remarks(log)
    everything = {found.key: found for found in (*outputs.own, *outputs.aside, *outputs.members, *outputs.open)}
    others = [found for key, found in everything.items() if key != log.key and found.output.kind != NONE]
    return Choice(log, others, notes)


def _find_instead(
    outputs: Outputs, own: Found, environ: Mapping[str, str], notes: list[str], pid: int
) -> tuple[Found, list[str]]:
    """In place of an output that cannot be read: Slurm's file, a log that the job has open, a worker's output."""
    path, words = find_output(environ)
    if path:
        note = f"The log is {path}: {words}"
        return Found(Output(path, FILE, None, pid, words), (path,)), [*notes, note]
    notes = [*notes, words[0].upper() + words[1:]] if words else notes
    candidates = [found for found in outputs.open if found.readable]
    if candidates:
        found = _best(candidates)
        name = found.output.path or ""
        return found, [
            *notes,
            f"The log is {name} instead, which the job has open for writing (no tracebacks, perhaps)",
        ]
    below = [found for found in outputs.members if found.readable]
    if below:
        found = _best(below)
        return found, [*notes, f"The log is {_place(found)} instead: a process below it writes there"]
    return own, notes


def _best(found: Sequence[Found]) -> Found:
    """What can be read and has something to read, before that what still grows, before that what has more."""
    newest = max(one.modified for one in found)
    return max(found, key=lambda one: (_rung(one), one.modified >= newest - _STALE_SECONDS, one.size))


def _rung(found: Found) -> int:
    """How much an output promises: a terminal that can be read shows more than a file of few lines."""
    if not found.readable:
        return 0 if found.output.kind == NONE else 1
    if found.output.kind == PANE:
        return 4
    return 2 if not found.size else 3 if found.size < _SMALL else 5


def _says_more(member: Found, own: Found) -> bool:
    """Whether a worker's file holds what the job's own output does not: that is unreadable, silent or hardly begun."""
    if not own.readable or (own.output.kind != PANE and not own.size):
        return True
    ahead = member.size > own.size or member.modified > own.modified + 1
    return own.size < _SMALL and ahead and member.size > 0


def _explain_own(log: Found, own: Sequence[Found]) -> str:
    if not log.readable:
        return f"Its output cannot be read: {log.output.note}"
    through = f" ({log.output.note})" if log.output.note else ""
    note = f"The log is {_place(log)}: its output goes there{through if log.output.kind != PANE else ''}"
    rest = [found for found in own if found.key != log.key and found.readable]
    if rest:
        note += f"; {_place(rest[0])} has less"
    return note


def _remarks(log: Found) -> list[str]:
    """What people should know of the chosen log."""
    notes = []
    if log.output.kind == PANE:
        notes.append(f"Read from a terminal: {log.output.note}; what scrolled out of it before is lost")
    elif log.readable and not log.size and log.output.descriptor is not None:
        notes.append(
            "It is empty so far; Python holds lines back on their way to a file: PYTHONUNBUFFERED=1 shows them"
        )
    if os.path.basename(log.output.path or "") == "nohup.out":
        notes.append("nohup adds to this file: lines of earlier jobs may stand at its beginning")
    return notes


def _place(found: Found) -> str:
    output = found.output
    return output.path or (f"tmux pane {output.pane}" if output.kind == PANE else output.kind)


def _members(folder: ProcFolder, pid: int) -> list[int]:
    """The processes below one that work for the job, rank 0 first, then the nearest."""
    found = []
    for member in folder.descendants(pid)[:_MOST_MEMBERS]:
        process = folder.everyone().get(member)
        words = " ".join(folder.argv(member, patient=False)[:3]) or (process.name if process else "")
        if not _HELPERS.search(words):
            found.append(member)
    return sorted(found, key=lambda member: _rank(folder.environ(member, patient=False)))


def _rank(environ: Mapping[str, str]) -> int:
    for name in _RANKS:
        if environ.get(name, "").isdigit():
            return int(environ[name])
    return 0


def _open_logs(folder: ProcFolder, trail: Trail, pid: int) -> list[Found]:
    """Log files a process has open for writing, besides its standard streams; metric files are found elsewhere."""
    found: list[Found] = []
    try:
        targets = folder.targets(pid)
    except OSError:
        return found
    for number, target in sorted(targets.items()):
        name = os.path.basename(target.removesuffix(" (deleted)"))
        metrics = is_wanted(name) and not name.lower().endswith((".txt", "log"))
        if number < 3 or not target.startswith("/") or not _LOG_NAME.search(name) or _NO_LOG.search(name) or metrics:
            continue
        descriptor = folder.descriptor(pid, number)
        file = trail.file(descriptor) if descriptor and descriptor.writable else None
        found += [file] if file and len(found) < _MOST_OPEN else []
    return found


def _sort(outputs: Outputs, into: list[Found], seen: set[tuple[object, ...]], found: Sequence[Found]) -> None:
    """Put the first place that can be read where it belongs, the other ends of the same trail aside; each once."""
    best = next((one for one in found if one.readable), found[0])
    for one in (best, *found):
        if one.key not in seen:
            seen.add(one.key)
            (into if one is best else outputs.aside).append(one)
