"""`python3 -m app`: set Machiai up on first use, then start its daemon and its dashboard.

Standard library only, and importable by Python 3.8, to say that it is too old.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap import check_python, prepare
from app.installation import SetupError

if TYPE_CHECKING:
    from collections.abc import Sequence

ABOUT = """\
Start Machiai: the daemon, if none runs, and the dashboard on 127.0.0.1. The first start makes an
environment of its own in .venv and installs into it; nothing else on the machine is changed. Ctrl-C
stops what it started, never a training run."""


def read_arguments(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Split the command line into what is settled here and what `machiai up` is given."""
    parser = argparse.ArgumentParser(
        prog="python3 -m app",
        description=ABOUT,
        epilog="Other options are handed to `machiai up`.",
        allow_abbrev=False,
    )
    parser.add_argument("--port", type=int, metavar="N", help="the dashboard's port (8501, or the next one free)")
    torch = parser.add_mutually_exclusive_group()
    torch.add_argument(
        "--without-torch",
        dest="torch",
        action="store_const",
        const=False,
        help="leave torch out, which only the demo needs; remembered",
    )
    torch.add_argument(
        "--with-torch",
        dest="torch",
        action="store_const",
        const=True,
        help="install torch; remembered",
    )
    return parser.parse_known_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Set up what is missing and become `machiai up`; return an exit code where that cannot be."""
    try:
        check_python()
        chosen, others = read_arguments(arguments)
        python = prepare(Path(__file__).resolve().parents[1], torch=chosen.torch)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The next start goes on from here.", file=sys.stderr)
        return 130
    port = [] if chosen.port is None else ["--port", str(chosen.port)]
    sys.stdout.flush()
    return os.execv(str(python), [str(python), "-I", "-m", "workers.cli", "up", *port, *others])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
