"""`machiai export`: the metrics of a run as CSV or Parquet, every point with its leg, step and time; or the journal."""

import contextlib
import csv
import difflib
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import click

from store.catalogue import find_run
from store.curves import read_points
from store.database import open_journal
from store.runs import Run
from store.series import Series, list_series
from store.settings import load
from workers.commands import say
from workers.freshness import freshen

COLUMNS = ("run", "name", "source", "leg", "step", "time", "value", "unit", "superseded")

Table = tuple[list[Any], ...]


@click.command()
@click.argument("run", required=False)
@click.option("--format", "kind", type=click.Choice(("csv", "parquet")), help="CSV, unless FILE ends in .parquet.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Instead of stdout.")
@click.option("--metric", "names", multiple=True, metavar="NAME", help="Only that metric; may be given again.")
@click.option(
    "--journal",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Instead of a run: all that is written, as Markdown files with front matter, and the journal as SQLite.",
)
def export(run: str | None, kind: str | None, out: Path | None, names: tuple[str, ...], folder: Path | None) -> None:
    """Write every point of RUN's metrics, a row each; or with --journal all that is written, below a folder.

    `leg` grows where the training went back to an earlier step; `superseded` is true for points that a later leg
    ran again. `time` is in seconds since 1970 UTC, `step` counts what `unit` says.
    """
    if folder is not None:
        if run or kind or out or names:
            raise click.UsageError("--journal exports everything; RUN, --format, --out and --metric go without it")
        _export_journal(folder)
        return
    if run is None:
        raise click.UsageError("name a RUN (`last` is the newest), or --journal DIR for all that is written")
    kind = kind or ("parquet" if out and out.suffix == ".parquet" else "csv")
    write = _write_parquet if kind == "parquet" else _write_csv
    if kind == "parquet":
        _import_parquet()
        if out is None and sys.stdout.isatty():
            raise click.UsageError("Parquet is not for a terminal; name a file with --out")
    settings = load()
    with contextlib.closing(open_journal(settings.journal)) as connection:
        freshen(connection, settings)
        found = find_run(connection, run)
        chosen = _choose(list_series(connection, found.id), names, found)
        with _opened(out) as file:
            write(file, _tables(connection, found, chosen))
    if out:
        say(f"{sum(one.count for one in chosen)} points of {len(chosen)} series are in {out}")


def _export_journal(folder: Path) -> None:
    """Write the whole journal below a folder, and say what is in it."""
    from workers.entry_files import export_journal

    settings = load()
    with contextlib.closing(open_journal(settings.journal)) as connection:
        freshen(connection, settings)
        done = export_journal(connection, settings, folder)
    for problem in done.problems:
        say(problem)
    say(
        f"{folder} holds the journal itself as journal.db, and as files: entries {done.entries}, attachments "
        f"{done.attachments}, tasks {done.tasks}, runs {done.runs}, sessions {done.sessions}, "
        f"reviews {done.reviews}, papers {done.papers}, weeks {done.weeks}"
    )


def _choose(listed: Sequence[Series], names: Sequence[str], run: Run) -> list[Series]:
    """The series of those names, or all. Raises click's error when there is none."""
    known = sorted({one.name for one in listed})
    if not known:
        raise click.ClickException(
            f"no metric was read of {run.name} ({run.id}); `machiai log {run.id} --explain` shows what each line gave"
        )
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
            way = f"did you mean {', '.join(near)}?" if near else f"it has {', '.join(known[:8])}"
            raise click.ClickException(f"{run.name} has no metric {name!r}; {way}")
    return [one for one in listed if not names or one.name in names]


def _tables(connection: sqlite3.Connection, run: Run, chosen: Sequence[Series]) -> Iterator[Table]:
    """The columns of each series."""
    for one in chosen:
        points = read_points(connection, one.id)
        size = len(points)
        same = ([run.id] * size, [one.name] * size, [one.source] * size)
        yield (
            *same,
            points.leg,
            points.steps,
            points.times,
            points.values,
            [one.unit] * size,
            points.superseded,
        )


def _write_csv(file: IO[bytes], tables: Iterator[Table]) -> None:
    text = _Encoder(file)
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for table in tables:
        run, name, source, leg, steps, times, values, unit, superseded = table
        # Numbers are written so that they read back as they were; a step of 600.0 is a step of 600.
        steps = [int(step) if step.is_integer() else step for step in steps]
        flags = ["true" if flag else "false" for flag in superseded]
        rows.writerows(zip(run, name, source, leg, steps, times, values, unit, flags, strict=True))


def _write_parquet(file: IO[bytes], tables: Iterator[Table]) -> None:
    arrow, parquet = _import_parquet()
    text = arrow.dictionary(arrow.int32(), arrow.string())
    number = arrow.float64()
    kinds = (text, text, text, arrow.int64(), number, number, number, text, arrow.bool_())
    schema = arrow.schema(list(zip(COLUMNS, kinds, strict=True)))
    with parquet.ParquetWriter(file, schema) as writer:
        for table in tables:
            columns = [arrow.array(column, kind) for column, kind in zip(table, kinds, strict=True)]
            writer.write_table(arrow.table(columns, schema=schema))


def _import_parquet() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise click.ClickException(
            f"Parquet needs pyarrow, which cannot be loaded ({error}); use --format csv"
        ) from error
    return pyarrow, pyarrow.parquet


class _Encoder:
    """Text to a binary file as UTF-8, whatever the terminal's locale."""

    def __init__(self, file: IO[bytes]) -> None:
        self.write: Callable[[str], object] = lambda text: file.write(text.encode("utf-8", "replace"))


@contextlib.contextmanager
def _opened(out: Path | None) -> Iterator[IO[bytes]]:
    """Stdout, a pipe or device, or a file that is there only when it is complete."""
    draft = None
    try:
        if out is None:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        elif out.exists() and not out.is_file():
            with out.open("wb") as file:
                yield file
        else:
            draft = out.with_name(f".{out.name}.{os.getpid()}")
            with draft.open("wb") as file:
                yield file
            draft.replace(out)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise click.ClickException(f"cannot write {out or 'to stdout'}: {error.strerror}") from error
    finally:
        if draft:
            draft.unlink(missing_ok=True)
