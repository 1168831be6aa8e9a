"""Raising alerts: once per cause, what tells the same as one, in the reader's language, for the channels chosen."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from store import mutes
from store.alerts import clear_alert, open_alerts
from store.channels import ChannelUrl
from store.database import write
from store.preferences import ChannelChoice, RuleChoice
from store.runs import Run
from tests.workers.alerts.conftest import Clock
from tests.workers.alerts.office import OTHER, REFUSED, Office
from workers.alerts import raising
from workers.alerts.channels import PUSHBULLET

NAN = {"how": "not_finite", "metric": "loss", "value": "nan", "step": 1240, "points": 3}
BEST = {"metric": "val_acc", "value": 0.91, "step": 800, "previous": 0.9, "direction": "higher"}
SLIP = {"was_at": 1_795_000_000.0, "is_at": 1_795_090_000.0, "by": 90_000.0, "share": 0.6}
STALL = {"how": "silence", "silence": 2520.0, "usual": 3.0, "busy": "idle"}
IDLE = {"index": 0, "memory": 10_000_000_000, "length": 900.0}


@pytest.fixture
def office(journal: sqlite3.Connection, tmp_path: Path, clock: Clock) -> Office:
    return Office(journal, tmp_path, clock)


@pytest.fixture
def run(office: Office) -> Run:
    return office.run(name="resnet-aug")


def ended(run: Run, cause: str | None = None) -> Run:
    return replace(run, state="failed", exit_code=1, cause=cause, ended=run.created + 3600, seconds=3600.0)


class TestOnce:
    """One alert per cause."""

    def test_the_same_cause(self, office: Office, run: Run) -> None:
        """The same of one attempt is told once; another attempt, occasion, subject or note is another one."""
        office.tell("crashed", run)
        assert office.tell_again("crashed", run) is None
        office.tell("crashed", replace(run, attempt=2))
        office.tell("threshold", run, occasion="1", facts={"expression": "loss < 1"})
        office.tell("threshold", run, occasion="2", facts={"expression": "loss < 2"})
        assert office.tell_again("threshold", run, occasion="2") is None
        office.tell("heat", subject="gpu:a", facts={"index": 0, "reason": "hot"})
        office.tell("heat", subject="gpu:b", facts={"index": 1, "reason": "hot"})
        assert office.tell_again("heat", subject="gpu:b") is None
        for number in range(2):
            office.tell("note", title="done", body="loss 0.1", unique=f"note/{number}")

    def test_words_of_ones_own(self, office: Office) -> None:
        """A note has the user's words and link, and goes out at once on every channel."""
        made = office.tell("note", title="学習 done", body="loss 0.1", url="http://example.org", unique="note/1")
        found = office.alert(made)
        assert (found.title, found.body, found.url) == ("学習 done", "loss 0.1", "http://example.org")
        assert {way.channel: way.state for way in office.ways(made)} == {PUSHBULLET: "waiting", OTHER: "waiting"}

    def test_a_test_push_is_for_one_channel(self, office: Office) -> None:
        """It goes where it was asked for, though that channel is off."""
        office.choose(channels={OTHER: ChannelChoice(on=False)})
        made = office.tell("test", title="Machiai can reach you", channels=[OTHER], unique="test/1")
        assert [(way.channel, way.state) for way in office.ways(made)] == [(OTHER, "waiting")]

    def test_too_old_to_push(self, office: Office, run: Run) -> None:
        """What is only to be shown is on no channel's way."""
        assert office.ways(office.tell("crashed", run, push=False)) == []

    def test_muted_and_off(self, office: Office, run: Run) -> None:
        """What a person does not want to hear of is kept for the dashboard and not sent."""
        mutes.mute(office.connection, run.id, "stalled", office.clock.now)
        office.choose(rules={"finished": RuleChoice(on=False)})
        assert office.state(office.tell("stalled", run, facts=STALL)) == ("suppressed", "muted")
        assert office.state(office.tell("finished", run)) == ("suppressed", "off")
        assert office.state(office.tell("stalled", replace(run, id=office.run().id), facts=STALL)) == ("waiting", None)

    def test_without_a_token(self, office: Office, run: Run) -> None:
        """Without a token alerts wait for one, unless another channel tells them."""
        office.settings = replace(office.settings, pushbullet_token="")
        made = office.tell("crashed", run)
        assert office.state(made) == ("suppressed", "filter")
        assert "token" in (office.way(made).error or "")
        assert office.state(made, OTHER) == ("waiting", None)
        office.settings = replace(office.settings, channels=())
        assert office.state(office.tell("finished", run)) == ("waiting", None)

    def test_a_fallback_alone(self, office: Office, run: Run) -> None:
        """A fallback does not wait for a channel without a token."""
        office.choose(channels={OTHER: ChannelChoice(fallback=True)})
        office.settings = replace(office.settings, pushbullet_token="")
        assert office.state(office.tell("crashed", run), OTHER) == ("waiting", None)


