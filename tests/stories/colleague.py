"""A colleague who advises the researcher, and is held against what is true at every moment."""

import re
from dataclasses import dataclass
from pathlib import Path

from store import advice_log, drifts, task_rows
from store.advice import MOST, Advice, advise
from store.database import write
from store.drifts import Drift
from store.proposals import Proposal, propose
from store.situations import Situation, Wait, wait_of
from store.symptoms import Phrase
from store.waiting import gather
from tests.fakes.pushbullet_server import PushbulletServer
from tests.stories.researcher import Researcher
from tests.workers.alerts.lab import HOUR, MINUTE

SLACK_SECONDS = 60.0
"""By how much a time left may be off besides: a log is read once a look."""
CHECK_SECONDS = 600.0
STAMINA, DAY_OF_READING = 50 * MINUTE, 120 * MINUTE


@dataclass
class Moment:
    """What was known and advised at one moment, and what was true."""

    now: float
    situation: Situation
    wait: Wait
    advice: list[Advice]
    proposals: list[Proposal]
    rest: float | None

    @property
    def kinds(self) -> list[str]:
        return [one.kind for one in self.advice]

    @property
    def subjects(self) -> list[str]:
        return [one.subject for one in self.advice]

    @property
    def lead(self) -> str:
        """How much time is said to be left."""
        [lead] = {str(one.reasons[0]) for one in self.advice}
        return lead

    @property
    def possible(self) -> set[str]:
        """What was thought of at all, before the time left was looked at."""
        return {one.subject or one.kind for one in self.proposals}

    def text(self, one: Advice | Proposal) -> str:
        return " · ".join(map(str, (one.title, *one.reasons)))

    @property
    def words(self) -> str:
        return "\n".join(map(self.text, self.advice))


