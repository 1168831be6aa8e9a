"""Sights of runs, from the journal and the log files."""

import math
import os
from dataclasses import replace

import pytest

from store import progress, rule_states
from store.database import write
from store.machines import USAGE, Reading
from tests.workers.alerts.lab import HERE, HOUR, Lab, card
from workers.alerts.gathering import PACE, STALE_SECONDS, Gathering, subject_of
from workers.alerts.sights import RunSight
from workers.machine import processes
from workers.machine.awake import Clocks

BOOT_ID = processes.boot_id()


@pytest.fixture(name="run")
def _run(lab: Lab) -> str:
    return lab.launch()


class Looker:
    """Looks with a gathering of its own, as a daemon does."""

    def __init__(self, lab: Lab, **about: object) -> None:
        self.lab = lab
        self.read_at: float | None = None
        known = {"here": HERE, "boot_id": BOOT_ID} | about
        self.gathering = Gathering(
            lab.connection,
            here=str(known["here"]),
            boot_id=str(known["boot_id"]),
            read_at=lambda: self.lab.steady if self.read_at is None else self.read_at,
        )

    def see(self, run: str, *readings: Reading) -> RunSight:
        one = self.lab.run(run)
        self.gathering.prepare([one], readings)
        return self.gathering.see(one, self.clocks)

    def watch(self, run: str, seconds: float, *readings: Reading) -> RunSight:
        sights = []
        for _ in range(math.ceil(seconds / 5)):
            self.lab.pass_time(5)
            sights.append(self.see(run, *readings))
        return sights[-1]

    def keep(self) -> None:
        with write(self.lab.connection):
            for subject, data in self.gathering.due(self.clocks):
                rule_states.write(self.lab.connection, PACE, subject, "", data, self.lab.wall)
                self.gathering.note_kept([subject], self.clocks)

    @property
    def clocks(self) -> Clocks:
        return Clocks(self.lab.wall, self.lab.steady, self.lab.boot)


@pytest.fixture(name="looker")
def _looker(lab: Lab) -> Looker:
    return Looker(lab)


class TestSilence:
    """How long nothing was said, in seconds awake."""

    def test_since_the_last_output(self, lab: Lab, looker: Looker, run: str) -> None:
        """It is counted from when the log grew; what was before is a gap."""
        lab.say(run)
        looker.see(run)
        looker.watch(run, 40)
        lab.say(run)
        lab.pass_time(2)
        sight = looker.see(run)
        assert (sight.silence, sight.gaps.longest, sight.has_output) == (2.0, 40.0, True)

    def test_a_run_that_never_said_anything(self, lab: Lab, looker: Looker, run: str) -> None:
        """Its silence began with it."""
        lab.pass_time(100)
        sight = looker.see(run)
        assert (sight.silence, sight.has_output) == (100.0, False)

    def test_sleep_is_no_silence(self, lab: Lab, looker: Looker, run: str) -> None:
        """A laptop that was closed for a night was not silent."""
        lab.say(run)
        looker.see(run)
        looker.watch(run, 10)
        lab.sleep(8 * HOUR)
        lab.pass_time(5)
        sight = looker.see(run)
        assert sight.silence == 15.0
        assert sight.asleep == ((lab.wall - 8 * HOUR, lab.wall),)

    def test_a_stepped_clock_is_no_silence(self, lab: Lab, looker: Looker, run: str) -> None:
        """Nor is a wall clock that was set forward."""
        lab.say(run)
        looker.see(run)
        lab.pass_time(5)
        lab.wall += 3 * HOUR
        assert looker.see(run).silence == 5.0

    def test_suspended(self, lab: Lab, looker: Looker, run: str) -> None:
        """While a job is stopped nothing is said about it; afterwards it goes on where it was."""
        lab.say(run)
        looker.see(run)
        looker.watch(run, 20)
        lab.suspend(run)
        assert looker.watch(run, 2 * HOUR).silence is None
        lab.suspend(run, resume=True)
        sight = looker.watch(run, 10)
        assert sight.silence == 30.0
        assert sight.suspended == [(lab.wall - 10 - 2 * HOUR, lab.wall - 10)]

    def test_journal_behind(self, lab: Lab, looker: Looker, run: str) -> None:
        """Where the logs have not been read for long nothing can be told of silence, nor of steps."""
        lab.step(run, 1)
        looker.see(run)
        looker.read_at = lab.steady
        assert looker.watch(run, STALE_SECONDS).silence == STALE_SECONDS
        sight = looker.watch(run, 5)
        assert (sight.silence, sight.since_step) == (None, None)

    def test_the_log_file_itself(self, lab: Lab, looker: Looker) -> None:
        """A log that grew is not silent, also where nobody could read it into the journal yet."""
        run = lab.launch(files=True, log=b"one line\n")
        path = lab.settings.home / "runs" / run / "attempt-1" / "log"
        os.utime(path, (lab.wall, lab.wall))
        looker.see(run)
        looker.watch(run, 60)
        lab.pass_time(5)
        path.write_bytes(b"one line\nanother\n")
        os.utime(path, (lab.wall - 3, lab.wall - 3))
        assert looker.see(run).silence == 3.0

    def test_a_log_that_is_nowhere(self, lab: Lab, looker: Looker) -> None:
        """A job that was attached and writes no log that can be seen is not silent: that is unknown."""
        run = lab.launch(engine="attached")
        assert looker.watch(run, 60).silence is None

    def test_another_machine(self, lab: Lab, looker: Looker) -> None:
        """Of a run on another machine its metrics are known, its silence is not."""
        run = lab.launch(host="far-away")
        lab.step(run, 3)
        lab.measure(run, "loss", [1.0])
        sight = looker.watch(run, 60)
        assert (sight.silence, sight.since_step, sight.work) == (None, None, None)
        assert [one.name for one in sight.series] == ["loss"]


