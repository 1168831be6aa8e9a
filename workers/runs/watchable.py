"""Which running processes can be watched, and in plain words why another cannot."""

import os
from collections.abc import Sequence
from pathlib import Path

from store.errors import WatchRefused
from workers.machine.job_roots import SHELLS, is_python, program_of
from workers.machine.proc_folder import Process, ProcFolder, user_name
from workers.runs.command_line import mask

RUN_VARIABLE = "MACHIAI_RUN_ID"
_SCRIPTS = ("workers/runs/supervisor.py", "workers/machine/gpu_sampler.py", "app/main.py")
_SHOWN = 100


def check(folder: ProcFolder, pid: int) -> Process:
    """The process of that number if it can be watched; raises WatchRefused, with what to do, if not."""
    if isinstance(pid, bool) or not isinstance(pid, int) or pid <= 0:
        raise WatchRefused(f"{pid!r} is not the number of a process; `ps -u $USER` and `nvidia-smi` list them")
    process = folder.process(pid)
    if process is None:
        raise WatchRefused(_absence(folder, pid))
    leader = folder.status_line(pid, "Tgid")
    if leader and leader.isdigit() and int(leader) != pid:
        shown = shorten(folder.argv(int(leader)))
        whose = f"process {leader}" + (f" ({shown})" if shown else "")
        raise WatchRefused(f"{pid} is a thread of {whose}; watch that: `machiai watch {leader}`")
    if process.state in "ZXx":
        raise WatchRefused(
            f"process {pid} ({process.name}) has ended already: only its entry is left, until its parent"
            f" (process {process.parent}) takes note. There is nothing to watch any more"
        )
    if process.kernel:
        raise WatchRefused(
            f"{pid} is a part of the kernel ({process.name}), not a program; choose a training's process"
        )
    if pid == 1:
        raise WatchRefused(
            f"process 1 ({process.name}) is what keeps this machine or container running; choose the training's process"
        )
    argv = folder.argv(pid)
    own = name_of_ours(argv, folder.cwd(pid))
    if pid == os.getpid() or own:
        raise WatchRefused(f"process {pid} is Machiai itself ({own or 'this command'}); choose a training's process")
    _check_permission(folder, process)
    run = folder.environ(pid).get(RUN_VARIABLE)
    if run:
        raise WatchRefused(
            f"process {pid} belongs to run {run}, which Machiai launched and watches already: `machiai show {run}`"
        )
    return process


def name_of_ours(argv: Sequence[str], cwd: str = "") -> str | None:
    """What part of Machiai a command line is: ``daemon``, ``dashboard``, ``supervisor`` …; None for anybody else's."""
    program, module = program_of(argv)
    words = list(argv[1:])
    if program == "machiai" or (program in SHELLS and words and os.path.basename(words[0]) == "machiai"):
        return "machiai"
    if not argv or not is_python(argv[0]):
        return None
    code = words.index("-c") + 1 if "-c" in words[:3] else len(words)
    if module == "workers.cli" or "from workers.cli import main" in " ".join(words[code : code + 1]):
        after = words[words.index(module) + 1 :] if module else words[code + 1 :]
        return after[0] if after else "machiai"
    if module == "app":
        return "dashboard" if Path(cwd, "workers", "cli.py").is_file() else None
    for word in words:
        script = next((script for script in _SCRIPTS if word.endswith(script)), None)
        root = Path(cwd, word).parents[len(Path(script).parts) - 1] if script else None
        if script and root and (root / "workers" / "cli.py").is_file() and (root / "store" / "errors.py").is_file():
            return "dashboard" if script == "app/main.py" else Path(script).stem
    return None


def shorten(argv: Sequence[str]) -> str:
    """A command line as it may be shown in a sentence: secrets hidden, not endless, one line."""
    text = " ".join(" ".join(mask(argv)).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _check_permission(folder: ProcFolder, process: Process) -> None:
    try:
        folder.targets(process.pid)
        os.readlink(f"{folder.root}/{process.pid}/cwd")  # noqa: PTH115
    except PermissionError:
        uid = folder.owner(process.pid)
        whose = user_name(uid)
        if uid == os.geteuid() or os.geteuid() == 0:
            why = "although it is ours: it forbids to be looked at, or lies in a container"
            way = "Watch it from inside the container, or ask for its log: `machiai run` at its next start sees all"
        else:
            why = f"because it belongs to {whose}"
            way = f"Run `machiai watch {process.pid}` as {whose}, or as root"
        raise WatchRefused(
            f"process {process.pid} ({process.name}) may not be looked at, {why}. {way}. Nothing was changed"
        ) from None
    except FileNotFoundError:
        raise WatchRefused(_absence(folder, process.pid)) from None


def _absence(folder: ProcFolder, pid: int) -> str:
    """Why there is nothing at that number."""
    if Path(folder.root, str(pid)).is_dir() or (os.geteuid() != 0 and hides_processes(folder)):
        return (
            f"process {pid} has ended already, or it is another user's: this machine hides other users' processes"
            " (hidepid). Run the command as its user, or as root"
        )
    return f"there is no process {pid}: it has ended already. `machiai gpus` and `ps -u $USER` show what runs now"


def hides_processes(folder: ProcFolder) -> bool:
    """Whether /proc is mounted so that one user does not see another's processes."""
    try:
        lines = Path(folder.root, "mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    options = [fields[3].split(",") for fields in map(str.split, lines) if len(fields) > 3 and fields[1] == "/proc"]
    hiding = ("hidepid=1", "hidepid=2", "hidepid=4", "hidepid=noaccess", "hidepid=invisible", "hidepid=ptraceable")
    return any(word in hiding for words in options for word in words)
