"""What the pages show at some moments of the week, held against the script's own numbers and git's."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from store import advice_log, plans, reviews, tasks
from store.waiting_preferences import read_waiting
from tests.e2e.conftest import Visit
from tests.e2e.deeds import Deeds
from tests.fakes.pushbullet_server import PushbulletServer
from tests.stories.colleague import SLACK_SECONDS, Moment
from tests.stories.week import VISION
from tests.workers.alerts.lab import MINUTE

PARTS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
LEFT = re.compile(r"about ([\d dhms]+) left(?: until “(.+?)” ends)?(?: \(([\d dhms]+) to ([\d dhms]+)\))?")
NAMES = """cards => cards.map(card => [...card.classList].find(name => name.startsWith("st-key-advice-")))"""


def seconds(words: str) -> float:
    """``1 h 45 m`` in seconds."""
    return sum(float(number) * PARTS[unit] for number, unit in re.findall(r"(\d+) ([dhms])", words))


class PagesWeek(Deeds):
    """At some of the week's moments pages are looked at, and what is there is used."""

    def __init__(self, home: Path, server: PushbulletServer, window: Visit, *, now: float) -> None:
        self.scenes: dict[str, Callable[[Moment], None]] = {
            "five minutes": self.see_advice,
            "a plan": self.see_advice,
            "reading": self.see_clock,
            "a refactoring of what it imports": self.see_drift,
            "it ended in a session": self.see_what_woke,
            "woken": self.come_back,
            "just crashed": self.see_crash,
            "looked at": self.search_for_it,
            "it began with changes": self.fetch_its_code,
            "a long wait": self.see_advice,
            "at the other project": self.come_back,
            "the date has come": self.see_what_woke,
            "two hours read": self.change_a_limit,
            "mail again": self.see_weights,
            "two sweeps": self.see_advice,
            "the final one crashed": self.see_crash,
        }
        super().__init__(home, server, window, now=now)

    def at(self, name: str, *, live: bool = True) -> Moment:
        moment = super().at(name, live=live)
        if name in self.scenes:
            self.scenes[name](moment)
            self.deeds.append(name)
        return moment

    # What is seen

    def see_advice(self, moment: Moment) -> None:
        """*Now* proposes what was held against the truth, and says no more time left than there is."""
        self.go()
        self.check_advice(moment)

    def check_advice(self, moment: Moment) -> None:
        """The suggestions on *Now*, which is open."""
        self.main.get_by_text("What to do now").wait_for()
        cards = self.main.locator("[class*=st-key-advice-]:not([class*=st-key-advice-why])")
        wanted = [f"st-key-advice-{one.kind}-{one.subject or 'any'}".replace(":", "-") for one in moment.advice]
        self.wait(lambda: cards.evaluate_all(NAMES), wanted, "suggestions")
        for card in cards.all():
            assert not [waiting.title for waiting in self.blocked.values() if waiting.title in card.inner_text()]
        lead = self.main.get_by_role("heading", name="What to do now").inner_text()
        rests = {self.trainings[run].name: self.rest(run) for run in self.running()}
        bare = {f"st-key-advice-plan-run-{run}" for run in self.running() if not self.trainings[run].planned}
        assert not bare or wanted[0] in bare
        if not rests:
            assert "nothing is running" in lead
            return
        found = LEFT.search(lead)
        assert found is not None, lead
        name = found[2] or min(rests, key=lambda one: rests[one])
        assert rests[name] == min(rests.values())
        said, rest = seconds(found[1]), rests[name]
        assert 0.9 * rest - SLACK_SECONDS <= said <= 1.1 * rest + SLACK_SECONDS, (lead, rest)
        if found[3]:
            assert seconds(found[3]) <= rest + SLACK_SECONDS and rest - SLACK_SECONDS <= seconds(found[4])

    def see_clock(self, moment: Moment) -> None:
        """The session's clock is on another page, to the minute."""
        session = self.open_session()
        assert session is not None
        self.go("runs")
        passed = round((self.wall - session.begun) // MINUTE)
        self.main.get_by_text(f"{passed} min of {session.length / MINUTE:.0f} min").wait_for()

    def see_drift(self, moment: Moment) -> None:
        """The page of a run, *Now* and the command say what git counts."""
        [run] = self.running()
        truth, training = self.numstat(run), self.trainings[run]
        added, deleted = (sum(one[place] for one in truth.values()) for place in (0, 1))
        count = int(self.repositories[training.project].git("rev-list", "--count", f"{training.commit}..HEAD"))
        imported = len(training.imports & set(truth))
        self.go(f"run?id={run}")
        words = f"{count} commits since, {len(truth)} files (+{added:,} −{deleted:,}), imported by train.py: {imported}"
        self.main.get_by_text(words).wait_for()
        for path, (plus, minus) in truth.items():
            self.main.locator(".st-key-drift-files").get_by_text(f"{path} +{plus} −{minus}").wait_for()
        said = json.loads(self.call("drift", run, "--json"))
        assert (said["commit_count"], said["file_count"], said["added"], said["deleted"], said["imported_count"]) == (
            count, len(truth), added, deleted, imported,
        )  # fmt: skip

    def see_what_woke(self, moment: Moment) -> None:
        """What waited for a run or a date that has come stands first on *Plan*; what still waits does not."""
        self.go("plan")
        woken = self.main.locator(".st-key-plan-woken")
        kept = {task.title for task in tasks.list_tasks(self.connection, states=("todo",))}
        came = [one.title for number, one in self.waited.items() if number not in self.blocked]
        assert kept & set(came)
        for title in kept & set(came):
            woken.get_by_text(title).wait_for()
        text = woken.inner_text()
        assert not [one.title for one in self.blocked.values() if one.title in text]

    def see_crash(self, moment: Moment) -> None:
        """A crash needs somebody, and its card says what the plan says."""
        self.see_advice(moment)
        run = max(self.trainings, key=lambda one: self.trainings[one].started)
        text = plans.read_plan(self.connection, run).if_failure
        card = self.main.locator("[class*=st-key-need-]").filter(has_text=self.trainings[run].name).first
        card.get_by_text("crashed").first.wait_for()
        if text:
            card.get_by_text(text).wait_for()

    def come_back(self, moment: Moment) -> None:
        """Where the project was left is the first thing on *Now*, until one is back."""
        self.go()
        card = self.main.locator("[class*=st-key-resume-card-]").first
        card.wait_for()
        for text in self.left_at:
            card.get_by_text(text).wait_for()
        top = card.bounding_box()
        others = self.main.locator("[class*=st-key-need-], [class*=st-key-advice-], [class*=st-key-run-]").all()
        boxes = [one.bounding_box() for one in others]
        assert top is not None
        assert all(box["y"] > top["y"] for box in boxes if box is not None)
        card.get_by_role("button", name="I am back").click()
        card.wait_for(state="detached")
        self.left.discard(VISION)
        if self.open_session() is None:
            self.check_advice(self.ask())
            self.review()

    def review(self) -> None:
        """A commit is chosen; its hunk is commented on, made a task, and ticked: then it is reviewed."""
        git, comment = self.repositories[VISION].git, "なぜ 40 行も要るのか"
        sha = git("log", "-1", "--format=%H", "--", "models/net.py")
        self.go("journal?section=review")
        waiting = len(self._reviewable())
        self.main.get_by_text(f"{waiting} commits wait for your review").wait_for()
        self.main.get_by_role("combobox", name="Commit").click()
        self.seen.page.get_by_role("option", name=re.compile("ネットを短くする")).click()
        hunk = self.main.locator("[class*=st-key-hunk-]").filter(has_text="models/net.py")
        with self.hands.running():
            hunk.wait_for()
        self._take_time()
        self.main.get_by_text(sha[:10]).wait_for()
        lines = [line for line in git("show", "--format=", "-U3", sha).splitlines() if line[0] in "+-"]
        lines = [line for line in lines if not line.startswith(("+++", "---"))]
        code = hunk.get_by_test_id("stCode")
        code.wait_for()
        self.wait(lambda: [line for line in lines if line not in code.inner_text()], [], "a hunk")
        hunk.get_by_label("Comment on this hunk").fill(comment)
        hunk.get_by_role("button", name="Make a task").click()
        self.until(lambda: self._tasks(comment), "a hunk is a task")
        hunk.get_by_role("link", name=re.compile("Task")).wait_for()
        hunk.get_by_role("button", name="Looked at").click()
        self.main.get_by_text(f"{waiting - 1} commits wait for your review").wait_for()
        [mark] = reviews.marks_of(self.connection, str(self.repositories[VISION].root), sha).values()
        assert (mark.ticked, mark.comment, mark.task_id) == (True, comment, self._tasks(comment)[0].id)
        self.typed.append(("task", comment))
        self.call("task", "drop", str(mark.task_id))

    def _reviewable(self) -> list[str]:
        """The commits there are, none of which anybody has reviewed."""
        logs = [one.git("log", "--format=%H").split() for one in self.repositories.values()]
        return [sha for log in logs for sha in log]

    def _tasks(self, title: str) -> list[Any]:
        return [one for one in tasks.list_tasks(self.connection) if one.title == title]

    def search_for_it(self, moment: Moment) -> None:
        """The box on a page leads to the entry that was written on another, and the command to a plan."""
        self.look(MINUTE)
        self.go("machine")
        box = self.seen.page.get_by_label("Search everything")
        box.fill("ＧＰＵ使用率")
        box.press("Enter")
        self.seen.page.get_by_role("heading", name=re.compile("ＧＰＵ使用率")).wait_for()
        [entry] = self._entries("GPU使用率")
        self.main.locator(f"a[href*='entry={entry.id}']").first.wait_for()
        [run] = [run for run, one in self.trainings.items() if one.name == "aug-strong"]
        found = json.loads(self.call("search", "ﾊﾞｯﾁ", "--kind", "run", "--json"))
        assert [one["id"] for one in found] == [run]

    def fetch_its_code(self, moment: Moment) -> None:
        """A run that began with changes: its exact code, and a fix made there fits on the head."""
        [run] = self.running()
        place, repository = self.settings.home.parent / "exact", self.repositories[VISION]
        said = self.call("code", run, str(place))
        assert (place / "data.py").read_text().endswith("BATCH = 64\nCROP = 28\n")
        assert not (place / "models/mixup.py").exists()
        assert (
            "notes.py" in said + self.remarks and not (place / "notes.py").exists()
        )  # of what git did not know only the name is kept
        with (place / "train.py").open("a") as file:
            file.write("SEED = 7\n")
        patch = self.call("code", run, str(place), "--patch-for-head")
        assert "+SEED = 7" in patch and "CROP" not in patch
        fits = subprocess.run(["git", "apply", "--check"], cwd=repository.root, input=patch, text=True, check=False)
        assert fits.returncode == 0

    def change_a_limit(self, moment: Moment) -> None:
        """A choice in *Settings*, and back."""
        self.go("settings")
        self.main.get_by_role("tab", name="Waiting").click()
        field = self.main.get_by_label("Tasks of a project side by side")
        for typed in ("5", "3"):
            field.fill(typed)
            field.press("Enter")
            self.wait(lambda: read_waiting(self.connection).doing_limit, int(typed), "the limit")
            self.deeds.append("a limit")

    def see_weights(self, moment: Moment) -> None:
        """What was skipped counts less, as often as it was; then all counts alike again."""
        self.see_advice(moment)
        self.main.get_by_role("button", name="Why these").click()
        table = self.seen.page.get_by_test_id("stPopoverBody")
        reset = table.get_by_role("button", name="Count all alike again")
        reset.wait_for()
        table.get_by_text(re.compile(r"skipped \d")).first.wait_for()
        numbers = [int(one) for one in re.findall(r"skipped (\d+)", table.inner_text())]
        assert sum(numbers) == sum(self.skipped.values()), (table.inner_text(), self.skipped)
        assert "× 0." in table.inner_text()
        reset.click()
        self.until(
            lambda: set(advice_log.weights(self.connection, self.wall).values()) == {1.0}, "the weights are reset"
        )
        assert {one["value"] for one in json.loads(self.call("session", "weights", "--json"))} == {1.0}
