"""The pictures of the READMEs, taken from real runs of the demo: ``python -m tests.e2e.pictures``.

Takes three minutes: two demos really train, one of them really runs out of memory.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from store.settings import Settings, load
from tests.conftest import ROOT
from tests.fakes.command import Machiai
from tests.fakes.pushbullet_server import PushbulletServer
from workers import address, dashboard

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
FOLDER = ROOT / "app" / "pictures"


def take() -> None:
    """Run the demos, open the dashboard, and keep what it shows."""
    with (
        tempfile.TemporaryDirectory() as folder,
        PushbulletServer() as phone,
        Machiai(Path(folder) / "home", ROOT) as machiai,
    ):
        machiai.environment |= {"MACHIAI_PUSHBULLET_URL": phone.url, "MACHIAI_PUSHBULLET_TOKEN": phone.token}
        machiai.start_daemon()
        plan = ("--hypothesis", "one hidden layer is enough", "--if-failure", "halve the replay, accumulate 2")
        project = Path(folder) / "pong"
        shutil.copytree(ROOT / "workers" / "demo", project, ignore=shutil.ignore_patterns("__pycache__"))
        machiai.cwd = project
        demo = [sys.executable, "-u", "pong.py"]
        machiai.call("run", "--name", "data-check", "--if-success", "launch the sweep", "--", *demo, "--rollouts", "4")
        crash = machiai.detach(*demo, "--crash", options=("--name", "pong-replay", *plan))
        machiai.wait_ended(crash, seconds=600)
        running = machiai.detach(*demo, "--rollouts", "6000", options=("--name", "pong-baseline", *plan))
        machiai.call("task", "add", "write down why the replay did not fit #write ~15m")
        machiai.call("task", "add", "compare both learning curves #experiment ~20m !", "--blocked-by", running)
        _wait_lines(machiai, running, 60)
        machiai.start("up", "--port", str(dashboard.free_port(8501)))
        while not (machiai.home / "dashboard.json").exists():
            time.sleep(0.1)
        url = address.find(_settings(machiai))
        FOLDER.mkdir(exist_ok=True)
        for name, page, size, scheme, locale in (
            ("now", "", (1280, 800), "light", "en-GB"),
            ("now-ja", "", (1280, 800), "dark", "ja-JP"),
            ("run", f"run?id={crash}", (1280, 900), "light", "en-GB"),
            ("phone", "", (390, 844), "light", "en-GB"),
        ):
            _picture(f"{url}/{page}", FOLDER / f"{name}.png", size, scheme, locale)


def _picture(url: str, path: Path, size: tuple[int, int], scheme: str, locale: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=locale,
            timezone_id="Asia/Tokyo",
        )
        page = context.new_page()
        page.goto(url)
        page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for(state="attached")
        page.locator("[data-testid='stHeading']").first.wait_for()
        page.wait_for_load_state("networkidle")
        page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
        page.wait_for_timeout(1000)  # curves are drawn with a movement
        page.screenshot(path=path)
        browser.close()


def _wait_lines(machiai: Machiai, run: str, lines: int) -> None:
    while machiai.show(run)["log"]["lines"] < lines:
        time.sleep(1)


def _settings(machiai: Machiai) -> Settings:
    return load({"MACHIAI_HOME": str(machiai.home)})


if __name__ == "__main__":
    take()
