"""What all tests share: a data folder of their own, the real `machiai` command, daemons that are ended again."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadFileScheduling

from store.database import open_journal
from store.settings import Settings, load
from tests.__main__ import clean_environment
from tests.fakes.command import Machiai
from tests.fakes.pushbullet_server import PushbulletServer

hypothesis.settings.register_profile("machiai", deadline=None)  # a busy machine is no bug
hypothesis.settings.load_profile("machiai")
ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


BROWSER = "browser"
FIRST = (
    BROWSER,
    "tests/stories/test_day.py",
    "tests/workers/test_truth_table.py",
    "tests/workers/alerts/test_relays.py",
    "tests/workers/test_monitor.py",
    "tests/workers/test_gpu_choice.py",
    "tests/workers/test_watching.py",
    "tests/workers/commands/test_gpus.py",
    "tests/workers/runs/test_viewer.py",
    "tests/stories/test_rules.py",
    "tests/stories/test_look_alikes.py",
    "tests/workers/demo/test_pong.py",
    "tests/stories/test_week.py",
    "tests/life/test_quarter.py",
    "tests/workers/test_daemon.py",
    "tests/test_style.py",
)
"""What takes longest, the longest first: begun last, one of them would run on alone while the other cores idle."""


def pytest_configure() -> None:
    """Signals are as in a terminal, also where the tests run under `nohup` or in the background of a script: an
    ignored signal would stay ignored in every process they start. And the tests as pytest rewrites them are kept for
    the next time, whatever PYTHONDONTWRITEBYTECODE says: to rewrite them takes each process 14 s."""
    sys.dont_write_bytecode = False
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


class _ByFile(LoadFileScheduling):
    """A file in one process, and all that drive a browser in one: two browsers at once are too much for two cores."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith("tests/e2e/") else super()._split_scope(nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        """The next is the one that takes longest; of those not known to, the one with the most tests."""
        places = {scope: place for place, scope in enumerate(FIRST)}
        scopes = self.workqueue
        scopes.move_to_end(min(scopes, key=lambda one: (places.get(one, len(FIRST)), -len(scopes[one]))), last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByFile:
    """How the tests are shared out where they run side by side."""
    return _ByFile(config, log)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the developer's token, data folder or settings, whichever way it was started."""
    clean = clean_environment(os.environ, str(tmp_path / "home"))
    for name in set(os.environ) - set(clean):
        monkeypatch.delenv(name)
    for name, value in clean.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MACHIAI_SECRETS", str(tmp_path / "secrets.toml"))


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Path:
    """A data folder that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture(name="settings")
def _settings(home: Path, tmp_path: Path) -> Settings:
    """Settings on that folder, with a daemon that looks often."""
    return load(
        {"MACHIAI_HOME": str(home), "MACHIAI_SECRETS": str(tmp_path / "secrets.toml"), "MACHIAI_POLL_SECONDS": "0.05"}
    )


@pytest.fixture(name="journal")
def _journal(settings: Settings) -> Iterator[sqlite3.Connection]:
    """An empty journal in that folder."""
    with contextlib.closing(open_journal(settings.journal)) as connection:
        yield connection


@pytest.fixture(name="pushbullet")
def _pushbullet() -> Iterator[PushbulletServer]:
    """A local Pushbullet."""
    with PushbulletServer() as server:
        yield server


@pytest.fixture(name="machiai")
def _machiai(home: Path, tmp_path: Path) -> Iterator[Machiai]:
    """The real command on that folder, without a token; whatever it left running is ended."""
    with Machiai(home, tmp_path) as command:
        yield command


@pytest.fixture(name="wait_for")
def _wait_for() -> Callable[..., None]:
    """Wait until a condition holds, or fail saying what was waited for."""

    def wait_for(condition: Callable[[], object], what: str = "the condition", seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"waited {seconds:.0f} s for {what}")
            time.sleep(0.02)

    return wait_for


def python(code: str, *arguments: str) -> Sequence[str]:
    """The command line of a small training written in Python."""
    return (sys.executable, "-u", "-c", code, *arguments)


def pytest_report_header() -> list[str]:
    """The versions that bugs depend on."""
    import streamlit

    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    real = "present" if SHARED.is_dir() else "ABSENT: tests on real logs and responses are skipped"
    return [f"sqlite {sqlite3.sqlite_version}, streamlit {streamlit.__version__}, {git}", f"real data: {real}"]
