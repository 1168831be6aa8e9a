"""Which runs are of the same kind: those that execute the same program, whatever options they give it."""

import re
import shlex
import zlib
from collections.abc import Sequence
from pathlib import PurePosixPath

_SHELLS = {"sh", "bash", "zsh", "dash", "ksh", "fish"}
_BEFORE = {"env", "nice", "nohup", "exec", "time", "stdbuf", "setsid", "ionice", "taskset", "numactl", "timeout", "uv"}
_STARTERS = {
    "torchrun",
    "accelerate",
    "deepspeed",
    "srun",
    "mpirun",
    "mpiexec",
    "horovodrun",
    "composer",
    "ray",
    "launch",
}
_STARTER_MODULES = {"torch.distributed.run", "torch.distributed.launch", "accelerate.commands.launch"}
_SCRIPT = re.compile(r"[^=\s]+\.(py|sh|bash|ipynb|jl|R|lua|pl|rb|m)")
_PYTHON = re.compile(r"(python|pypy)[\d.]*")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_SUBCOMMAND = re.compile(r"[A-Za-z][A-Za-z_-]*")


def kind_of(argv: Sequence[str], cwd: str | None = None) -> str:
    """A key for the program on a command line: its interpreter, script or module, and subcommand; no options, values
    or data. Within a project, runs with the same key are of the same kind. Empty for an empty command.

    >>> kind_of(["python3.11", "train.py", "--lr", "3e-4"]), kind_of(["torchrun", "--nnodes", "2", "a.py", "fit"])
    ('python train.py', 'torchrun a.py fit')
    """
    words = _unwrap(list(argv))
    if not words:
        return ""
    program = PurePosixPath(words[0]).name
    rest = words[1:]
    if program in _SHELLS:
        for position, word in enumerate(rest[:-1]):
            if word.startswith("-") and word.endswith("c"):
                return _kind_of_shell(rest[position + 1], cwd)
    if _PYTHON.fullmatch(program):
        return _kind_of_python(rest, cwd)
    if _SCRIPT.fullmatch(words[0]):
        return " ".join([_path(words[0], cwd), *_subcommand(rest)])
    if program in _STARTERS or program in _SHELLS or (rest and _SCRIPT.fullmatch(rest[0])):
        return " ".join([program, *_script(rest, cwd)])
    return " ".join([program, *_subcommand(rest)])


def _unwrap(words: list[str]) -> list[str]:
    """The command without what only sets the stage for it."""
    while words:
        name = PurePosixPath(words[0]).name
        if _ASSIGNMENT.fullmatch(words[0]) or name in _BEFORE or name == "run":
            words = words[1:]
            while (
                words and name in _BEFORE and (words[0].startswith("-") or re.fullmatch(r"[\d.,:-]+[smhd]?", words[0]))
            ):
                words = words[1:]
        else:
            break
    return words


def _kind_of_shell(script: str, cwd: str | None) -> str:
    try:
        words = shlex.split(script.split("&&")[-1].split(";")[-1])
    except ValueError:
        return f"sh -c {zlib.crc32(script.encode()):08x}"
    return kind_of(words, cwd)


def _kind_of_python(words: Sequence[str], cwd: str | None) -> str:
    position = 0
    while position < len(words):
        word = words[position]
        following = words[position + 1 : position + 2]
        if word == "-m" and following:
            after = words[position + 2 :]
            if following[0] in _STARTER_MODULES:
                return " ".join(["python -m", following[0], *_script(after, cwd)])
            return " ".join(["python -m", following[0], *_subcommand(after)])
        if word == "-c" and following:
            return f"python -c {zlib.crc32(following[0].encode()):08x}"
        if word in ("-W", "-X"):
            position += 1
        elif not word.startswith("-"):
            return " ".join(["python", _path(word, cwd), *_subcommand(words[position + 1 :])])
        position += 1
    return "python"


def _script(words: Sequence[str], cwd: str | None) -> list[str]:
    """The script that a launcher starts, with its subcommand."""
    for position, word in enumerate(words):
        if word == "-m" and position + 1 < len(words):
            return ["-m", words[position + 1], *_subcommand(words[position + 2 :])]
        if _SCRIPT.fullmatch(word) and not word.startswith("-"):
            return [_path(word, cwd), *_subcommand(words[position + 1 :])]
    return []


def _subcommand(words: Sequence[str]) -> list[str]:
    """Up to two plain words before the first option: ``fit``, ``detect train``."""
    found: list[str] = []
    for word in words[:2]:
        if not _SUBCOMMAND.fullmatch(word):
            break
        found.append(word)
    return found


def _path(script: str, cwd: str | None) -> str:
    path = PurePosixPath(script)
    if cwd and path.is_absolute() and path.is_relative_to(cwd):
        path = path.relative_to(cwd)
    return str(path)
