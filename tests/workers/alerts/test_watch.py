"""The alerts' engine: what begins is raised once, whatever happens around it."""

import math
import sqlite3
from collections.abc import Mapping
from typing import Any

import pytest

from store import alerts, deliveries, delivery_log, mutes, rule_states, runs, thresholds
from store.database import write
from store.errors import JournalError
from store.preferences import AlertPreferences, ChannelChoice, RuleChoice, save_preferences
from tests.workers.alerts.lab import HERE, HOUR, MINUTE, Lab, card
from workers.alerts.asking import Asking, Key
from workers.alerts.gathering import PACE
from workers.alerts.judgement import Judgement
from workers.alerts.sights import MachineSight, RunSight
from workers.alerts.watch import OLD_SECONDS, TRIM_SECONDS

NAN = [math.nan] * 5
LOSS = [1.0 / (1 + n) for n in range(200)]


class Switch:
    """A rule that says what a test wants, of every run or of one part of the machine."""

    def __init__(self, kind: str, **about: Any) -> None:
        self.kind = kind
        self.about = about
        self.active: bool | None = False
        self.facts: Mapping[str, Any] = {}

    def __call__(self, sight: RunSight | MachineSight, sensitivity: str) -> Judgement:
        about = dict(self.about)
        if isinstance(sight, RunSight):
            about |= {"run_id": sight.run.id, "attempt": sight.run.attempt}
        return Judgement(self.kind, self.active, dict(self.facts), **about)


def paced_run(lab: Lab) -> str:
    """A run that has printed a step each ten seconds for some minutes, and now computes nothing."""
    run = lab.launch()
    lab.use(run, cpu=1.0)
    for done in range(40):
        lab.step(run, done, 1000)
        lab.look(10)
    return run


def kinds(lab: Lab) -> list[str]:
    """The kinds of all alerts, in the order in which they were raised."""
    return [one.kind for one in lab.alerts()]


class TestRuns:
    """Rules on runs, as they are."""

    def test_a_stall_from_begin_to_end(self, lab: Lab) -> None:
        """It is raised once, shown as the run's health, and over when the run goes on."""
        run = paced_run(lab)
        assert lab.look(HOUR) == 1
        assert lab.run(run).health == ["stalled"]
        (alert,) = lab.alerts()
        assert (alert.kind, alert.cleared) == ("stalled", None)
        for done in range(40, 50):
            lab.step(run, done, 1000)
            lab.look(10)
        assert lab.run(run).health == []
        assert lab.alerts()[0].cleared is not None

    def test_a_loss_that_diverges_is_told_within_ten_seconds(self, lab: Lab) -> None:
        """It is found at the next look, with what a page marks on the curve, and held back for what may follow."""
        run = lab.launch()
        lab.pass_time(HOUR)
        lab.measure(run, "loss", LOSS)
        lab.look()
        lab.pass_time(5)
        lab.measure(run, "loss", NAN, first=200)
        assert lab.look(5) == 1
        (alert,) = lab.alerts("diverged")
        assert (alert.facts["metric"], alert.facts["step"]) == ("loss", 200)
        assert lab.run(run).health == ["diverged"]

    def test_thresholds(self, lab: Lab) -> None:
        """A condition of the user is told when it comes true, and counted when it does so again."""
        run = lab.launch()
        with write(lab.connection):
            thresholds.add(lab.connection, "val_acc > 0.9", lab.wall, run_id=run)
        lab.pass_time(5)
        for place, values in enumerate(([0.5, 0.8], [0.95, 0.96], [0.7], [0.97])):
            lab.measure(run, "val_acc", values, first=10 * place)
            lab.look(10)
        (alert,) = lab.alerts("threshold")
        assert (alert.count, alert.facts["value"], alert.cleared) == (2, 0.95, None)

    def test_the_last_evaluation(self, lab: Lab) -> None:
        """What a run measured right before its end is read still, and of a run too short to be ever looked at."""
        run = lab.launch()
        with write(lab.connection):
            thresholds.add(lab.connection, "val_acc > 0.9", lab.wall - 1, project_id=lab.run(run).project_id)
        lab.look()
        lab.pass_time(3)
        lab.measure(run, "val_acc", [0.93])
        short = lab.launch("smoke")
        lab.measure(short, "val_acc", [0.99])
        lab.pass_time(1)
        lab.end(run)
        lab.end(short)
        lab.pass_time(1)
        assert lab.look(30) == 2
        assert {(one.run_id, one.kind) for one in lab.alerts()} == {(run, "threshold"), (short, "threshold")}

    def test_many_short_runs_at_once(self, lab: Lab) -> None:
        """All that ended since the last look are read to their end, however many they are."""
        lab.look()
        made = [lab.launch(f"smoke-{number}") for number in range(60)]
        with write(lab.connection):
            project = lab.run(made[0]).project_id
            thresholds.add(lab.connection, "val_acc > 0.9", lab.wall - 1, project_id=project)
        for run in made:
            lab.measure(run, "val_acc", [0.99])
            lab.end(run)
        assert lab.look(10) == 60

    def test_a_new_best_takes_the_place_of_one_that_is_not_told(self, lab: Lab) -> None:
        """Until the digest there is one alert with the newest value."""
        run = lab.launch()
        for place in range(20):
            lab.measure(run, "val_acc", [0.5 + place / 100], first=place)
            lab.look(5)
        (alert,) = lab.alerts("best")
        assert alert.facts["value"] == pytest.approx(0.69)

    def test_a_best_that_is_pushed_at_once(self, lab: Lab) -> None:
        """Somebody who wants to hear of each at once does so once an hour; the others are counted."""
        chosen = AlertPreferences(rules={"best": RuleChoice(severity="now")})
        save_preferences(lab.connection, chosen, lab.wall)
        run = lab.launch()
        for place in range(100):
            lab.measure(run, "val_acc", [0.5 + place / 1000], first=place)
            lab.look(MINUTE)
        told = lab.alerts("best")
        assert len(told) == 2
        assert sum(one.count for one in told) > 80


