"""Asking git without surprises: it asks nobody, runs no hook and no pager, takes no optional lock, fetches nothing,
and is ended with all its children when it takes too long or says too much."""

import contextlib
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from store.errors import CodeError
from workers.runs import snapshot

SECONDS = 10.0
OUTPUT_BYTES = 32 << 20
_ERROR_BYTES = 4000
_CONFIGURATION = (
    *("core.quotepath=off", "core.fsmonitor=false", "core.untrackedCache=false", "core.splitIndex=false"),
    *("core.hooksPath=/dev/null", "core.pager=cat", "core.safecrlf=false", "core.bigFileThreshold=20m"),
    *("log.showSignature=false", "log.follow=false", "diff.orderFile=/dev/null", "submodule.recurse=false"),
    *("apply.whitespace=nowarn", "apply.ignoreWhitespace=no", "gc.auto=0", "maintenance.auto=false"),
    *("advice.detachedHead=false", "credential.helper=", "core.askPass="),
)
_NO_FETCHING = ("-c", "protocol.allow=never")
PATCH_OPTIONS = (
    *("--binary", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv", "--submodule=short", "--unified=3"),
    *("--src-prefix=a/", "--dst-prefix=b/"),
)
"""A patch that `git apply` takes, whatever the user's configuration."""


@dataclass(frozen=True)
class Answer:
    """What git said: ``cut`` where it said more than asked for, ``late`` where it was ended for taking too long."""

    code: int
    output: bytes
    error: str
    cut: bool = False
    late: bool = False

    @property
    def ok(self) -> bool:
        """Whether it did all that was asked."""
        return self.code == 0 and not self.cut and not self.late

    @property
    def text(self) -> str:
        """The output as text, without the line's end."""
        return self.output.decode("utf-8", "replace").rstrip("\n")

    @property
    def parts(self) -> list[str]:
        """The output of ``-z``: what lies between the NULs. Bytes that are no text survive, as in file names."""
        return [os.fsdecode(part) for part in self.output.split(b"\0") if part]


@dataclass(frozen=True)
class Git:
    """Git in one working tree; ``environment`` is added to a clean one."""

    root: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float = SECONDS

    def ask(
        self,
        *arguments: str,
        given: bytes = b"",
        limit: int = OUTPUT_BYTES,
        seconds: float | None = None,
        may_fetch: bool = False,
    ) -> Answer:
        """Run a command to its end, with ``given`` on its input; a refusal is an answer too.

        CodeError where git cannot be started at all.
        """
        options = [word for one in _CONFIGURATION for word in ("-c", one)]
        command = ["git", "-C", str(self.root), *options, *(() if may_fetch else _NO_FETCHING), *arguments]
        deadline = time.monotonic() + (self.seconds if seconds is None else seconds)
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as errors:
            source.write(given)
            source.seek(0)
            try:
                process = subprocess.Popen(
                    command,
                    stdin=source,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env=clean_environment() | dict(self.environment),
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) else str(error)
                raise CodeError(f"git could not be started ({reason}); install git and have it on the PATH") from error
            output, cut, late = _read(process, limit, deadline)
            errors.seek(0)
            said = errors.read(_ERROR_BYTES).decode("utf-8", "replace").strip()
        return Answer(process.returncode if process.returncode is not None else -1, output, said, cut, late)

    def need(
        self, *arguments: str, given: bytes = b"", seconds: float | None = None, may_fetch: bool = False
    ) -> Answer:
        """As ``ask``, but CodeError with the reason in plain words where it was not done, or not wholly."""
        answer = self.ask(*arguments, given=given, seconds=seconds, may_fetch=may_fetch)
        if not answer.ok:
            raise CodeError(explain(self.root, answer, arguments[0]))
        return answer

    def beside(self, **environment: str) -> "Git":
        """The same with more in the environment."""
        return Git(self.root, {**self.environment, **environment}, self.seconds)


@dataclass(frozen=True)
class Repository:
    """Where the parts of a repository lie; ``main`` is its first working tree, ``root`` the one that was asked for."""

    root: Path
    index: Path
    objects: Path
    main: Path


def locate(root: Path) -> Repository:
    """The repository whose working tree is ``root``; CodeError where that is gone, none, or not ours to read."""
    if not root.is_dir():
        raise CodeError(f"{root} is no longer there; was it moved or deleted?")
    if not (root / ".git").exists():
        raise CodeError(f"{root} is no git repository any more")
    paths = ("--git-path", "index", "--git-path", "objects", "--git-common-dir")
    lines = Git(root).need("rev-parse", "--show-toplevel", *paths).text.split("\n")
    if len(lines) != 4 or not _is_same(Path(lines[0]), root):
        raise CodeError(f"{root} is no git repository any more")
    index, objects, common = (Path(os.path.normpath(root / line)) for line in lines[1:])
    return Repository(root, index, objects, common.parent if common.name == ".git" else root)


def clean_environment() -> dict[str, str]:
    """Our environment, without what leads git elsewhere or makes it ask, in the language its answers are read in."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "SSH_ASKPASS": "true"}
    return (
        environment | quiet | {"GIT_PAGER": "cat", "GIT_EDITOR": "true", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C.UTF-8"}
    )


def find_root(folder: Path) -> Path | None:
    """The top of the working tree that holds ``folder``, found without asking git."""
    return snapshot.find_root(folder)


def explain(root: Path, answer: Answer, what: str) -> str:
    """Why git did not do what it was asked, and the way out where there is a known one."""
    if answer.late:
        return f"git {what} in {root} took too long and was ended; is the disk slow?"
    if answer.cut:
        return f"git {what} in {root} said too much to be read whole"
    if "dubious ownership" in answer.error:
        way = f"git config --global --add safe.directory {root}"
        return f"git does not read {root}, which belongs to another user; if you trust it: {way}"
    lines = [line for line in answer.error.splitlines() if line.startswith(("fatal:", "error:"))]
    said = (lines or answer.error.splitlines() or [f"exit code {answer.code}"])[0]
    return f"git {what} failed in {root}: {said.removeprefix('fatal: ').removeprefix('error: ')}"


def _read(process: "subprocess.Popen[bytes]", limit: int, deadline: float) -> tuple[bytes, bool, bool]:
    """What a process writes until it ends, has written ``limit`` bytes or it is too late; it is gone afterwards."""
    assert process.stdout is not None
    chunks, size, cut, late = [], 0, False, False  # type: list[bytes], int, bool, bool
    poll = select.poll()
    poll.register(process.stdout, select.POLLIN | select.POLLHUP)
    while True:
        ready = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
        if not ready:
            late = True
            break
        chunk = os.read(process.stdout.fileno(), 1 << 16)
        if not chunk:
            break
        chunks.append(chunk[: limit - size])
        size += len(chunk)
        if size > limit:
            cut = True
            break
    if not cut and not late:
        try:
            process.wait(max(0.05, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            late = True
    if cut or late:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):  # it hangs in the kernel: on a disk that is gone
            process.wait(1.0)
    process.stdout.close()
    return b"".join(chunks), cut, late


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
