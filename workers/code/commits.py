"""Reading the commits of the projects' repositories into the journal, and a commit's patch when it is asked for."""

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from store import commits, reviews
from store.commits import Commit, Repository
from store.database import write
from store.errors import CodeError
from store.reviews import Patch
from workers.code.changes import printable, read_numstat
from workers.code.git import Git, explain, locate
from workers.code.hunks import read_hunks

FIRST_SECONDS = 90 * 86400.0
MOST_AT_ONCE = 500
MOST_AHEAD = 20
"""For how many unreviewed commits the hunks are kept ahead in a look."""
PATCH_BYTES = 2_000_000
_MOST_FILES = 300
_BODY_CHARACTERS = 10_000
_FORMAT = "--format=%x1e%H%x1f%P%x1f%an%x1f%ae%x1f%at%x1f%s%x1f%b%x1f"


class CommitReader:
    """Keeps the commits of all known repositories in the journal, a look at a time; belongs to one thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        clock: Callable[[], float] = time.time,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self.connection = connection
        self.clock = clock
        self.beat = beat

    def tick(self) -> int:
        """Look at every repository once; how many commits were new."""
        known = {one.path: one for one in commits.list_repositories(self.connection)}
        roots: dict[str, tuple[Path, int]] = {}
        for root, project_id in commits.candidate_roots(self.connection):
            if (Path(root) / ".git").exists():
                try:
                    place = locate(Path(root)).main
                except CodeError:
                    place = Path(root)
                roots.setdefault(str(place), (Path(root), project_id))
        found = 0
        for path, (folder, project_id) in roots.items():
            found += self._read(path, folder, project_id, known.get(path))
            self.beat()
        return found

    def _read(self, path: str, root: Path, project_id: int, before: Repository | None) -> int:
        now = self.clock()
        try:
            git = Git(root)
            email = git.ask("config", "--get", "user.email").text.strip() or None
            tips = read_tips(git)
            new: list[Commit] = []
            gone: Mapping[str, bool] = {}
            if before is None or before.error or before.tips != tips or before.email != email:
                since = now - FIRST_SECONDS
                new = read_commits(git, path, project_id, email, tips, before.tips if before else {}, since)
                waiting = commits.waiting_shas(self.connection, path, since)
                gone = _changed_gone(git, tips, waiting, since)
        except CodeError as error:
            with write(self.connection):
                kept = before or Repository(path, project_id, {}, None, None, None)
                commits.record_repository(
                    self.connection, Repository(path, project_id, kept.tips, kept.email, now, str(error))
                )
            return 0
        if before is None or new or gone or before.tips != tips or before.error or before.email != email:
            with write(self.connection):
                commits.mark_gone(self.connection, path, gone, now)
                count = commits.record(self.connection, new)
                if before is not None and before.email != email:
                    commits.set_mine(self.connection, path, email)
                commits.record_repository(self.connection, Repository(path, project_id, tips, email, now, None))
        else:
            count = 0
        self._keep_ahead(git, path, project_id, now)
        return count

    def _keep_ahead(self, git: Git, path: str, project_id: int, now: float) -> None:
        """Keep the hunks of what waits for a review, so that the page need not wait for them."""
        kept = reviews.kept_shas(self.connection, path)
        waiting = commits.unreviewed(self.connection, now, project_id, limit=reviews.KEPT_PATCHES // 2)
        wanted = [one.sha for one in waiting if one.repository == path and one.sha not in kept]
        for sha in wanted[:MOST_AHEAD]:
            try:
                patch = patch_of(git.root, sha)
            except CodeError:
                continue
            with write(self.connection):
                reviews.keep_patch(self.connection, path, sha, patch, now)
            self.beat()


def read_tips(git: Git) -> dict[str, str]:
    """The commit of every local branch by its name, and of HEAD; empty before the first commit."""
    listed = git.need("for-each-ref", "--format=%(refname:short)%09%(objectname)", "refs/heads")
    tips = dict(line.split("\t", 1) for line in listed.text.splitlines() if "\t" in line)
    head = git.ask("rev-parse", "--quiet", "--verify", "HEAD")
    return tips | ({"HEAD": head.text} if head.ok else {})


def read_commits(
    git: Git,
    path: str,
    project_id: int,
    email: str | None,
    tips: Mapping[str, str],
    before: Mapping[str, str],
    since: float,
) -> list[Commit]:
    """The commits that the branches have beyond ``before``, newest first: at most 500, none older than ``since``."""
    old = sorted(set(before.values()) - set(tips.values()))
    old = [sha for sha in old if git.ask("cat-file", "-e", f"{sha}^{{commit}}").ok]
    known = sorted(set(before.values()) & set(tips.values()))
    new = sorted(set(tips.values()) - set(before.values()))
    if not new:
        return []
    answer = git.need(
        *("log", "-z", "--numstat", "-M", "--no-notes", "--no-show-signature", "--encoding=UTF-8", "--no-color"),
        *("--no-ext-diff", "--no-textconv", "--date-order", f"-n{MOST_AT_ONCE}", f"--since={int(since)}", _FORMAT),
        "--stdin",
        given="".join(f"{sha}\n" for sha in [*new, *(f"^{sha}" for sha in [*old, *known])]).encode(),
        seconds=60.0,
    )
    return _parse(answer.output, path, project_id, email)


def patch_of(root: Path, sha: str) -> Patch:
    """The hunks of a commit, of a merge against its first parent; CodeError where it cannot be had."""
    options = ("--no-color", "--no-ext-diff", "--no-textconv", "--unified=3", "-M", "--submodule=short")
    prefixes = ("--src-prefix=a/", "--dst-prefix=b/", "--diff-merges=first-parent")
    git = Git(root)
    answer = git.ask("show", "--format=", "--patch", *options, *prefixes, f"{sha}^{{commit}}", "--", limit=PATCH_BYTES)
    if not answer.ok and not answer.cut:
        raise CodeError(explain(root, answer, "show"))
    return read_hunks(answer.output.decode("utf-8", "replace"), cut=answer.cut)


def _changed_gone(git: Git, tips: Mapping[str, str], waiting: Mapping[str, bool], since: float) -> dict[str, bool]:
    """Which of the commits that the journal has are on no branch any more, or on one again."""
    if not waiting or not tips:
        return {}
    given = "".join(f"{sha}\n" for sha in sorted(set(tips.values()))).encode()
    listed = git.ask("rev-list", "--stdin", f"--since={int(since)}", given=given)
    if not listed.ok:
        return {}
    reachable = set(listed.text.split())
    return {sha: sha not in reachable for sha, was_gone in waiting.items() if (sha not in reachable) != was_gone}


def _parse(output: bytes, path: str, project_id: int, email: str | None) -> list[Commit]:
    found = []
    for record in output.split(b"\x1e")[1:]:
        fields = record.split(b"\x1f", 7)
        if len(fields) < 8:
            continue
        sha, parents, author, address, when, subject, body = (part.decode("utf-8", "replace") for part in fields[:7])
        files = _read_files(fields[7])
        found.append(
            Commit(
                path, sha, project_id, author, address, float(when), subject, body.strip()[:_BODY_CHARACTERS],
                len(parents.split()), sum(one[1] or 0 for one in files), sum(one[2] or 0 for one in files),
                tuple(files[:_MOST_FILES]), email is not None and address.casefold() == email.casefold(),
            )
        )  # fmt: skip
    return found


def _read_files(numstat: bytes) -> Sequence[tuple[str, int | None, int | None]]:
    parts = [part.decode("utf-8", "surrogateescape").lstrip("\n") for part in numstat.split(b"\0")]
    return [(printable(path), *lines) for path, lines in read_numstat(parts).items()]