class TestWords:
    """Language and privacy."""

    def test_language(self, office: Office, run: Run) -> None:
        """Alerts are written in the language chosen for them."""
        english = office.alert(office.tell("stalled", run, facts=STALL)).title
        office.choose(language="ja")
        other = office.run(name="resnet-aug")
        assert office.alert(office.tell("stalled", other, facts=STALL)).title != english

    @pytest.mark.parametrize("by", ["settings", "preferences"])
    def test_private(self, office: Office, run: Run, by: str) -> None:
        """Host and log lines stay here when either place says so."""
        if by == "settings":
            office.settings = replace(office.settings, private=True)
        else:
            office.choose(private=True)
        lines = ["batch 7 of customer-42 failed"]
        shown = office.alert(office.tell("crashed", ended(run, "exit code 1"), log_lines=lines)).body
        assert "lab-1" not in shown
        assert "customer-42" not in shown
        office.settings = replace(office.settings, private=False)
        office.choose(private=False)
        other = replace(ended(run, "exit code 1"), attempt=2)
        assert "customer-42" in office.alert(office.tell("crashed", other, log_lines=lines)).body

    def test_secrets(self, office: Office, run: Run) -> None:
        """Neither the token nor a channel's address gets into a text."""
        url = "ntfys://example.org/topic-of-nobody-42X"
        office.settings = replace(office.settings, channels=(ChannelUrl(OTHER, url),))
        crash = ended(run, f"bad token o.nobody for {url}")
        found = office.alert(office.tell("crashed", crash, log_lines=["o.nobody", "topic-of-nobody-42X"]))
        for secret in ("o.nobody", "topic-of-nobody-42X"):
            assert secret not in found.title + found.body


class TestEnds:
    """The end of a run takes in what of it is untold."""

    def test_nan_then_crash_is_one_message(self, office: Office, run: Run) -> None:
        """A crash that follows a NaN within its grace is one push, and says the NaN in a line."""
        nan = office.tell("diverged", run, facts=NAN)
        assert office.state(nan) == ("held", "grace")
        office.clock.now += 20
        crash = office.tell("crashed", ended(run, "RuntimeError: CUDA error: device-side assert triggered"))
        office.deliver_until(office.clock.now + 3600)
        assert office.phones[PUSHBULLET].arrived == [office.alert(crash).guid]
        assert office.state(nan) == ("suppressed", "replaced")
        assert office.alert(nan).merged_into == crash
        assert "1,240" in office.alert(crash).body.splitlines()[1]
        assert office.alert(crash).facts["before"] == [{"kind": "diverged", "facts": NAN}]
        assert [one.id for one in open_alerts(office.connection)] == [crash]

    def test_finished_replaces_what_waits(self, office: Office, run: Run) -> None:
        """New best, milestone and slipped end are not told after the end; what was sent stays as it is."""
        office.choose(rules={"milestone": RuleChoice(on=True)})
        stalled = office.tell("stalled", run, facts=STALL)
        office.deliver()
        held = [office.tell("best", run, facts=BEST), office.tell("eta_slipped", run, facts=SLIP)]
        held.append(office.tell("milestone", run, facts={"percent": 50, "done": 5, "total": 10, "unit": "epochs"}))
        finished = office.tell("finished", replace(ended(run), state="finished", exit_code=0))
        assert {office.state(one) for one in held} == {("suppressed", "replaced")}
        assert office.state(stalled) == ("sent", None)
        assert office.alert(stalled).merged_into is None
        assert "0.91" in office.alert(finished).body
        office.deliver_until(office.clock.now + 2 * 86400)
        assert len(office.phones[PUSHBULLET].arrived) == 2

    @pytest.mark.parametrize("why", ["off", "filter"])
    def test_an_end_that_is_not_told_replaces_nothing(self, office: Office, run: Run, why: str) -> None:
        """Where the end itself is not sent on a channel, the rest still is."""
        if why == "off":
            office.choose(rules={"finished": RuleChoice(on=False)})
        else:
            office.choose(
                rules={"finished": RuleChoice(severity="digest")}, channels={OTHER: ChannelChoice(least="soon")}
            )
        slip = office.tell("eta_slipped", run, facts=SLIP)
        office.tell("finished", replace(ended(run), state="finished"))
        assert office.state(slip, OTHER) == ("held", "digest")
        assert office.alert(slip).merged_into is None

    def test_found_after_the_end(self, office: Office, run: Run) -> None:
        """A new best in the last lines of a run is not told after its end; where the end was not told, it is."""
        finished = office.tell("finished", replace(ended(run), state="finished"))
        office.deliver()
        best = office.tell("best", run, facts=BEST)
        assert office.state(best) == ("suppressed", "merged")
        assert office.alert(best).merged_into == finished
        office.choose(rules={"finished": RuleChoice(on=False)})
        other = office.run()
        office.tell("finished", replace(ended(other), state="finished"))
        assert office.state(office.tell("best", other, facts=BEST)) == ("held", "digest")

    def test_another_attempt_is_another_story(self, office: Office, run: Run) -> None:
        """The end of an attempt says nothing of another one's alerts."""
        best = office.tell("best", run, facts=BEST)
        office.tell("crashed", replace(ended(run), attempt=2))
        assert office.state(best) == ("held", "digest")


