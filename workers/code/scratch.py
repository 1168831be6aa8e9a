"""A place beside the user's repository: its own index and its own store of objects, so that trees can be built and
compared without anything being written into the repository."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from store.errors import CodeError
from workers.code.git import Git, Repository, explain


@dataclass(frozen=True)
class Scratch:
    """``folder`` holds the indexes and objects that are made here; the repositories' objects can be read."""

    folder: Path
    repository: Repository

    def git(self, index: str) -> Git:
        """Git in the user's working tree, with the index of that name here instead of the user's."""
        environment = {"GIT_INDEX_FILE": str(self.folder / index), "GIT_OBJECT_DIRECTORY": str(self.folder / "objects")}
        return Git(self.repository.root, environment)

    def copy_index(self, name: str, repository: Repository | None = None) -> Git:
        """Git with a copy of the user's index; the copy keeps its time, by which git knows what it may trust."""
        source = (repository or self.repository).index
        target = self.folder / name
        try:
            shutil.copy2(source, target)
        except FileNotFoundError:
            target.unlink(missing_ok=True)
        except OSError as error:
            raise CodeError(f"{source} cannot be read: {error.strerror}") from error
        git = self.git(name)
        return Git(repository.root, git.environment) if repository else git

    def build_tree(self, commit: str, patch: Path | None) -> str:
        """The tree of a commit with a patch on it; CodeError where that commit is gone, or the patch does not fit."""
        git = self.git("built.index")
        tree = git.ask("rev-parse", "--quiet", "--verify", f"{commit}^{{tree}}")
        if tree.code == 1 or (tree.ok and not self._is_there(tree.text)):
            raise CodeError(
                f"commit {commit[:10]} is no longer in {self.repository.root}: rebased or amended, and cleaned up since"
            )
        if not tree.ok:
            raise CodeError(explain(self.repository.root, tree, "rev-parse"))
        if patch is None:
            return tree.text
        git.need("read-tree", tree.text)
        git.need("apply", "--cached", "--whitespace=nowarn", str(patch))
        return git.need("write-tree", "--missing-ok").text

    def _is_there(self, tree: str) -> bool:
        return self.git("built.index").ask("cat-file", "-e", tree).ok


@contextlib.contextmanager
def open_scratch(repository: Repository, *others: Repository) -> Iterator[Scratch]:
    """A scratch for a repository, that reads the objects of others too; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="machiai-code-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "objects/info").mkdir(parents=True)
        places = dict.fromkeys(str(one.objects) for one in (repository, *others))
        (folder / "objects/info/alternates").write_text("".join(f"{place}\n" for place in places), encoding="utf-8")
        yield Scratch(folder, repository)