class TestOnce:
    """Once, and not again."""

    def test_after_a_restart(self, lab: Lab) -> None:
        """Nothing that was told is told again by the next daemon."""
        run = paced_run(lab)
        lab.measure(run, "loss", [*LOSS, *NAN])
        lab.look(HOUR)
        told = kinds(lab)
        assert sorted(told) == ["diverged", "stalled"]
        for _ in range(3):
            lab.start()
            assert lab.look(10 * MINUTE) == 0
        assert kinds(lab) == told

    def test_what_began_while_nobody_looked(self, lab: Lab) -> None:
        """What is still so is told by the next daemon."""
        run = paced_run(lab)
        lab.pass_time(2 * HOUR)
        lab.measure(run, "loss", [*LOSS, *NAN])
        lab.start()
        assert lab.look(3 * MINUTE) == 2
        assert sorted(kinds(lab)) == ["diverged", "stalled"]

    def test_flapping(self, lab: Lab) -> None:
        """What comes and goes is one alert with a count."""
        rule = Switch("stalled")
        lab.start(Asking(lab.connection, run_rules={"stalled": rule}))
        lab.launch()
        for _ in range(6):
            rule.active = True
            lab.look(10)
            rule.active = False
            lab.look(60)
        (alert,) = lab.alerts()
        assert (alert.count, alert.cleared is not None) == (6, True)

    def test_another_attempt(self, lab: Lab) -> None:
        """It is told of the next attempt as well; the flag of the one before is gone with it."""
        rule = Switch("stalled")
        rule.active = True
        lab.start(Asking(lab.connection, run_rules={"stalled": rule}))
        run = lab.launch()
        lab.look(10)
        rule.active = False
        lab.retry(run)
        lab.look(60)
        assert lab.run(run).health == []
        rule.active = True
        lab.look(10)
        assert [(one.attempt, one.cleared is not None) for one in lab.alerts()] == [(1, True), (2, False)]

    def test_states_that_were_lost(self, lab: Lab) -> None:
        """Even where nothing is remembered an alert is not raised twice, and is known to be the one that is open."""
        rule = Switch("stalled")
        rule.active = True
        lab.start(Asking(lab.connection, run_rules={"stalled": rule}))
        lab.launch()
        lab.look(10)
        with write(lab.connection):
            for one in rule_states.read(lab.connection):
                rule_states.drop(lab.connection, one.rule, one.subject, one.occasion)
        lab.start(Asking(lab.connection, run_rules={"stalled": rule}))
        assert lab.look(10) == 0
        rule.active = False
        lab.look(60)
        (alert,) = lab.alerts()
        assert alert.cleared is not None