class TestFollows:
    """A NaN that was told, then the crash."""

    def told(self, office: Office, run: Run) -> int:
        nan = office.tell("diverged", run, facts=NAN)
        office.deliver_until(office.clock.now + 61)
        assert office.state(nan) == ("sent", None)
        return nan

    @pytest.mark.parametrize(
        "cause",
        [None, "exit code 1", "ValueError: loss is nan", "RuntimeError: non-finite loss", "FloatingPointError: inf"],
    )
    def test_a_crash_that_fits(self, office: Office, run: Run, cause: str | None) -> None:
        """A crash minutes after its NaN was told, of no cause or of this one, is not pushed; it is shown."""
        self.told(office, run)
        office.clock.now += 400
        crash = office.tell("crashed", ended(run, cause))
        assert office.state(crash) == ("suppressed", "follows")
        assert crash in [one.id for one in open_alerts(office.connection)]

    @pytest.mark.parametrize("cause", ["CUDA out of memory", "FileNotFoundError: information.txt", "Killed: infra"])
    def test_a_crash_of_another_cause(self, office: Office, run: Run, cause: str) -> None:
        """A crash of another cause is pushed."""
        self.told(office, run)
        assert office.state(office.tell("crashed", ended(run, cause))) == ("waiting", None)

    def test_long_after(self, office: Office, run: Run) -> None:
        """Ten minutes later it is news again."""
        self.told(office, run)
        office.clock.now += 601
        assert office.state(office.tell("crashed", ended(run))) == ("waiting", None)

    def test_only_where_it_was_told(self, office: Office, run: Run) -> None:
        """A channel that did not tell the NaN tells the crash."""
        office.phones[OTHER].usual = REFUSED
        self.told(office, run)
        crash = office.tell("crashed", ended(run))
        assert office.state(crash) == ("suppressed", "follows")
        assert office.state(crash, OTHER) == ("waiting", None)

    def test_the_fallback_keeps_silent_too(self, office: Office, run: Run) -> None:
        """A fallback does not tell what the other channel left out."""
        office.choose(channels={OTHER: ChannelChoice(fallback=True)})
        self.told(office, run)
        assert office.state(office.tell("crashed", ended(run)), OTHER) == ("suppressed", "follows")

    def test_killed_is_always_pushed(self, office: Office, run: Run) -> None:
        """A kill has another cause, whatever the loss was."""
        self.told(office, run)
        assert office.state(office.tell("killed", ended(run))) == ("waiting", None)


class TestStandstill:
    """A run that stalls and its GPU that idles."""

    @pytest.mark.parametrize("kinds", [("stalled", "gpu_idle"), ("gpu_idle", "stalled")])
    def test_told_once(self, office: Office, run: Run, kinds: tuple[str, str]) -> None:
        """Whichever comes later merges into the first."""
        facts = {"stalled": STALL, "gpu_idle": IDLE}
        first = office.tell(kinds[0], run, facts=facts[kinds[0]])
        office.deliver()
        second = office.tell(kinds[1], run, facts=facts[kinds[1]])
        assert office.state(second) == ("suppressed", "merged")
        assert office.alert(second).merged_into == first

    def test_after_it_was_over(self, office: Office, run: Run) -> None:
        """What begins after the first was over is told."""
        first = office.tell("stalled", run, facts=STALL)
        office.deliver()
        with write(office.connection):
            clear_alert(office.connection, first, office.clock.now)
        assert office.state(office.tell("gpu_idle", run, facts=IDLE)) == ("waiting", None)

    def test_where_the_first_was_muted(self, office: Office, run: Run) -> None:
        """A first one that nobody was told of swallows nothing."""
        mutes.mute(office.connection, run.id, "stalled", office.clock.now)
        office.tell("stalled", run, facts=STALL)
        idle = office.tell("gpu_idle", run, facts=IDLE)
        assert office.state(idle) == ("waiting", None)
        assert office.alert(idle).merged_into is None


