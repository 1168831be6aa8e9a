"""What is recorded of the code a run started with, and what of it is not known."""

from dataclasses import dataclass
from pathlib import Path

from store.errors import CodeError
from store.runs import Run
from workers.runs import rundir, snapshot


@dataclass(frozen=True)
class RunCode:
    """A commit, a patch on it where there were uncommitted changes, and the names of untracked files.

    ``gaps`` says what is not known of it; it is empty where commit and patch are exactly the run's code.
    """

    root: Path
    commit: str
    patch: Path | None
    dirty: bool
    untracked: tuple[str, ...]
    gaps: tuple[str, ...]

    def was_untracked(self, path: str) -> bool:
        """Whether a file was not under git when the run started, alone or with its folder."""
        return any(path == one or (one.endswith("/") and path.startswith(one)) for one in self.untracked)


def code_of(run: Run) -> RunCode:
    """What is recorded of a run's code; CodeError where no commit is."""
    git = run.git
    if not git:
        raise CodeError(f"{run.name} did not start in a git repository: what its code was is not known")
    root, commit = str(git.get("root") or run.cwd), git.get("commit")
    if not commit:
        reason = git.get("note") or "the repository had no commit yet"
        raise CodeError(f"the commit that {run.name} started with is not known: {reason}")
    gaps = []
    patch: Path | None = Path(run.directory) / rundir.PATCH
    if git.get("dirty") is None:
        gaps.append("whether there were uncommitted changes when it started is not known")
    elif git.get("dirty") and git.get("patch_truncated"):
        size = int(git.get("patch_bytes") or 0) / 1e6
        gaps.append(f"its uncommitted changes were too large to be kept whole (cut at {size:.0f} MB)")
    elif git.get("dirty") and not _is_file(patch):
        gaps.append("its uncommitted changes were not kept")
    elif git.get("note"):
        gaps.append(str(git["note"]))
    if gaps or not git.get("dirty") or not _has_content(patch):
        patch = None
    if git.get("as_of"):
        gaps.append("it was running already when watching it began: the code is that of then")
    untracked = tuple(str(name) for name in git.get("untracked") or ())
    if len(untracked) >= snapshot.UNTRACKED_NAMES:
        gaps.append(f"it had more untracked files than the {snapshot.UNTRACKED_NAMES} that were noted")
    return RunCode(Path(root), str(commit), patch, bool(git.get("dirty")), untracked, tuple(gaps))


def _is_file(path: Path | None) -> bool:
    return path is not None and path.is_file()


def _has_content(path: Path | None) -> bool:
    try:
        return path is not None and path.stat().st_size > 0
    except OSError:
        return False
