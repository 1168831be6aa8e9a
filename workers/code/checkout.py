"""A run's exact code in a folder of its own, to fix a bug where it belongs; and the fix as a patch for the head."""

import contextlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from store.errors import CodeError
from store.runs import Run
from workers.code.changes import printable
from workers.code.git import PATCH_OPTIONS, Git, Repository, explain, locate
from workers.code.run_code import RunCode, code_of
from workers.code.scratch import Scratch, open_scratch
from workers.code.working_tree import look_at

CHECKOUT_SECONDS = 600.0
_SHOWN = 8
_PATCH_BYTES = 50 << 20


@dataclass(frozen=True)
class Checkout:
    """Code that was put into ``folder``; ``missing`` says, a line each, what the run had that is not in it.

    ``cloned`` is True where the repository could not keep a linked working tree, so that it is a clone of its own.
    """

    folder: Path
    commit: str
    patched: bool
    cloned: bool
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Fix:
    """What was changed in a checkout, as a patch, and whether it fits the head: ``clean``, ``conflicts`` or ``fails``.

    ``conflicts`` names the files to be merged by hand, ``reason`` is what git says where it does not fit at all.
    """

    patch: bytes
    head: str
    branch: str | None
    fits: str
    conflicts: tuple[str, ...] = ()
    reason: str = ""


def check_out(run: Run, folder: Path) -> Checkout:
    """Put the code of a run into ``folder``: its commit, and on it what was not committed when it started.

    The user's own working tree, branches and index stay as they are. CodeError, with nothing left behind, where the
    folder holds something or the code cannot be had.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 — links in it stay as they were typed
    code = code_of(run)
    repository = locate(code.root)
    was_there = folder.exists()
    if was_there and (not folder.is_dir() or any(folder.iterdir())):
        raise CodeError(f"{folder} is not empty; name a folder that does not exist yet")
    with open_scratch(repository) as scratch:
        missing, patch = [*code.gaps], code.patch
        try:
            scratch.build_tree(code.commit, patch)
        except CodeError as error:
            if patch is None:
                raise
            scratch.build_tree(code.commit, None)
            missing.insert(0, f"its uncommitted changes: {error}")
            patch = None
    try:
        cloned = _make(repository, code, folder)
        if patch is not None:
            Git(folder).need("apply", "--index", "--whitespace=nowarn", str(patch), seconds=CHECKOUT_SECONDS)
    except BaseException:
        _take_back(repository, folder, was_there)
        raise
    missing += _missing(code, Git(folder))
    return Checkout(folder, code.commit, patch is not None, cloned, tuple(missing))


def find_fix(run: Run, folder: Path) -> Fix:
    """What was changed in ``folder``, a checkout of a run's code, since it was made; tried on the head of the run's
    repository, without touching it.

    CodeError where the folder is no checkout, or the code of the run cannot be had.
    """
    code = code_of(run)
    folder = Path(os.path.abspath(folder))  # noqa: PTH100
    if not folder.is_dir():
        raise CodeError(f"{folder} is not there; put the code there first: machiai code {run.id} {folder}")
    repository, other = locate(code.root), locate(folder)
    with open_scratch(repository, other) as scratch:
        started = _build_known(scratch, code)
        tree = look_at(scratch, other, "fix.index")
        answer = tree.git.ask("diff-index", "--cached", "-p", "-M", *PATCH_OPTIONS, started, limit=_PATCH_BYTES)
        if not answer.ok:
            raise CodeError(explain(other.root, answer, "diff-index"))
        head = Git(repository.root).need("rev-parse", "--verify", "HEAD").text
        branch = Git(repository.root).ask("symbolic-ref", "--quiet", "--short", "HEAD").text or None
        fits, conflicts, reason = _try_on(scratch, head, answer.output)
    return Fix(answer.output, head, branch, fits, conflicts, reason)


def _build_known(scratch: Scratch, code: RunCode) -> str:
    """The tree that ``check_out`` gives: without the patch where that cannot be had."""
    try:
        return scratch.build_tree(code.commit, code.patch)
    except CodeError:
        if code.patch is None:
            raise
        return scratch.build_tree(code.commit, None)


def _try_on(scratch: Scratch, commit: str, patch: bytes) -> tuple[str, tuple[str, ...], str]:
    if not patch:
        return "clean", (), ""
    git = scratch.git("head.index")
    git.need("read-tree", commit)
    done = git.ask("apply", "--cached", "--3way", "--whitespace=nowarn", given=patch)
    unmerged = git.ask("ls-files", "--unmerged", "-z").parts
    conflicts = tuple(sorted({printable(line.partition("\t")[2]) for line in unmerged}))
    if done.ok:
        return "clean", (), ""
    return ("conflicts", conflicts, "") if conflicts else ("fails", (), explain(scratch.repository.root, done, "apply"))


def _make(repository: Repository, code: RunCode, folder: Path) -> bool:
    """Make the folder with the commit in it; whether that took a clone."""
    git = Git(repository.root, seconds=CHECKOUT_SECONDS)
    # Forced, since a folder that was made before and deleted by hand is still known to git as a working tree.
    linked = git.ask("worktree", "add", "--force", "--detach", "--quiet", str(folder), code.commit)
    if linked.ok:
        return False
    try:
        source = str(repository.root)
        git.need("clone", "--shared", "--no-checkout", "--quiet", "--", source, str(folder), may_fetch=True)
        Git(folder, seconds=CHECKOUT_SECONDS).need("checkout", "--detach", "--quiet", code.commit)
    except CodeError as error:
        raise CodeError(
            f"{explain(repository.root, linked, 'worktree add')}; nor does a clone work: {error}; "
            "if it is the folder, name another one"
        ) from error
    return True


def _take_back(repository: Repository, folder: Path, was_there: bool) -> None:
    with contextlib.suppress(CodeError):
        Git(repository.root).ask("worktree", "remove", "--force", str(folder))
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(CodeError):
        Git(repository.root).ask("worktree", "prune")
    if was_there:
        with contextlib.suppress(OSError):
            folder.mkdir()


def _missing(code: RunCode, git: Git) -> list[str]:
    """What the run could read that is not under git, so not in its code."""
    lines = []
    if code.untracked:
        lines.append(f"untracked files: {name_some([printable(one) for one in code.untracked])}")
    staged = git.ask("ls-files", "--stage", "-z").parts
    submodules = sorted(printable(line.partition("\t")[2]) for line in staged if line.startswith("160000 "))
    if submodules:
        way = "git submodule update --init"
        lines.append(f"the content of submodules: {name_some(submodules)} (in the folder: {way})")
    return lines


def name_some(names: Sequence[str]) -> str:
    """A list in words, cut where it gets long."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
