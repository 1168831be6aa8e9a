"""What a researcher does in the week with a mouse on the real pages, and with the real commands."""

import re
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from store import entries, plans, sessions, tasks
from store.advice import Advice
from store.entry_rows import Entry
from tests.e2e.conftest import Visit, serve
from tests.e2e.workplace import Workplace
from tests.fakes.pushbullet_server import PushbulletServer
from tests.stories.week import VISION
from tests.workers.alerts.lab import MINUTE

PATIENCE = 20.0
LINKS = {
    "": ("Now", "Recently ended"),
    "plan": ("Plan", "Plan"),
    "runs": ("Runs", "Runs"),
    "machine": ("Machine", "Host"),
    "settings": ("Settings", "Settings"),
}
"""What is clicked to get to a page, and what is only there."""


class Deeds(Workplace):
    """The dashboard is a process too, with a browser before it; some of what is done is done there, or in a shell."""

    def __init__(self, home: Path, server: PushbulletServer, window: Visit, *, now: float) -> None:
        self.seen = window
        self.main = window.page.get_by_test_id("stMain")
        self.deeds: list[str] = []
        """What was seen and done on pages and with commands, first to last."""
        self.skipped: dict[str, int] = {}
        self.remarks = ""
        """What the last command said besides."""
        super().__init__(home, server, now=now)

    def serve(self, stack: ExitStack) -> None:
        token = {"MACHIAI_PUSHBULLET_TOKEN": self.server.token, "MACHIAI_PUSHBULLET_URL": self.server.url}
        self.site = stack.enter_context(serve(self.settings.home, **token, **self.hands.environment()))

    # The ways in

    def go(self, place: str = "") -> None:
        """Open a page: by its link, as one does, or by its address where it is open already or has none."""
        here = urlsplit(self.seen.page.url)
        if place not in LINKS or here.scheme != "http" or here.path.strip("/") == place:
            self.seen.go(f"{self.site.url}/{place}")
            return
        link, shown = LINKS[place]
        self.seen.page.get_by_role("link", name=link, exact=True).first.click()
        self.seen.page.wait_for_url(lambda url: urlsplit(url).path.strip("/") == place)
        self.main.get_by_text(shown, exact=True).first.wait_for()

    def call(self, *arguments: str, **options: Any) -> str:
        """Call the command, in the folder of the first project; what it prints."""
        cwd = self.repositories[VISION].root
        done = self.shell.call(*arguments, **{"cwd": cwd, **options})
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        self.deeds.append(f"machiai {arguments[0]}")
        self.remarks = done.stderr
        return done.stdout

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait until the journal or a page says so; that is a deed."""
        self.wait(lambda: bool(condition()), True, what)
        self.deeds.append(what)

    def wait(self, read: Callable[[], object], wanted: object, what: str) -> None:
        """Wait until it is read so: the parts of a page come one after the other."""
        deadline = time.monotonic() + PATIENCE
        while (found := read()) != wanted:
            assert time.monotonic() < deadline, f"{what}: {found!r}, not {wanted!r}"
            self.seen.page.wait_for_timeout(30)

    # What is done

    def skip(self, one: Advice) -> None:
        self.skipped[one.kind] = self.skipped.get(one.kind, 0) + 1
        super().skip(one)

    def write_plan(self, run: str, **texts: Any) -> plans.Plan:
        if self.trainings[run].name not in ("baseline", "final"):
            return super().write_plan(run, **texts)
        labels = {"hypothesis": "Hypothesis", "if_success": "If it succeeds", "if_failure": "If it fails"}
        before = plans.read_plan(self.connection, run).revision
        self.go(f"run?id={run}")
        self.main.get_by_role("button", name=re.compile("Write a plan|Edit the plan")).click()
        for name, text in texts.items():
            self.main.get_by_label(labels[name]).fill(text)
        self.main.get_by_role("button", name="Save").click()
        self.until(lambda: plans.read_plan(self.connection, run).revision != before, "a plan is written")
        self.main.get_by_role("button", name="Edit the plan").wait_for()
        self.main.get_by_text(next(iter(texts.values()))).first.wait_for()
        late = self.main.get_by_text("written after the result was known").count()
        assert bool(late) == (self.trainings[run].ended is not None)
        self.typed += [("run", text) for text in texts.values()]
        self.trainings[run].planned = True
        return plans.read_plan(self.connection, run)

    def follow_plan(self, run: str) -> int:
        if self.seen.page.url.rstrip("/") != self.site.url:
            self.go()
        card = self.main.locator("[class*=st-key-need-]").filter(has_text=self.trainings[run].name).first
        card.get_by_role("button", name="Make it a task").click()
        made = f"plan:{run}:failure"
        self.until(lambda: tasks.made_of(self.connection, made), "a branch is a task")
        card.get_by_role("link", name=re.compile("Task:")).wait_for()
        known = tasks.made_of(self.connection, made)
        assert known is not None
        return known.id

    def add_task(self, title: str, project: str | None = None, **fields: Any) -> int:
        if not fields.keys() >= {"kind", "estimate", "priority"} or fields["kind"] == "chore":
            return super().add_task(title, project, **fields)
        self.typed.append(("task", title))
        given = ["--project", project] if project else []
        given += ["--kind", fields["kind"], "--estimate", f"{fields['estimate'] / MINUTE:.0f}m"]
        return int(self.call("task", "add", title, *given, "--priority", str(fields["priority"])))

    def paste(self, text: str, project: str, titles: Any) -> None:
        self.call("task", "paste", "--project", project, input=text, stdin=None)
        self.typed += [("task", title) for title in titles]

    def begin(self, kind: str, minutes: float, **about: Any) -> int:
        self.mark(minutes * MINUTE + 1.0)
        name = f"st-key-advice-{kind}-task-{about.get('task_id')}"
        if kind == "read" and self.main.locator(f".{name}").count():
            self.main.locator(f".{name}").get_by_role("button", name="Begin").click()
            self.reading.append([self.wall, float("inf")])
        elif kind == "mail":
            self.leave()
            self.call("session", "start", kind, "--minutes", f"{minutes:.0f}")
        else:
            return super().begin(kind, minutes, **about)
        self.until(self.open_session, "a session begins")
        session = self.open_session()
        assert session is not None and (session.kind, session.begun) == (kind, self.wall)
        assert session.length <= minutes * MINUTE
        return session.id

    def finish(self, session: int, outcome: str = "") -> None:
        self.mark(1.0)
        known = sessions.get_session(self.connection, session)
        if outcome:
            self.leave()
            self.notes.append(outcome)
            self.call("session", "end", "--outcome", outcome)
        elif known.kind in ("refactor", "task") and known.ended is None and "woken" not in self.moments:
            self.leave()
            self.end_on_a_page(known)
        else:
            super().finish(session)

    def end_on_a_page(self, session: sessions.Session) -> None:
        """Where I am and what comes next, with what was touched filled in; or, the second time, nothing of it."""
        self.go("machine")
        self.main.get_by_role("button", name="End", exact=True).click()
        place = self.main.get_by_label("Where I am")
        place.wait_for()
        self.until(lambda: sessions.get_session(self.connection, session.id).ended, "a session ends")
        if session.kind == "task":
            self.main.get_by_role("button", name="Skip", exact=True).click()
            place.wait_for(state="hidden")
            return
        form = self.main.locator("[class*=st-key-resume-form-]")
        for text in ("Name the axes", "curves.py"):
            form.get_by_text(text).first.wait_for()
        self.left_at = ["曲線の軸", "name the colours too"]
        place.fill(self.left_at[0])
        self.main.get_by_label("Next step").fill(self.left_at[1])
        self.main.get_by_label("Next step").press("Control+Enter")
        place.wait_for(state="hidden")
        self.notes += self.left_at
        self.left.add(VISION)

    def resume_note(self, project: str, **texts: Any) -> int:
        self.left_at = list(texts.values())
        return super().resume_note(project, **texts)

    def append(self, text: str, project: str | None, kind: str) -> Entry:
        if "GPU使用率" in text:
            self.go("journal")
            fields = self.main.locator("[class*='st-key-draft-journal'] textarea")
            fields.fill(text)
            self.main.get_by_role("button", name="Add to today").click()
            self.until(lambda: self._entries(text), "a note is kept")
            self.main.get_by_text(text.split("。")[0]).first.wait_for()
            self.wait(lambda: fields.evaluate_all("all => all.map(one => one.value)"), [""], "the field of a note")
        else:
            given = ["--project", project] if project else []
            self.call("note", "--kind", kind, *given, "--", text, stdin=subprocess.DEVNULL)
        [entry] = self._entries(text)
        return entry

    def _entries(self, text: str) -> list[Entry]:
        return [one for one in entries.list_entries(self.connection) if text in one.body]
