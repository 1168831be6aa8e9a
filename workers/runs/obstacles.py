"""Why a command cannot be executed, with the exit code that a shell would give. Standard library only."""

import errno
import os
import shutil
from pathlib import Path

NOT_FOUND = 127
NOT_EXECUTABLE = 126


def find(argv: list[str], cwd: str) -> None:
    """OSError for a command that could not be executed: better now than after hours in the queue."""
    path = str(Path(cwd, argv[0])) if os.sep in argv[0] else shutil.which(argv[0])
    if path is None or not Path(path).exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), argv[0])
    if Path(path).is_dir() or not os.access(path, os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), argv[0])


def explain(error: OSError, argv: list[str], cwd: str) -> tuple[int, str]:
    """The exit code and the words for a command that could not be executed, as shells have them."""
    if error.filename == cwd and argv[0] != cwd:
        return NOT_EXECUTABLE, f"cannot enter the folder {cwd}: {error.strerror}"
    if isinstance(error, FileNotFoundError):
        if Path(cwd, argv[0]).exists() if os.sep in argv[0] else shutil.which(argv[0]):
            return NOT_EXECUTABLE, f"the interpreter that {argv[0]} names in its first line was not found"
        return NOT_FOUND, f"command not found: {argv[0]}"
    if isinstance(error, PermissionError | IsADirectoryError):
        return NOT_EXECUTABLE, f"not executable: {argv[0]}"
    if error.errno == errno.ENOEXEC:
        return NOT_EXECUTABLE, f"cannot execute {argv[0]}: it has no first line such as #!/bin/sh, and is no program"
    return NOT_EXECUTABLE, f"cannot execute {argv[0]}: {error.strerror}"