class TestOver:
    """What is over."""

    def test_the_run_has_ended(self, lab: Lab) -> None:
        """With the run all of its episodes are over, and nothing more is said of it."""
        run = paced_run(lab)
        lab.look(HOUR)
        lab.end(run, "stopped")
        assert lab.look(HOUR) == 0
        (alert,) = lab.alerts()
        assert alert.cleared is not None
        assert lab.run(run).health == []

    def test_it_ended_while_it_was_judged(self, lab: Lab) -> None:
        """A run that ends between the look and the writing raises nothing any more."""
        run = lab.launch()

        def judge(sight: RunSight, sensitivity: str) -> Judgement:
            if sight.run.state == "running":
                lab.end(run, "failed")
            return Judgement("stalled", True, {"how": "silence", "silence": 9.0}, run_id=run, attempt=1)

        lab.start(Asking(lab.connection, run_rules={"stalled": judge}))
        assert lab.look(10) == 0
        assert lab.alerts() == []

    def test_what_was_held_is_not_sent(self, lab: Lab) -> None:
        """A push that waits for the morning is not sent when its cause is over by then, and is when it comes again."""
        chosen = AlertPreferences(quiet=("00:00", "23:59"), channels={"pushbullet": ChannelChoice()})
        save_preferences(lab.connection, chosen, lab.wall)
        rule = Switch("stalled")
        lab.start(Asking(lab.connection, run_rules={"stalled": rule}))
        lab.launch()
        states = []
        for rule.active in (True, False, True):
            lab.look(60)
            (alert,) = lab.alerts()
            states += [(one.state, one.why) for one in deliveries.deliveries_of(lab.connection, [alert.id])[alert.id]]
        assert states == [("held", "quiet"), ("suppressed", "over"), ("held", "quiet")]

    def test_a_rule_that_is_switched_off(self, lab: Lab) -> None:
        """What it told is over at once, its flag is taken down, and it says no more."""
        run = paced_run(lab)
        lab.look(HOUR)
        save_preferences(lab.connection, AlertPreferences(rules={"stalled": RuleChoice(on=False)}), lab.wall)
        assert lab.look(5) == 0
        assert lab.run(run).health == []
        (alert,) = lab.alerts()
        assert alert.cleared is not None

    def test_muted(self, lab: Lab) -> None:
        """A rule that is muted for a run still shows, and is pushed nowhere."""
        run = paced_run(lab)
        mutes.mute(lab.connection, run, "stalled", lab.wall)
        lab.look(HOUR)
        (alert,) = lab.alerts()
        ways = deliveries.deliveries_of(lab.connection, [alert.id])[alert.id]
        assert {(one.state, one.why) for one in ways} == {("suppressed", "muted")}
        assert lab.run(run).health == ["stalled"]


class TestMachine:
    """Rules on machines."""

    def test_a_gpu_is_lost(self, lab: Lab) -> None:
        """It is told once, of the GPU and not of the run that had it, and over when it is back."""
        lab.show_gpus(card(0), card(1))
        lab.look()
        lab.befall("gpu:GPU-1", "lost", index=1, name="NVIDIA RTX A6000")
        for _ in range(10):
            lab.show_gpus(card(0), card(1, trouble="lost"))
            lab.look(5)
        (alert,) = lab.alerts()
        assert (alert.kind, alert.subject, alert.run_id) == ("gpu_lost", "gpu:GPU-1", None)
        lab.befall("gpu:GPU-1", "returned", index=1)
        lab.show_gpus(card(0), card(1))
        lab.look(5)
        assert lab.alerts()[0].cleared is not None

    def test_an_idle_gpu_of_each_run(self, lab: Lab) -> None:
        """Two runs that share a GPU which does nothing are told of one by one; what ends with a run is over with it."""
        lab.pass_time(HOUR)
        pair = [lab.launch(name) for name in ("first", "second")]
        held = [{"pid": 1, "run": run, "memory": 1 << 30} for run in pair]
        lab.pass_time(30 * MINUTE)
        lab.keep("gpu:GPU-0", "utilisation", [0.0] * 170)
        for run in pair:
            lab.keep(f"run:{run}", "gpu_memory", [float(1 << 30)] * 170)
        for _ in range(3):
            lab.show_gpus(card(0, utilisation=0, power=30.0, processes=held))
            lab.look(5)
        assert sorted(str(one.run_id) for one in lab.alerts("gpu_idle")) == sorted(pair)
        lab.end(pair[0])
        lab.look(5)
        assert {one.run_id for one in lab.alerts("gpu_idle") if one.cleared is None} == {pair[1]}

    def test_again_the_next_day(self, lab: Lab) -> None:
        """What befalls a machine again soon is counted; after a day it is another alert, also for another daemon."""
        rule = Switch("gpu_lost", subject="gpu:GPU-0")
        for pause in (MINUTE, MINUTE, 24 * HOUR):
            lab.start(Asking(lab.connection, machine_rules={"gpu_lost": rule}))
            rule.active = True
            lab.look(5)
            rule.active = False
            lab.look(5)
            lab.pass_time(pause)
        rule.active = True
        lab.look(5)
        assert [(one.count, one.cleared is None) for one in lab.alerts()] == [(3, False), (1, True)]

    def test_again_when_all_is_forgotten(self, lab: Lab) -> None:
        """An alert of long ago, of which nothing is remembered, does not stand in the way of a new one."""
        rule = Switch("gpu_lost", subject="gpu:GPU-0")
        for _ in range(3):
            lab.start(Asking(lab.connection, machine_rules={"gpu_lost": rule}))
            for rule.active in (True, False):
                lab.look(5)
            lab.pass_time(OLD_SECONDS + TRIM_SECONDS)
            lab.start(Asking(lab.connection, machine_rules={"gpu_lost": rule}))
            lab.look(10)
            assert [one for one in rule_states.read(lab.connection) if one.rule == "gpu_lost"] == []
        assert len(lab.alerts()) == 3

    def test_the_review(self, lab: Lab) -> None:
        """The week's review is told once, with its figures."""
        run = lab.launch()
        lab.pass_time(3 * HOUR)
        lab.end(run)
        lab.pass_time(7 * 86400)
        save_preferences(lab.connection, AlertPreferences(review="sat 00:00"), lab.wall)
        for _ in range(3):
            lab.start()
            lab.look(5 * MINUTE)
        (alert,) = lab.alerts()
        assert (alert.kind, alert.cleared) == ("review", None)
        assert {"runs", "finished", "crashed", "hours", "open"} <= alert.facts.keys()


