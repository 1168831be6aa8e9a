"""From a worker to the top of its job: the process that began it and whose end is the job's end.

A GPU shows the workers of a training (ranks, forked children); a person started something above them: torchrun,
mpirun, `uv run`. The climb goes only through parents of the same user that are known to carry one job. Shells in a
terminal, scripts, tmux, cron, ssh, notebook servers and editors carry many, and are never climbed into.
"""

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from workers.machine.proc_folder import ProcFolder


def _words(text: str) -> list[str]:
    return text.split()


SHELLS = frozenset(_words("sh bash zsh dash ksh fish ash"))
TORCHRUN, ACCELERATE, DEEPSPEED, MPI = "torchrun", "accelerate", "deepspeed", "mpi"
_HIGHEST = 32
_WITH_VALUE = ("-W", "-X", "--check-hash-based-pycs")
_PROGRAMS = {
    "torchrun": TORCHRUN,
    "accelerate": ACCELERATE,
    "accelerate-launch": ACCELERATE,
    "deepspeed": DEEPSPEED,
    "colossalai": TORCHRUN,
    **dict.fromkeys(_words("mpirun mpiexec mpiexec.hydra mpiexec.mpich orterun prterun prun orted prted"), MPI),
    **dict.fromkeys(_words("hydra_pmi_proxy hydra_bstrap_proxy horovodrun"), MPI),
}
_MODULES = {
    "torch.distributed.run": TORCHRUN,
    "torch.distributed.launch": TORCHRUN,
    "torch.distributed.elastic.multiprocessing": TORCHRUN,
    "accelerate.commands.launch": ACCELERATE,
    "accelerate.commands.accelerate_cli": ACCELERATE,
    "deepspeed.launcher.launch": DEEPSPEED,
    "deepspeed.launcher.runner": DEEPSPEED,
    "horovod.runner.launch": MPI,
}
_WRAPPERS = frozenset(
    _words(
        "srun time nohup nice ionice chrt stdbuf timeout env setsid numactl taskset xvfb-run catchsegv strace nsys ncu"
    )
)
_RUNNERS = {
    **dict.fromkeys(_words("uv poetry conda mamba micromamba pipenv pdm rye hatch pixi lightning fabric"), ("run",)),
    **dict.fromkeys(_words("apptainer singularity"), ("exec", "run")),
}
_SPAWNED = re.compile(r"multiprocessing[\w.]*(spawn|forkserver|resource_tracker|popen)|--multiprocessing-fork")
_REDIRECTION = re.compile(r"\d*>&\d?|&>>?")
_PREPARING = frozenset(
    _words("cd source . export set ulimit module conda mamba unset umask eval pushd mkdir echo printf date true : exit")
)


def job_root(pid: int, *, proc: Path = Path("/proc")) -> int:
    """The top process of the job that ``pid`` works in; ``pid`` itself when nothing above it belongs to the job."""
    return find_root(ProcFolder(proc), pid)


def find_root(folder: ProcFolder, pid: int) -> int:
    """As :func:`job_root`, on processes that are being looked at already."""
    top, user, argv = pid, folder.owner(pid), folder.argv(pid, patient=False)
    for _ in range(_HIGHEST):
        process = folder.process(top)
        if process is None or process.parent <= 1 or folder.owner(process.parent) != user:
            break
        above = folder.argv(process.parent, patient=False)
        if not (_carries(above, argv) or _is_runners_script(folder, process.parent, above)):
            break
        top, argv = process.parent, above
    return top


def launcher_of(argv: Sequence[str]) -> str | None:
    """Which launcher of many workers a command line is: a word of this module's, as :data:`TORCHRUN`, or None."""
    program, module = program_of(argv)
    if module:
        return _MODULES.get(module)
    return _PROGRAMS.get(program)


def is_wrapper(argv: Sequence[str]) -> bool:
    """Whether a command line only starts another: `uv run`, `time`, `sh -c` with a single command."""
    program, module = program_of(argv)
    if program in SHELLS:
        return not module and _is_single_command(argv)
    rest = argv[1:] if os.path.basename(argv[0] if argv else "") == program else argv[2:]
    return program in _WRAPPERS or any(word in _RUNNERS.get(program, ()) for word in rest[:4])


def program_of(argv: Sequence[str]) -> tuple[str, str]:
    """The program's name and, for `python -m MODULE`, the module: of a Python script the script's name is given."""
    if not argv:
        return "", ""
    program = os.path.basename(argv[0]).lstrip("-")
    if not is_python(program):
        return program, ""
    words = list(argv[1:])
    while words:
        word = words.pop(0)
        if word == "-m":
            return program, words[0] if words else ""
        if word == "-c":
            return program, ""
        if word in _WITH_VALUE:
            words[:1] = []
        elif not word.startswith("-"):
            return os.path.basename(word), ""
    return program, ""


def is_python(program: str) -> bool:
    """Whether a program's name is that of a Python interpreter."""
    return re.fullmatch(r"(python|pypy)[\d.]*t?", os.path.basename(program)) is not None


def _carries(above: Sequence[str], argv: Sequence[str]) -> bool:
    """Whether a parent of that command line is a part of the same job as its child."""
    if not above:
        return False
    if launcher_of(above) or is_wrapper(above):
        return True
    if not is_python(above[0]) or program_of(above)[0] in ("jupyter", "jupyter-lab", "jupyter-notebook"):
        return False
    retitled = len(argv) == 1 and "::" in argv[0]
    return list(above) == list(argv) or retitled or any(_SPAWNED.search(word) for word in argv[1:])


def _is_runners_script(folder: ProcFolder, pid: int, argv: Sequence[str]) -> bool:
    """Whether a shell runs the little script that `conda run` or `xvfb-run` puts between itself and the command."""
    process = folder.process(pid)
    if process is None or process.parent <= 1 or program_of(argv)[0] not in SHELLS:
        return False
    if any(os.path.basename(word) == "xvfb-run" for word in argv[1:2]):
        return True
    above = folder.argv(process.parent, patient=False)
    return program_of(above)[0] in ("conda", "mamba", "micromamba") and is_wrapper(above)


def _is_single_command(argv: Sequence[str]) -> bool:
    """Whether a shell was called as `sh -c` with one command, whatever prepares it (`cd …; source …; command`)."""
    for position, word in enumerate(argv[1:], start=1):
        if not word.startswith(("-", "+")):
            return False
        if not word.startswith("--") and word.endswith("c"):
            return position + 1 < len(argv) and _counts_one(argv[position + 1])
    return False


def _counts_one(script: str) -> bool:
    try:
        plain = _REDIRECTION.sub(" ", script.strip()).replace("\n", " ; ")
        lexer = shlex.shlex(plain, posix=True, punctuation_chars=";&|()")
        lexer.whitespace_split = True
        words = list(lexer)
    except ValueError:
        return False
    commands: list[list[str]] = [[]]
    for word in words:
        if word in (";", "&&", "||", "&", "|", "|&"):
            if word not in ("|", "|&"):  # a pipeline is one command
                commands.append([])
        else:
            commands[-1].append(word)
    working = [command for command in commands if command and not _prepares(command)]
    loops = ("for", "while", "until", "if", "case", "(", "{")
    return len(working) == 1 and working[0][0] not in loops


def _prepares(command: Sequence[str]) -> bool:
    """Whether a command is only beside another: assignments, `cd`, `source`, `echo`."""
    return command[0] in _PREPARING or all(re.match(r"\w+=", word) for word in command)