class Colleague(Researcher):
    """Whatever is advised here is checked: at the moments that have a name, and every ten minutes in between."""

    code_age = 0.0
    """For how many seconds the daemon may not have looked at code that nobody touched."""

    def __init__(self, home: Path, server: PushbulletServer, *, now: float) -> None:
        self.moments: dict[str, Moment] = {}
        self.checks = self.drifts_told = 0
        self._checked = float("-inf")
        super().__init__(home, server, now=now)

    def _turn(self) -> int:
        raised = super()._turn()
        if self.steady - self._checked >= CHECK_SECONDS and self.trainings:
            self.check(self.ask())
        return raised

    def ask(self, *, live: bool = True) -> Moment:
        """What a colleague says now."""
        situation = gather(self.connection, self.wall, live=live)
        rests = [self.rest(run) for run, one in self.running().items() if one.is_counted]
        wait = wait_of(situation)
        proposals = propose(situation, wait)
        return Moment(self.wall, situation, wait, advise(situation), proposals, min(rests, default=None))

    def at(self, name: str, *, live: bool = True) -> Moment:
        """A moment to remember: the code is looked at, and all that must hold is asserted."""
        self.look_at_code()
        moment = self.moments[name] = self.ask(live=live)
        for run, training in self.trainings.items():
            if training.ended is None or (training.failed and not training.looked_at):
                self.check_drift(run, moment)
        if live:
            self.check(moment)
        return moment

    def check_drift(self, run: str, moment: Moment) -> None:
        """The drift of a run is what git says, and what is said of it are the same numbers."""
        training, drift = self.trainings[run], self.drift(run)
        truth = self.numstat(run)
        assert drift.known, drift.why
        assert {file.path: (file.added, file.deleted) for file in drift.files} == truth, training.name
        assert (drift.added, drift.deleted) == (sum(a for a, _ in truth.values()), sum(d for _, d in truth.values()))
        assert 0 <= moment.now - drift.as_of <= self.code_age, training.name
        git = self.repositories[training.project].git
        assert drift.commit_count == int(git("rev-list", "--count", f"{training.commit}..HEAD"))
        if training.is_clean:
            listed = git("diff", "--numstat", "--no-renames", training.commit)
            lines = [line.split("\t") for line in listed.splitlines()]
            tracked = sum(int(one[0]) - int(one[1]) for one in lines)
            untracked = set(git("ls-files", "--others", "--exclude-standard").splitlines())
            known = sum((file.added or 0) - (file.deleted or 0) for file in drift.files if file.path not in untracked)
            assert known == tracked
        was = {file.was for file in drift.files} | {file.path for file in drift.files}
        changed = sum(file.imported for file in drift.files)
        assert changed == len(training.imports & was), (training.name, drift.files)
        for one in moment.proposals:
            for said, follows in zip(one.reasons, (*one.reasons[1:], Phrase("")), strict=True):
                if one.kind == "refactor" and said.values.get("run") == training.name:
                    told = follows.values if "commits" in follows.values else {"commits": 0, "changed": 0}
                    assert told == {"commits": drift.commit_count, "changed": changed}, moment.text(one)
                    self.drifts_told += drift.differs

    def drift(self, run: str) -> Drift:
        """The drift of a run as the journal has it."""
        drift = drifts.read(self.connection, run)
        assert drift is not None
        return drift

    def check(self, moment: Moment) -> None:
        """Nothing that is said is wrong, whatever the moment."""
        self._checked, self.checks = self.steady, self.checks + 1
        running = self.running()
        told = f"{moment.words} at {(self.wall - self.begun_at) / HOUR:.2f} h"
        assert {job.id for job in moment.situation.jobs if job.state == "running"} == set(running), told
        self._check_time(moment, told)
        assert len(moment.advice) <= MOST
        assert len(set(moment.subjects)) == len(moment.subjects), told
        assert not re.search(r"[{}]|\bNone\b|\bnan\b|-\d+ m", moment.words), told
        if not moment.advice or moment.kinds == ["stretch"]:
            assert moment.rest is None or not moment.advice or moment.rest < 180 + SLACK_SECONDS, told
            return
        assert moment.rest is None or moment.rest > 180 - SLACK_SECONDS, told
        for one in moment.proposals:
            assert one.task_id not in self.blocked, moment.text(one)
            assert not any(waiting.title in moment.text(one) for waiting in self.blocked.values()), moment.text(one)
            self._check_one(one, moment, moment.text(one))
        for advised in moment.advice:
            self._check_fit(advised, moment, told)
        bare = [run for run, one in running.items() if not one.planned]
        declined = moment.situation.declined
        if bare and not any(("plan", f"run:{run}") in declined for run in bare):
            assert (moment.advice[0].kind, moment.advice[0].run_id in bare) == ("plan", True), told
        else:
            assert not any(one.kind == "plan" and one.run_id for one in moment.advice) or bare, told

    @property
    def begun_at(self) -> float:
        """When the first run began."""
        return min((one.started for one in self.trainings.values()), default=self.wall)

    def _check_time(self, moment: Moment, told: str) -> None:
        """Never more time left than there is, of that run and of any that ends before it."""
        wait = moment.wait
        if wait.job is None:
            assert not self.running(), told
            return
        if wait.at is None and wait.latest is None:
            return
        assert moment.rest is not None, told
        sure, rest = wait.sure, self.rest(wait.job.id)
        if sure is not None:
            assert sure <= rest + SLACK_SECONDS, (sure, rest, told)
            assert sure <= moment.rest + SLACK_SECONDS, (sure, moment.rest, told)
        latest = wait.high if wait.latest is None else wait.latest
        if wait.low is not None and latest is not None:
            assert latest >= rest - SLACK_SECONDS, (latest, rest, told)
        if wait.at is not None and wait.low is None:
            assert wait.at >= 0.9 * rest - SLACK_SECONDS, (wait.at, rest, told)

    def _check_fit(self, one: Advice, moment: Moment, told: str) -> None:
        """It takes no longer than there is time."""
        wait = moment.wait
        if moment.rest is not None and one.minutes is not None and wait.budget is not None:
            spread = (wait.at - wait.low) if wait.at is not None and wait.low is not None else 0.0
            spread = wait.latest or spread
            assert one.minutes * 60 <= moment.rest + spread + SLACK_SECONDS, told

    def _check_one(self, one: Proposal, moment: Moment, told: str) -> None:
        """It is not what a colleague would never say."""
        if one.kind == "read":
            assert one.minutes is not None
            left = min(STAMINA - self.read_stretch(), DAY_OF_READING - self.read(self.midnight()))
            assert one.minutes * 60 <= left + 60.0, told
        elif one.kind == "mail":
            assert self.wall - self.mailed >= 3 * HOUR or self.mailed < self.midnight(), told
        elif one.kind == "other":
            assert moment.rest is not None
            assert moment.rest >= HOUR - SLACK_SECONDS, told
            assert one.resume_id is not None, told
            assert [name for name in self.left if name in str(one.title)], told
        elif one.kind == "refactor" and one.task_id is not None:
            task = task_rows.known(self.connection, one.task_id)
            for needed in self.needed(task.project):
                assert Path(needed).stem not in f"{task.title} {task.notes}", told

    def skip_until(self, kind: str) -> list[str]:
        """Skip whatever is advised until something of that kind is; the kinds that were skipped."""
        skipped: list[str] = []
        while (advice := self.ask().advice) and kind not in {one.kind for one in advice}:
            for one in advice:
                self.skip(one)
                skipped.append(one.kind)
        return skipped

    def skip(self, one: Advice) -> None:
        """Not that, now."""
        with write(self.connection):
            [offered] = advice_log.offer(self.connection, [one], self.wall)
            advice_log.answer(self.connection, offered, advice_log.SKIPPED, self.wall)
