"""Where a command writes what is asked for as a file."""

import contextlib
import os
from pathlib import Path

import click

from store.errors import MachiaiError


def put_out(text: str, out: Path | None) -> None:
    """To stdout as UTF-8, or to a file that is there only when it is whole; MachiaiError where it cannot be written."""
    data = text.encode("utf-8", "replace")
    if out is None:
        click.echo(data, nl=False)
        return
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        if out.exists() and not out.is_file():
            out.write_bytes(data)
            return
        draft.write_bytes(data)
        draft.replace(out)
    except OSError as error:
        raise MachiaiError("cannot write {file}: {why}", file=out, why=error.strerror) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
