"""What can be learnt of a job that runs already: what it is, where its output goes, which process is its top.

The job is only looked at, through /proc: it is never signalled, traced or slowed.
"""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from store.errors import WatchRefused
from workers.machine.job_roots import SHELLS, find_root, is_wrapper, job_root, launcher_of, program_of
from workers.machine.outputs import SOCKET, Found, Output, Trail
from workers.machine.proc_folder import ProcFolder, user_name
from workers.runs import log_choice, watchable

__all__ = ["NOTEBOOK", "PLAIN", "SHELL", "SLURM", "Discovery", "Output", "WatchRefused", "examine", "job_root"]

PLAIN, SHELL, NOTEBOOK, SLURM = "plain", "shell", "notebook", "slurm"
_DELETED = " (deleted)"
_CELLS = (
    "what cells print goes to the notebook's page by a socket; write it to a log file as well and name that"
    " (--log PATH), or to TensorBoard or a CSV file, which are found by themselves"
)


@dataclass(frozen=True)
class Discovery:
    """A running job as found.

    ``started`` is in UTC epoch seconds; ``root_of`` the pid of the job's top process where ``pid`` is a worker of it,
    else None; ``environ`` and ``argv`` are complete, secrets included: mask them before they are written anywhere.
    ``kind`` is :data:`PLAIN`, :data:`SHELL`, :data:`NOTEBOOK`, :data:`SLURM` or a launcher of
    ``workers.machine.job_roots``. ``notes`` are sentences for people.
    """

    pid: int
    start_ticks: int
    started: float
    user: str
    argv: list[str] = field(repr=False)
    cwd: str
    environ: dict[str, str] = field(repr=False)
    root_of: int | None
    log: Output
    others: list[Output]
    notes: list[str]
    kind: str


def examine(pid: int, *, proc: Path = Path("/proc")) -> Discovery:
    """Look at a running process and find out all that watching it needs.

    Takes a fraction of a second; up to some seconds where tmux, Slurm or a filesystem does not answer. Raises
    WatchRefused when it cannot be watched.
    """
    folder = ProcFolder(proc)
    process = watchable.check(folder, pid)
    argv, environ, cwd = folder.argv(pid), folder.environ(pid), folder.cwd(pid)
    kind = _kind(argv, environ)
    notes = []
    top = find_root(folder, pid)
    if top != pid:
        notes.append(
            f"Process {pid} is a worker of a job that process {top} began"
            f" ({watchable.shorten(folder.argv(top))}); watch that one to see the job's end: `machiai watch {top}`"
        )
    if not argv:
        notes.append("It is in uninterruptible sleep (waiting for a disk or a driver): its command line was not read")
    if cwd.endswith(_DELETED):
        cwd = cwd.removesuffix(_DELETED)
        notes.append(f"The folder it works in was deleted: {cwd}")
    many = launcher_of(argv) is not None or is_wrapper(argv) or program_of(argv)[0] in SHELLS
    outputs = log_choice.gather(folder, Trail(folder, environ), pid)
    if kind == NOTEBOOK:
        _as_notebook(folder, outputs, pid, process.parent)
        name = environ.get("JPY_SESSION_NAME", "")
        notes.append(f"It is the kernel of a notebook{f' ({name})' if name else ''}: it ends when that is closed")
    choice = log_choice.choose(outputs, argv, environ, many=many, pid=pid)
    notes += choice.notes
    now = folder.process(pid)
    if now is None or now.start_ticks != process.start_ticks:
        raise WatchRefused(f"process {pid} ended while it was looked at; there is nothing to watch any more")
    return Discovery(
        pid=pid,
        start_ticks=process.start_ticks,
        started=_epoch(process.start_ticks),
        user=user_name(folder.owner(pid)),
        argv=argv,
        cwd=cwd,
        environ=environ,
        root_of=top if top != pid else None,
        log=choice.log.output,
        others=[found.output for found in choice.others],
        notes=notes,
        kind=kind,
    )


def _kind(argv: list[str], environ: dict[str, str]) -> str:
    launcher = launcher_of(argv)
    if launcher:
        return launcher
    program, module = program_of(argv)
    if module.startswith("ipykernel") or "ipykernel" in program or any("ipykernel_launcher" in word for word in argv):
        return NOTEBOOK
    if environ.get("SLURM_JOB_ID"):
        return SLURM
    return SHELL if program in SHELLS else PLAIN


def _as_notebook(folder: ProcFolder, outputs: log_choice.Outputs, pid: int, parent: int) -> None:
    """Correct what was found of a notebook's kernel: what cells print goes to the browser by a socket, nowhere else.

    The log of the notebook's server, which a kernel inherits, is none of its own.
    """
    outputs.own = [Found(Output(None, SOCKET, None, pid, _CELLS), (SOCKET, pid))]
    try:
        inherited = set(folder.targets(parent).values())
    except OSError:
        inherited = set()
    outputs.open = [found for found in outputs.open if found.output.path not in inherited]


def _epoch(start_ticks: int) -> float:
    """When a process started, in epoch seconds by the clock of now."""
    since_boot = start_ticks / os.sysconf("SC_CLK_TCK")
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + since_boot
