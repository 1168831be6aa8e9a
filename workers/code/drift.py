"""Drift: what differs now from the code a run started with, and what of it the run imports."""

import os
from collections.abc import Sequence
from pathlib import Path

from store.drifts import Drift, DriftCommit, DriftFile
from store.errors import CodeError
from store.runs import Run
from workers.code.changes import Change, printable
from workers.code.closure import Closure, find_closure
from workers.code.run_code import RunCode, code_of
from workers.code.tree_files import DiskFiles, TreeFiles
from workers.code.working_tree import WorkingTree, open_tree

MOST_FILES = 300
MOST_COMMITS = 50
MOST_SOURCES = 1000
_CLOCK_SECONDS = 2.0
"""How much later than the run's start a file may be stamped that was there already: filesystems round."""


def find_drift(run: Run, now: float) -> Drift:
    """How far the working tree is from a run's code now. What cannot be known is said in the drift, never raised."""
    try:
        code = code_of(run)
        with open_tree(code.root) as tree:
            return drift_in(tree, run, code, now)[0]
    except CodeError as error:
        return unknown_drift(run, str(error), now)


def drift_in(
    tree: WorkingTree, run: Run, code: RunCode, now: float, closure: Closure | None = None
) -> tuple[Drift, Closure]:
    """As ``find_drift``, in a working tree that is open already; the closure comes back, for it stays the same.

    CodeError where nothing can be compared.
    """
    gaps = list(code.gaps)
    try:
        built = tree.scratch.build_tree(code.commit, code.patch)
    except CodeError as error:
        if code.patch is None:
            raise
        built = tree.scratch.build_tree(code.commit, None)
        gaps.insert(0, f"its uncommitted changes cannot be put together again ({error})")
    changes, counted = tree.compare(built)
    new = {change.path for change in changes if change.status in ("added", "renamed")}
    if closure is None:
        disk = DiskFiles(code.root, lambda path: path in new and not code.was_untracked(path))
        closure = closure_of(run, TreeFiles(tree.git, built, disk), code.root)
    files = [_file(change, closure) for change in _settle(changes, code, run.created)]
    files += _touched_beside(closure, {file.path for file in files}, new, tree, built, code, run.created)
    files.sort(key=lambda file: (not file.imported, -((file.added or 0) + (file.deleted or 0)), file.path))
    commits, count, gone = _commits_since(tree, code.commit)
    drift = Drift(
        run.id,
        now,
        known=not gaps,
        why="; ".join(gaps),
        commit=code.commit,
        started_dirty=code.dirty,
        head=tree.head,
        branch=tree.branch,
        dirty=tree.dirty,
        commits=tuple(commits),
        commit_count=count,
        gone=gone,
        files=tuple(files[:MOST_FILES]),
        file_count=len(files),
        imported_count=sum(file.imported for file in files),
        added=sum(file.added or 0 for file in files),
        deleted=sum(file.deleted or 0 for file in files),
        entry=printable(closure.entry),
        imports=len(closure.files),
        sources=_sources(closure),
        submodules=tuple(printable(one) for one in tree.submodules),
        others=tree.others,
        capped=tree.capped or not counted or len(files) > MOST_FILES or closure.capped,
    )
    return drift, closure


def unknown_drift(run: Run, why: str, now: float) -> Drift:
    """The drift of a run whose code cannot be compared: which files were written since, as far as their times tell."""
    root = Path(run.cwd)
    closure = Closure()
    if not run.git and root.is_dir():
        closure = closure_of(run, DiskFiles(root), root)
    files = [
        DriftFile(printable(path), "touched", imported=True)
        for path in sorted(closure.files)
        if _is_later(root / path, run.created)
    ]
    return Drift(
        run.id,
        now,
        known=False,
        why=why,
        commit=(run.git or {}).get("commit"),
        files=tuple(files[:MOST_FILES]),
        file_count=len(files),
        imported_count=len(files),
        entry=printable(closure.entry),
        imports=len(closure.files),
        sources=_sources(closure),
    )


def closure_of(run: Run, sources: TreeFiles | DiskFiles, root: Path) -> Closure:
    """The files of the project that a run's command uses."""
    folder = os.path.relpath(run.cwd, root)
    inside: str | None = "" if folder == "." else folder
    if folder == ".." or folder.startswith("../"):
        inside = None
    return find_closure(run.argv, inside, sources, run.environment, str(root))


def _sources(closure: Closure) -> tuple[str, ...]:
    return tuple(printable(path) for path in sorted(closure.files)[:MOST_SOURCES])


def _settle(changes: Sequence[Change], code: RunCode, created: float) -> list[Change]:
    """The changes without files that were there already when the run started, only not under git."""
    settled = []
    for change in changes:
        if change.status == "renamed" and change.was is not None and code.was_untracked(change.path):
            settled.append(Change(change.was, "deleted"))
        elif change.status != "added" or not code.was_untracked(change.path):
            settled.append(change)
            continue
        if _is_later(code.root / change.path, created):
            settled.append(Change(change.path, "touched"))
    known = {change.path for change in changes}
    gone = [one for one in code.untracked if not one.endswith("/") and one not in known]
    settled += [Change(one, "deleted") for one in gone if one.endswith(".py") and not (code.root / one).exists()]
    return settled


def _file(change: Change, closure: Closure) -> DriftFile:
    imported = change.path in closure.files or change.was in closure.files
    was = printable(change.was) if change.was is not None else None
    return DriftFile(printable(change.path), change.status, change.added, change.deleted, imported, was)


def _touched_beside(
    closure: Closure, known: set[str], new: set[str], tree: WorkingTree, built: str, code: RunCode, created: float
) -> list[DriftFile]:
    """Files the run imports that are not under git at all (ignored, or in a submodule) and were written since."""
    later = [path for path in closure.files - known - new if _is_later(code.root / path, created)]
    if not later:
        return []
    given = set(tree.git.need("ls-tree", "-r", "-z", "--name-only", "--full-tree", built).parts)
    return [DriftFile(printable(path), "touched", imported=True) for path in sorted(later) if path not in given]


def _commits_since(tree: WorkingTree, commit: str) -> tuple[list[DriftCommit], int, int]:
    """The commits HEAD has more than the run, newest first and cut; how many these are; how many it has not."""
    if tree.head is None or tree.head == commit:
        return [], 0, 0
    counted = tree.git.ask("rev-list", "--left-right", "--count", f"{commit}...{tree.head}")
    words = counted.text.split()
    gone, count = (int(words[0]), int(words[1])) if counted.ok and len(words) == 2 else (0, 0)
    options = ("--format=%H%x1f%ct%x1f%s", "--encoding=UTF-8", "-z", f"-n{MOST_COMMITS}", "--no-notes")
    listed = tree.git.ask("log", *options, f"{commit}..{tree.head}", "--")
    rows = [os.fsencode(part).decode("utf-8", "replace").strip("\n").split("\x1f", 2) for part in listed.parts]
    return [DriftCommit(row[0], row[2], float(row[1])) for row in rows if len(row) == 3], count, gone


def _is_later(path: Path, created: float) -> bool:
    try:
        return path.stat().st_mtime > created + _CLOCK_SECONDS
    except OSError:
        return False