class TestRestart:
    """A daemon that begins while runs are at work."""

    def test_silence_before_it_counts(self, lab: Lab, looker: Looker, run: str) -> None:
        """Where the machine has not slept since it was booted, the time of the last output tells the silence."""
        lab.say(run)
        lab.pass_time(HOUR)
        assert looker.see(run).silence == HOUR

    def test_silence_before_it_is_unknown(self, lab: Lab, looker: Looker, run: str) -> None:
        """Where it has slept, nobody knows how much of that was sleep: only what is seen counts."""
        lab.sleep(60)
        lab.say(run)
        lab.pass_time(HOUR)
        assert looker.see(run).silence == 0.0
        assert looker.watch(run, 20).silence == 20.0

    def test_it_goes_on_with_what_was_kept(self, lab: Lab, looker: Looker, run: str) -> None:
        """What an earlier daemon wrote down tells the silence exactly, sleep or not."""
        for done in range(20):
            lab.step(run, done)
            looker.watch(run, 10)
            looker.keep()
        before = looker.see(run)
        lab.sleep(5 * HOUR)
        lab.pass_time(300)
        after = Looker(lab).see(run)
        assert (before.silence, after.silence) == (10.0, 310.0)
        assert after.since_step == 310.0
        assert before.gaps.count - 7 < after.gaps.count <= before.gaps.count
        assert after.gaps.longest == before.gaps.longest
        assert after.asleep == ((lab.wall - 5 * HOUR, lab.wall),)

    def test_output_meanwhile(self, lab: Lab, looker: Looker, run: str) -> None:
        """What was said while no daemon looked ends the silence, and teaches nothing about gaps."""
        lab.say(run)
        looker.see(run)
        looker.watch(run, 65)
        looker.keep()
        lab.pass_time(1000)
        lab.say(run)
        lab.pass_time(30)
        sight = Looker(lab).see(run)
        assert (sight.silence, sight.gaps.longest) == (30.0, None)

    def test_of_another_boot(self, lab: Lab, looker: Looker, run: str) -> None:
        """The steady clock of another boot tells nothing; the journal is asked again."""
        lab.say(run)
        looker.see(run)
        looker.watch(run, 65)
        looker.keep()
        lab.pass_time(35)
        assert Looker(lab, boot_id="another").see(run).silence == 100.0

    def test_damaged_state(self, lab: Lab, looker: Looker, run: str) -> None:
        """A state that makes no sense is as good as none."""
        with write(lab.connection):
            rule_states.write(lab.connection, PACE, subject_of(run, 1), "", {"boot": BOOT_ID, "gaps": 7}, lab.wall)
        lab.pass_time(10)
        assert looker.see(run).silence == 10.0

    def test_written_once_a_minute(self, lab: Lab, looker: Looker, run: str) -> None:
        """A run that prints all the time is written down once a minute, one that is silent not at all."""
        written = 0
        looker.see(run)
        for _ in range(72):
            lab.say(run)
            looker.watch(run, 5)
            written += len(looker.gathering.due(looker.clocks))
            looker.keep()
        assert written == 6
        looker.watch(run, 60)
        looker.keep()
        looker.watch(run, 600)
        assert looker.gathering.due(looker.clocks) == []


