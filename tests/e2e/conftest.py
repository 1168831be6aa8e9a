"""The real dashboard as a process of its own, and Debian's chromium to look at it with."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from store import database
from tests.fakes import journal, measurements

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "tests" / "artifacts"
CHROMIUM = Path("/usr/bin/chromium")
START_SECONDS = 60.0
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A window without a screen needs none of the browser's own parts that are pages themselves: they cost a third of
    # its processor time. Only the last switch of this name counts, so what playwright leaves out stands here too.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxFullPopup,WebUIOmniboxAimPopup,PreloadTopChromeWebUI,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch",
]
# Streamlit looks for its server at the page's own address first; that it is not there is no error of ours.
PROBES = re.compile(
    r"/(runs|run|compare|machine|settings|plan|journal|papers|paper|review|close|search)/_stcore/(health|host-config)$"
)


@dataclass
class Dashboard:
    """A running dashboard: its address, port and data folder."""

    url: str
    port: int
    home: Path


@dataclass
class Visit:
    """A page in the browser, and what went wrong while it was shown."""

    page: "Page"
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def go(self, address: str) -> None:
        """Open an address and wait until the page is drawn."""
        patience = START_SECONDS * 1000  # the first page of a server takes what its modules take to be read
        self.page.goto(address)
        drawn = self.page.locator("[data-testid='stApp'][data-test-script-state='notRunning']")
        drawn.wait_for(state="attached", timeout=patience)
        self.page.locator("h1").first.wait_for(timeout=patience)

    def until(self, condition: str, arg: object = None) -> None:
        """Wait until a condition holds in the page; looked at by the clock, for a window that nobody sees may draw no
        frames for as long as the machine is busy."""
        self.page.wait_for_function(condition, arg=arg, polling=100)


@contextmanager
def serve(home: Path, **settings: str) -> Iterator[Dashboard]:
    """Run the dashboard on a free port until the block ends."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MACHIAI_")}
    environment |= {"MACHIAI_HOME": str(home), "MACHIAI_SECRETS": str(home / "no-secrets.toml")} | settings
    output = home / "dashboard.out"
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "streamlit", "run", "app/main.py", "--server.port", str(port)]
    with output.open("wb") as file:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                    break
            except (URLError, OSError):
                if server.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"the dashboard did not start:\n{output.read_text(errors='replace')}")
                time.sleep(0.05)
        yield Dashboard(f"http://127.0.0.1:{port}", port, home)
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def beating(home: Path) -> Iterator[None]:
    """Let a daemon be heard every half second until the block ends."""
    end = threading.Event()

    def beat() -> None:
        with closing(database.open_journal(home / "journal.db")) as connection:
            while not end.wait(0.5):
                journal.beat(connection, time.time())

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


@pytest.fixture(name="dashboard", scope="module")
def _dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The dashboard over a busy day and ten thousand old runs, with a daemon that is heard."""
    home = tmp_path_factory.mktemp("dashboard")
    with closing(database.open_journal(home / "journal.db")) as connection:
        measurements.fill(connection, journal.fill(connection, home, time.time()), time.time())
        journal.fill_many(connection, home, time.time(), 10_000)
    with serve(home) as dashboard, beating(home):
        yield dashboard


@pytest.fixture(name="browser", scope="session")
def _browser() -> "Iterator[Browser]":
    """Debian's chromium, without a window."""
    if not CHROMIUM.exists():
        pytest.skip(f"NO BROWSER TEST RUNS HERE: {CHROMIUM} is missing (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


def open_window(
    browser: "Browser",
    width: int = 1280,
    scheme: Any = "light",
    locale: str = "en-US",
    zone: str = "Asia/Tokyo",
    motion: Any = "no-preference",
) -> Visit:
    """A browser window of its own; it notes errors and foreign requests."""
    height = 900 if width > 500 else 844
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale=locale,
        timezone_id=zone,
        reduced_motion=motion,
    )
    context.set_default_timeout(15_000)
    made = Visit(context.new_page())

    def note(message: Any) -> None:
        if message.type == "error" and not PROBES.search(message.location.get("url", "")):
            made.errors.append(message.text)

    def check(request: Any) -> None:
        if not re.match(r"(http|ws)://127\.0\.0\.1[:/]|data:|blob:", request.url):
            made.strangers.append(request.url)

    made.page.on("console", note)
    made.page.on("pageerror", lambda error: made.errors.append(str(error)))
    made.page.on("request", check)
    return made


@pytest.fixture(name="visit")
def _visit(browser: "Browser") -> Iterator[Callable[..., Visit]]:
    """Open browser windows of a given width, scheme and language; closed after the test."""
    windows = []

    def visit(width: int = 1280, scheme: Any = "light", locale: str = "en-US") -> Visit:
        windows.append(open_window(browser, width, scheme, locale))
        return windows[-1]

    yield visit
    for window in windows:
        window.page.context.close()