class TestTrouble:
    """What must not end a look."""

    def test_one_rule_that_fails(self, lab: Lab) -> None:
        """The others still raise what they find, and what the failing one told before is not taken for over."""
        good, bad = Switch("stalled"), Switch("diverged")
        lab.start(Asking(lab.connection, run_rules={"stalled": good, "diverged": bad}))
        lab.launch()
        bad.active = True
        lab.look(5)
        bad.about = {"since": object()}

        def fail(sight: RunSight, sensitivity: str) -> Judgement:
            raise ZeroDivisionError

        lab.start(Asking(lab.connection, run_rules={"stalled": good, "diverged": fail}))
        good.active = True
        lab.look(20 * MINUTE)
        assert [(one.kind, one.cleared) for one in lab.alerts()] == [("diverged", None), ("stalled", None)]

    def test_one_alert_that_cannot_be_raised(self, lab: Lab) -> None:
        """The others of that look are, and it is raised as soon as it can be."""
        good, bad = Switch("stalled"), Switch("diverged")
        bad.facts = {"metric": {1, 2}}
        good.active = bad.active = True
        lab.start(Asking(lab.connection, run_rules={"diverged": bad, "stalled": good}))
        run = lab.launch()
        assert lab.look(20) == 1
        assert (kinds(lab), lab.run(run).health) == (["stalled"], ["stalled"])
        bad.facts = {"metric": "loss"}
        assert lab.look(5) == 1
        assert kinds(lab) == ["stalled", "diverged"]

    def test_a_run_that_cannot_be_looked_at(self, lab: Lab) -> None:
        """One run with strange data does not keep the others from being watched."""
        odd = paced_run(lab)
        rule = Switch("stalled")
        rule.active = True
        well = lab.launch("well")
        with write(lab.connection):
            lab.connection.execute("UPDATE progress SET done = 'x' WHERE run_id = ?", (odd,))
        lab.start(Asking(lab.connection, run_rules={"stalled": rule}))
        lab.look(10)
        assert {one.run_id for one in lab.alerts()} == {well}

    def test_a_journal_that_cannot_be_written(self, lab: Lab) -> None:
        """The look fails as a whole and has written nothing; the next one does it all."""
        rule = Switch("stalled")
        rule.active = True
        lab.start(Asking(lab.connection, run_rules={"stalled": rule}))
        run = lab.launch()
        lab.connection.execute("PRAGMA query_only=ON")
        with pytest.raises(JournalError):
            lab.look()
        lab.connection.execute("PRAGMA query_only=OFF")
        assert (lab.alerts(), lab.watch.states) == ([], {})
        assert lab.look() == 1
        assert lab.run(run).health == ["stalled"]


