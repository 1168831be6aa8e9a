"""What the budgets of the design are measured with; run by hand, each as a module. See README.md here."""

import contextlib
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.__main__ import clean_environment
from tests.fakes.command import Machiai

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / ".venv" / "bin" / "machiai"


@contextlib.contextmanager
def workplace(**environment: str) -> Iterator[Machiai]:
    """The real command on a data folder of its own, with the polling of every day."""
    with tempfile.TemporaryDirectory(prefix="machiai-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        clean = clean_environment(os.environ, str(home))
        os.environ.clear()
        os.environ.update(clean)
        with Machiai(home, Path(folder), {"MACHIAI_POLL_SECONDS": "0.5", **environment}) as command:
            yield command


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of them do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_megabytes(pid: int) -> float:
    """Resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def report(what: str, figure: str, *, ok: bool, budget: str) -> None:
    """Print a figure beside its budget, with the load of the machine."""
    print(f"{'✔' if ok else '✖'} {what}: {figure}   (budget {budget}; load {os.getloadavg()[0]:.1f})", flush=True)


def spread(values: Sequence[float], unit: str = "s") -> str:
    """Median and extremes in a few words."""
    return f"median {statistics.median(values):.3f} {unit}, {min(values):.3f} to {max(values):.3f}"
