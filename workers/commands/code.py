"""`machiai code`: a run's exact code in a folder, a fix made there as a patch for the head, two runs' code compared."""

import contextlib
import json
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from store.catalogue import find_run
from store.database import open_journal
from store.errors import CodeError
from store.runs import Run
from store.settings import Settings, load
from workers.code.checkout import Fix, check_out, find_fix
from workers.code.comparison import compare
from workers.commands import say
from workers.commands.drift import file_line
from workers.freshness import freshen


@click.command()
@click.argument("run")
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path))
@click.option("--patch-for-head", is_flag=True, help="Print what was changed in DIR as a patch, and say if it fits.")
@click.option("--compare", "other", metavar="RUN", help="Show how the code of another run differs from RUN's.")
@click.option("--stat", is_flag=True, help="With --compare: only the files, no lines.")
@click.option("--json", "as_json", is_flag=True, help="With --compare: for scripts.")
def code(run: str, folder: Path | None, patch_for_head: bool, other: str | None, stat: bool, as_json: bool) -> int:
    """Put the exact code of RUN into DIR: its commit, and on it what was not committed when it started.

    \b
    machiai code RUN DIR                    the code, in a new folder; your own working tree stays as it is
    machiai code RUN DIR --patch-for-head   what you fixed there, as a patch: | git apply --3way
    machiai code RUN --compare OTHER        what differs from RUN's code to OTHER's
    """
    if folder is not None and other is not None:
        raise click.UsageError("--compare shows what differs and puts no code anywhere; leave DIR out, or --compare")
    if (folder is None and other is None) or (patch_for_head and folder is None):
        raise click.UsageError("name a folder for the code (machiai code RUN DIR), or --compare RUN")
    if (stat or as_json) and other is None:
        raise click.UsageError("--stat and --json go with --compare")
    with _journal() as (connection, settings):
        found = find_run(connection, run)
        second = find_run(connection, other) if other is not None else None
    if second is not None:
        _show_comparison(found, second, stat=stat, as_json=as_json)
        return 0
    assert folder is not None
    if patch_for_head:
        return _show_fix(find_fix(found, folder))
    if settings.read_only:
        raise CodeError("Machiai is set to read-only; unset MACHIAI_READ_ONLY to have code put into a folder")
    made = check_out(found, folder)
    whole = f"{made.commit[:10]}{' and its uncommitted changes' if made.patched else ''}"
    say(f"the code of {found.name} ({found.id}) is in {made.folder}: {whole}")
    for line in made.missing:
        say(f"not in it: {line}")
    say("files that git ignores (data, environments) are not in it either")
    if made.cloned:
        say("it is a clone that shares objects with the repository: do not keep it when that goes")
    else:
        say(f"when you are done with it: git worktree remove {made.folder}")
    return 0


@contextlib.contextmanager
def _journal() -> Iterator[tuple[sqlite3.Connection, Settings]]:
    settings = load()
    with contextlib.closing(open_journal(settings.journal)) as connection:
        freshen(connection, settings)
        yield connection, settings


def _show_fix(fix: Fix) -> int:
    """The patch on stdout, the verdict beside it; 1 where it does not fit as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(fix.patch)
    sys.stdout.buffer.flush()
    head = f"{fix.head[:10]}{f' ({fix.branch})' if fix.branch else ''}"
    if not fix.patch:
        say("nothing was changed there")
    elif fix.fits == "clean":
        say(f"it fits the head {head}; apply it with: git apply --3way")
    elif fix.fits == "conflicts":
        say(f"on the head {head} these are to be merged by hand after git apply --3way: {', '.join(fix.conflicts)}")
    else:
        say(f"it does not fit the head {head}: {fix.reason}")
    return 0 if fix.fits == "clean" else 1


def _show_comparison(first: Run, second: Run, *, stat: bool, as_json: bool) -> None:
    found = compare(first, second)
    if as_json:
        facts = {
            "from": first.id,
            "to": second.id,
            "files": [asdict(file) for file in found.files],
            "added": found.added,
            "deleted": found.deleted,
            "capped": found.capped,
            "notes": found.notes,
        }
        patch = {} if stat else {"patch": found.patch.decode("utf-8", "replace")}
        click.echo(json.dumps(facts | patch, ensure_ascii=False, indent=1))
        return
    for note in found.notes:
        say(note)
    if not found.files:
        say(f"{first.name} ({first.id}) and {second.name} ({second.id}) started with the same code")
        return
    count = len(found.files)
    click.echo(
        f"{count} file{'' if count == 1 else 's'} (+{found.added} −{found.deleted}), {first.name} → {second.name}"
    )
    for file in found.files:
        click.echo(file_line(file))
    if not stat:
        click.echo()
        sys.stdout.flush()
        sys.stdout.buffer.write(found.patch)
        sys.stdout.buffer.flush()
    if found.capped:
        say("the difference is too large to be shown whole; --stat lists the files")