class TestKeeping:
    """What is written, and for how long it is kept."""

    def test_nothing_is_written_where_nothing_changes(self, lab: Lab, journal: sqlite3.Connection) -> None:
        """Looks at a quiet laboratory do not touch the journal."""
        run = paced_run(lab)
        lab.look(HOUR)
        before = journal.total_changes
        lab.busy.clear()
        lab.look(10 * MINUTE)
        assert journal.total_changes == before
        assert lab.run(run).health == ["stalled"]

    def test_old_things_are_dropped(self, lab: Lab) -> None:
        """Once an hour, what is remembered of runs that ended long ago, and the log of deliveries, are cut."""
        old = paced_run(lab)
        lab.look(HOUR)
        lab.end(old)
        lab.look(5)
        with write(lab.connection):
            for outcome in ("retried", "sent"):
                delivery_log.record(lab.connection, lab.wall, lab.alerts()[0].id, "pushbullet", outcome)
        told = lab.wall
        young = lab.launch()
        lab.look(5)
        assert {one.rule for one in rule_states.read(lab.connection)} == {PACE, "stalled"}
        lab.pass_time(OLD_SECONDS)
        lab.start()
        lab.look(2 * TRIM_SECONDS, every=60)
        left = {one.subject for one in rule_states.read(lab.connection)}
        assert left <= {f"run:{young}/1"}
        assert not any(old in key.subject for key in lab.watch.states)
        old_lines = [line for line in delivery_log.read(lab.connection) if line.time <= told]
        assert {line.outcome for line in old_lines} == {"sent"}, "what was sent is what weeks are looked back on by"

    def test_what_runs_is_not_dropped(self, lab: Lab) -> None:
        """A training of a year keeps what was told of it."""
        rule = Switch("stalled")
        rule.active = True
        lab.start(Asking(lab.connection, run_rules={"stalled": rule}))
        run = lab.launch()
        lab.look(5)
        for _ in range(4):
            lab.pass_time(OLD_SECONDS)
            lab.look(5)
            lab.start(Asking(lab.connection, run_rules={"stalled": rule}))
        assert Key("stalled", f"run:{run}/1", "") in lab.watch.states
        assert len(lab.alerts()) == 1


class TestLookAlikes:
    """What looks like trouble and is none."""

    def test_a_validation_of_twenty_minutes(self, lab: Lab) -> None:
        """Its processes work: nobody is woken."""
        run = paced_run(lab)
        lab.use(run, cpu=350.0)
        assert lab.look(20 * MINUTE) == 0

    def test_a_laptop_that_sleeps(self, lab: Lab) -> None:
        """A night with the lid closed, ten times over, is no stall."""
        run = paced_run(lab)
        for done in range(40, 50):
            lab.sleep(8 * HOUR)
            lab.look(MINUTE)
            lab.step(run, done, 1000)
        assert lab.alerts() == []

    def test_a_suspended_job(self, lab: Lab) -> None:
        """A job that was stopped with Ctrl-Z for a day, and goes on then."""
        run = paced_run(lab)
        lab.suspend(run)
        lab.look(24 * HOUR, every=60)
        lab.suspend(run, resume=True)
        lab.look(5 * MINUTE)
        assert lab.alerts() == []

    def test_logs_that_are_read_late(self, lab: Lab) -> None:
        """While the daemon cannot keep up with the logs, silence is not judged."""
        paced_run(lab)
        lab.read_at = lab.steady
        lab.look(3 * HOUR)
        assert lab.alerts() == []
        lab.read_at = None
        assert lab.look(5) == 1

    def test_machines_elsewhere(self, lab: Lab) -> None:
        """A run on another machine, of which only its log is seen, does not stall here; its loss is watched."""
        run = lab.launch(host=f"not-{HERE}")
        lab.pass_time(HOUR)
        lab.measure(run, "loss", [*LOSS, *NAN])
        lab.look(3 * HOUR, every=60)
        assert kinds(lab) == ["diverged", "best"]


def test_flags_follow_the_run(lab: Lab) -> None:
    """A flag is of a run that runs: one that ended has none, whatever is said of it in the same moment."""
    run = paced_run(lab)
    lab.look(HOUR)
    lab.end(run)
    with write(lab.connection):
        assert runs.set_flag(lab.connection, run, "stalled", True) is False
    lab.look(5)
    assert lab.run(run).health == []
    assert alerts.open_alerts(lab.connection) == []