class TestPast:
    """What finished runs of the same kind teach."""

    def test_their_longest_silence(self, lab: Lab, looker: Looker) -> None:
        """The longest of them is known of the next one, the last silence before an end included; crashes teach none."""
        for silence, state in ((400.0, "finished"), (900.0, "failed"), (200.0, "finished")):
            run = lab.launch()
            lab.say(run)
            looker.see(run)
            lab.say(run)
            looker.watch(run, silence)
            lab.end(run, state)
            with write(lab.connection):
                for subject, data in looker.gathering.leave([]):
                    rule_states.write(lab.connection, PACE, subject, "", data, lab.wall)
            lab.pass_time(10)
        assert looker.see(lab.launch()).gaps.past == 400.0
        other = lab.launch(argv=["python", "other.py"])
        assert looker.see(other).gaps.past is None


class TestWork:
    """What a run's processes did lately."""

    def _usage(self, lab: Lab, run: str, cpu: float, *uuids: str) -> Reading:
        gpus = [{"uuid": uuid, "utilisation": 50, "memory": 1} for uuid in uuids]
        return Reading(USAGE, run, HERE, lab.wall, {"cpu": cpu, "gpus": gpus})

    def _gpus(self, lab: Lab, *cards: dict[str, object]) -> Reading:
        return Reading("gpus", HERE, HERE, lab.wall, {"gpus": list(cards)})

    def test_mean_of_five_minutes(self, lab: Lab, looker: Looker, run: str) -> None:
        """What was longer ago is forgotten."""
        sight = looker.see(run)
        for cpu in [100.0] * 30 + [20.0] * 30 + [40.0] * 30:
            lab.pass_time(5)
            sight = looker.see(run, self._usage(lab, run, cpu))
        assert sight.work is not None
        assert sight.work.cpu == pytest.approx(30.0, abs=2.0)
        assert 290 <= sight.work.seconds <= 300

    def test_gpus(self, lab: Lab, looker: Looker, run: str) -> None:
        """Utilisation and power are those of the GPUs it is on, power as a share of their limits."""
        cards = [card(0, utilisation=100, power=60.0), card(1, utilisation=0, power=90.0), card(2, power=300.0)]
        sight = looker.see(run, self._usage(lab, run, 5.0, "GPU-0", "GPU-1"), self._gpus(lab, *cards))
        assert sight.work is not None
        assert (sight.work.gpu, sight.work.power) == (50.0, 0.25)

    def test_old_readings(self, lab: Lab, looker: Looker, run: str) -> None:
        """A reading that does not change is counted once, and one from long ago not at all."""
        usage = self._usage(lab, run, 80.0)
        looker.see(run, usage)
        sight = looker.watch(run, 100, usage)
        assert sight.work is not None
        assert (sight.work.cpu, sight.work.seconds) == (80.0, 100.0)
        assert looker.watch(run, 300, usage).work is None
        late = replace(self._usage(lab, run, 80.0), as_of=lab.wall - STALE_SECONDS - 1)
        assert looker.see(run, late).work is None


def test_progress_and_metrics(lab: Lab, looker: Looker, run: str) -> None:
    """Counters, predictions, metrics and their directions come as the journal has them; of another attempt none do."""
    lab.step(run, 10, 100, phase="val")
    lab.measure(run, "reward", [1.0, 2.0, 3.0])
    lab.prefer(run, "reward", "higher")
    with write(lab.connection):
        for percent in (5, 10):
            progress.record_prediction(lab.connection, run, 1, percent=percent, time=lab.wall + percent, remaining=50.0)
    sight = looker.see(run)
    assert sight.progress is not None
    assert (sight.progress.share, sight.phase) == (0.1, "val")
    assert sight.predictions == [(5.0, lab.wall + 5, 50.0), (10.0, lab.wall + 10, 50.0)]
    assert sight.directions == {"reward": "higher"}
    assert sight.tail(sight.series[0], 2).values == [2.0, 3.0]
    lab.retry(run)
    sight = looker.see(run)
    assert (sight.progress, sight.since_step, sight.predictions) == (None, None, [])