class TestGpuErrors:
    """An XID and the crash that comes with it."""

    def test_an_xid_after_the_crash(self, office: Office, run: Run) -> None:
        """An error of the program is told by its crash; one of the hardware is told."""
        crash = office.tell("crashed", ended(run))
        office.deliver()
        office.clock.now += 30
        soft = office.tell("xid", run, subject="gpu:a", occasion="13", facts={"xid": 13, "index": 0, "count": 1})
        assert office.state(soft) == ("suppressed", "merged")
        assert office.alert(soft).merged_into == crash
        hard = office.tell("xid", run, subject="gpu:a", occasion="79", facts={"xid": 79, "index": 0, "count": 1})
        assert office.state(hard) == ("waiting", None)

    def test_an_xid_before_the_crash(self, office: Office, run: Run) -> None:
        """One that is not sent yet becomes a line of the crash, and one of the hardware is sent besides."""
        soft = office.tell("xid", run, subject="gpu:a", occasion="13", facts={"xid": 13, "index": 0, "count": 1})
        hard = office.tell("xid", run, subject="gpu:a", occasion="79", facts={"xid": 79, "index": 0, "count": 1})
        crash = office.tell("crashed", ended(run))
        assert office.state(soft) == ("suppressed", "replaced")
        assert office.state(hard) == ("waiting", None)
        assert "XID 13" in office.alert(crash).body
        assert "XID 79" in office.alert(crash).body

    def test_minutes_apart(self, office: Office, run: Run) -> None:
        """What is more than two minutes away is another matter."""
        office.tell("crashed", ended(run))
        office.clock.now += 121
        late = office.tell("xid", run, subject="gpu:a", facts={"xid": 13, "index": 0, "count": 1})
        assert office.state(late) == ("waiting", None)


class TestBest:
    """New bests until the digest."""

    def test_in_place(self, office: Office, run: Run) -> None:
        """Bests that follow each other are one alert with the last value, against the one before them all."""
        first = office.tell("best", run, occasion="1", facts=BEST)
        second = office.tell("best", run, occasion="2", facts={**BEST, "value": 0.93, "previous": 0.91, "step": 900})
        assert second == first
        found = office.alert(first)
        assert "0.93" in found.title + found.body
        assert (found.facts["value"], found.facts["previous"]) == (0.93, 0.9)
        office.deliver_until(office.clock.now + 86400)
        third = office.tell("best", run, occasion="3", facts={**BEST, "value": 0.95})
        assert third != first
        assert office.state(third) == ("held", "digest")

    def test_of_another_metric(self, office: Office, run: Run) -> None:
        """The best of another metric is an alert of its own."""
        first = office.tell("best", run, occasion="1", facts=BEST)
        assert office.tell("best", run, occasion="2", facts={**BEST, "metric": "reward"}) != first


class TestWithdraw:
    """What is over before it was sent."""

    def test_over(self, office: Office, run: Run) -> None:
        """An alert that is over in time is not sent, and says why."""
        nan = office.tell("diverged", run, facts=NAN)
        with write(office.connection):
            assert raising.withdraw(office.connection, nan, office.clock.now) == 2
        office.deliver_until(office.clock.now + 86400)
        assert office.state(nan) == ("suppressed", "over")
        assert office.phones[PUSHBULLET].arrived == []

    def test_again(self, office: Office, run: Run) -> None:
        """When it comes back it is sent after all; what was sent once is not sent a second time."""
        nan = office.tell("diverged", run, facts=NAN)
        for _ in range(2):
            with write(office.connection):
                raising.withdraw(office.connection, nan, office.clock.now)
                raising.resume(office.connection, office.settings, nan, office.clock.now)
        assert office.state(nan) == ("held", "grace")
        office.deliver_until(office.clock.now + 100)
        with write(office.connection):
            raising.withdraw(office.connection, nan, office.clock.now)
            assert raising.resume(office.connection, office.settings, nan, office.clock.now) == 0
        office.deliver_until(office.clock.now + 100)
        assert office.phones[PUSHBULLET].arrived == [office.alert(nan).guid]
