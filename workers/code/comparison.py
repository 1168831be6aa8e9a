"""The code of two runs side by side: which files differ, and how."""

from dataclasses import dataclass

from store.drifts import DriftFile
from store.errors import CodeError
from store.runs import Run
from workers.code.changes import list_changes, printable
from workers.code.drift import closure_of
from workers.code.git import PATCH_OPTIONS, explain, locate
from workers.code.run_code import RunCode, code_of
from workers.code.scratch import Scratch, open_scratch
from workers.code.tree_files import DiskFiles, TreeFiles

PATCH_BYTES = 4_000_000


@dataclass(frozen=True)
class Comparison:
    """What differs from the code of one run to that of another; ``notes`` says what is not known of either.

    ``patch`` is a unified diff, cut where ``capped``. ``imported`` are files that either run imports.
    """

    files: tuple[DriftFile, ...]
    patch: bytes
    capped: bool
    notes: tuple[str, ...]

    @property
    def added(self) -> int:
        """Lines only the second has."""
        return sum(file.added or 0 for file in self.files)

    @property
    def deleted(self) -> int:
        """Lines only the first has."""
        return sum(file.deleted or 0 for file in self.files)


def compare(first: Run, second: Run) -> Comparison:
    """Compare the code two runs started with; CodeError where that of one of them cannot be had at all."""
    codes = [code_of(first), code_of(second)]
    places = [locate(code.root) for code in codes]
    notes: list[str] = []
    with open_scratch(*places) as scratch:
        trees = [_build(scratch, code, run, notes) for code, run in zip(codes, (first, second), strict=True)]
        git = scratch.git("built.index")
        changes, counted = list_changes(git, ("diff-tree", "-r", *trees))
        patch = git.ask("diff-tree", "-r", "-p", "-M", *PATCH_OPTIONS, *trees, limit=PATCH_BYTES)
        if not patch.ok and not patch.cut:
            raise CodeError(explain(places[0].root, patch, "diff-tree"))
        used: set[str] = set()
        for run, code, tree in zip((first, second), codes, trees, strict=True):
            used |= closure_of(run, TreeFiles(git, tree, DiskFiles(code.root, lambda _: True)), code.root).files
    files = [
        DriftFile(
            printable(one.path), one.status, one.added, one.deleted, one.path in used or one.was in used,
            printable(one.was) if one.was is not None else None,
        )
        for one in changes
    ]  # fmt: skip
    files.sort(key=lambda file: (not file.imported, file.path))
    return Comparison(tuple(files), patch.output, patch.cut or not counted, tuple(notes))


def _build(scratch: Scratch, code: RunCode, run: Run, notes: list[str]) -> str:
    notes += [f"{run.name}: {gap}" for gap in code.gaps]
    if code.untracked:
        notes.append(f"{run.name}: {len(code.untracked)} untracked files or folders are not compared")
    try:
        return scratch.build_tree(code.commit, code.patch)
    except CodeError as error:
        if code.patch is None:
            raise
        notes.append(f"{run.name}: its uncommitted changes cannot be put together again ({error})")
        return scratch.build_tree(code.commit, None)
