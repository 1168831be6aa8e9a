"""What is held and let go: digests, quiet hours, the month's pushes, fallbacks."""

import sqlite3
import time
from pathlib import Path

import pytest

from store import deliveries, delivery_log, push_budget
from store.preferences import ChannelChoice
from tests.workers.alerts.conftest import Clock
from tests.workers.alerts.office import (
    DAY,
    DOWN,
    FLAKY,
    HOUR,
    LOST_ANSWER,
    NOON,
    OTHER,
    QUIET,
    REFUSED,
    USED_UP,
    Office,
)
from workers.alerts.channels import PUSHBULLET, Hold
from workers.alerts.digests import release_due

DISK = {"path": "/data", "what": "before_end", "free": 5_000_000_000}


@pytest.fixture
def office(journal: sqlite3.Connection, tmp_path: Path, clock: Clock) -> Office:
    return Office(journal, tmp_path, clock)


def tell_disks(office: Office, count: int, first: int = 0) -> list[int]:
    """Alerts that can wait for the digest."""
    return [office.tell("disk", subject=f"disk:lab:/{first + n}", facts=DISK) for n in range(count)]


class TestDigest:
    """Pushbullet alone, at noon; the next digest is at 13:00."""

    @pytest.fixture(autouse=True)
    def alone(self, office: Office) -> None:
        office.choose(channels={OTHER: ChannelChoice(on=False)})

    def test_one_goes_by_itself(self, office: Office) -> None:
        """A single alert that is due needs no digest around it."""
        [disk] = tell_disks(office, 1)
        office.deliver_until(NOON + HOUR - 1)
        assert office.phones[PUSHBULLET].arrived == []
        office.deliver_until(NOON + HOUR)
        assert office.phones[PUSHBULLET].arrived == [office.alert(disk).guid]

    def test_several_are_one(self, office: Office) -> None:
        """Several come as one push, which names how many; each knows the digest that told it."""
        disks = tell_disks(office, 3)
        office.deliver_until(NOON + HOUR)
        assert len(office.phones[PUSHBULLET].arrived) == 1
        [digest_id] = {office.way(one).digest_id for one in disks}
        assert digest_id is not None
        digest = office.alert(digest_id)
        assert (digest.kind, digest.facts, office.state(digest_id)) == ("digest", {"count": 3}, ("sent", None))
        assert office.phones[PUSHBULLET].titles == [digest.title]
        assert {office.state(one) for one in disks} == {("digested", "digest")}
        tell_disks(office, 2, first=3)
        office.deliver_until(NOON + DAY)
        assert len(office.phones[PUSHBULLET].arrived) == 2

    def test_a_digest_that_fails_is_tried_again(self, office: Office) -> None:
        """The digest waits its turn like any alert, and is sent once."""
        tell_disks(office, 3)
        office.phones[PUSHBULLET].script.extend([DOWN, LOST_ANSWER, FLAKY])
        office.deliver_until(NOON + DAY)
        assert len(office.phones[PUSHBULLET].arrived) == 1

    def test_digests_await_their_token(self, office: Office) -> None:
        """Without a channel nothing is let go: what was held meanwhile comes together when there is one."""
        tell_disks(office, 2)
        office.clock.now += 2 * DAY
        tell_disks(office, 2, first=2)
        office.clock.now += 2 * HOUR
        office.deliver()
        assert len(office.phones[PUSHBULLET].arrived) == 1

    def test_what_goes_on_is_no_news_a_day_later(self, office: Office) -> None:
        """An alert of something running that could not be sent for a day is left out, a crash never."""
        run = office.run()
        office.phones[PUSHBULLET].usual = DOWN
        stalled = office.tell("stalled", run, facts={"how": "silence", "silence": 900})
        crash = office.tell("crashed", office.run())
        office.deliver_until(NOON + DAY + HOUR)
        office.phones[PUSHBULLET].usual = None
        office.deliver_until(NOON + DAY + 2 * HOUR)
        assert office.state(stalled) == ("suppressed", "expired")
        assert office.phones[PUSHBULLET].arrived == [office.alert(crash).guid]

    def test_nothing_is_written_without_need(self, office: Office) -> None:
        """A look at what is held or waits, and is not due or goes out anyway, writes nothing."""
        tell_disks(office, 3)
        office.tell("crashed", office.run())
        before = office.connection.total_changes
        release_due(office.connection, office.settings, PUSHBULLET, office.clock.now)
        assert office.connection.total_changes == before

    def test_the_log_tells_it(self, office: Office) -> None:
        """Held, digested, sent: the log has a line for each step."""
        [first, _] = tell_disks(office, 2)
        office.deliver_until(NOON + HOUR)
        lines = [line for line in reversed(delivery_log.read(office.connection)) if line.alert_id == first]
        assert [line.outcome for line in lines if line.channel == PUSHBULLET] == ["held", "digested"]


class TestNight:
    """Quiet hours from 23:00 to 07:00."""

    @pytest.fixture(autouse=True)
    def night(self, office: Office) -> None:
        office.choose(quiet=QUIET, channels={OTHER: ChannelChoice(on=False)})
        office.clock.now = time.mktime((2026, 11, 21, 23, 30, 0, 0, 0, -1))
        self.morning = time.mktime((2026, 11, 22, 7, 0, 0, 0, 0, -1))

    def test_two_go_one_by_one(self, office: Office) -> None:
        """In the morning two runs that finished are two pushes."""
        ends = [office.tell("finished", office.run()) for _ in range(2)]
        office.deliver_until(self.morning - 1)
        assert office.phones[PUSHBULLET].arrived == []
        office.deliver_until(self.morning)
        assert office.phones[PUSHBULLET].arrived == [office.alert(one).guid for one in ends]

    def test_more_come_together(self, office: Office) -> None:
        """Three and more are one push; crashes have gone out in the night."""
        ends = [office.tell("finished", office.run()) for _ in range(3)]
        crash = office.tell("crashed", office.run())
        office.deliver()
        assert office.phones[PUSHBULLET].arrived == [office.alert(crash).guid]
        office.deliver_until(self.morning)
        assert len(office.phones[PUSHBULLET].arrived) == 2
        assert {office.way(one).state for one in ends} == {"digested"}

    def test_what_fails_in_the_evening_does_not_wake(self, office: Office) -> None:
        """An alert that could not be sent before the night is not sent in the middle of it."""
        office.clock.now -= HOUR
        finished = office.tell("finished", office.run())
        office.phones[PUSHBULLET].usual = DOWN
        office.deliver_until(self.morning - 4 * HOUR)
        office.phones[PUSHBULLET].usual = None
        office.deliver_until(self.morning - 1)
        assert office.phones[PUSHBULLET].arrived == []
        assert office.state(finished) == ("held", "quiet")
        office.deliver_until(self.morning)
        assert office.phones[PUSHBULLET].arrived == [office.alert(finished).guid]

    def test_what_may_have_arrived_is_in_no_digest(self, office: Office) -> None:
        """An alert whose answer was lost before the night is looked for in the morning, not told again by a digest."""
        office.clock.now -= HOUR
        office.phones[PUSHBULLET].script.extend([LOST_ANSWER, *[DOWN] * 10])
        unsure = office.tell("finished", office.run())
        office.deliver()
        office.clock.now += HOUR
        others = [office.tell("finished", office.run()) for _ in range(3)]
        office.deliver_until(self.morning - HOUR)
        assert office.state(unsure) == ("held", "quiet")
        office.phones[PUSHBULLET].script.clear()
        office.deliver_until(self.morning)
        assert office.state(unsure) == ("sent", "quiet") or office.way(unsure).state == "sent"
        assert {office.way(one).state for one in others} == {"digested"}
        assert len(office.phones[PUSHBULLET].arrived) == 2

    def test_a_day_of_absence_ends_at_night(self, office: Office) -> None:
        """A daemon that starts in quiet hours lets nothing go that was due in the evening."""
        office.clock.now -= 8 * HOUR
        tell_disks(office, 2)
        office.clock.now += 8 * HOUR
        office.deliver()
        assert office.phones[PUSHBULLET].arrived == []
        office.deliver_until(self.morning)
        assert len(office.phones[PUSHBULLET].arrived) == 1


class TestUsedUp:
    """Pushbullet refuses more pushes for this month."""

    def test_the_rest_of_the_month(self, office: Office) -> None:
        """Crashes are tried on, the rest waits for the next month and then comes as one; the stage says so."""
        office.choose(channels={OTHER: ChannelChoice(on=False)})
        phone = office.phones[PUSHBULLET]
        phone.usual = USED_UP
        ends = [office.tell("finished", office.run()) for _ in range(2)]
        office.deliver()
        crash = office.tell("crashed", office.run())
        office.deliver()
        [later] = tell_disks(office, 1)
        assert push_budget.stage(push_budget.read_budget(office.connection, office.preferences, NOON)) == "empty"
        assert {office.state(one) for one in [*ends, later]} == {("held", "budget")}
        assert office.way(crash).state == "waiting"
        office.deliver_until(NOON + 2 * DAY)
        phone.usual = None
        office.deliver_until(NOON + 3 * DAY)
        assert phone.arrived[0] == office.alert(crash).guid

    def test_next_month(self, office: Office) -> None:
        """On the first of the next month all that was kept comes as one push."""
        office.choose(channels={OTHER: ChannelChoice(on=False)})
        phone = office.phones[PUSHBULLET]
        phone.script.append(USED_UP)
        ends = [office.tell("finished", office.run()) for _ in range(2)]
        office.deliver()
        tell_disks(office, 2)
        first = push_budget.next_month(NOON)
        office.deliver_until(first - 1)
        assert phone.arrived == []
        office.deliver_until(first)
        assert len(phone.arrived) == 1
        assert {office.way(one).state for one in ends} == {"digested"}

    def test_a_larger_budget(self, office: Office) -> None:
        """What was kept for the next month goes out when the budget is raised."""
        office.choose(push_budget=2, channels={OTHER: ChannelChoice(on=False)})
        first, second = (office.tell("finished", office.run()) for _ in range(2))
        office.deliver()
        third = office.tell("finished", office.run())
        assert office.state(third) == ("held", "budget")
        office.deliver()
        office.choose(push_budget=0)
        office.deliver()
        assert {office.way(one).state for one in (first, second, third)} == {"sent"}

    def test_a_push_that_goes_through(self, office: Office) -> None:
        """Once a push goes through the account has pushes again, and what was kept follows."""
        office.choose(channels={OTHER: ChannelChoice(on=False)})
        phone = office.phones[PUSHBULLET]
        phone.script.append(USED_UP)
        finished = office.tell("finished", office.run())
        office.deliver()
        crash = office.tell("crashed", office.run())
        office.deliver_until(NOON + DAY)
        assert phone.arrived == [office.alert(crash).guid, office.alert(finished).guid]

    def test_the_fallback_takes_over_at_once(self, office: Office) -> None:
        """What Pushbullet takes no more the fallback tells now, crashes too, and nobody tells it again next month."""
        office.choose(channels={OTHER: ChannelChoice(fallback=True)})
        office.phones[PUSHBULLET].script.append(USED_UP)
        told = [office.tell("finished", office.run()), office.tell("crashed", office.run())]
        office.deliver()
        assert sorted(office.phones[OTHER].arrived) == sorted(office.alert(one).guid for one in told)
        told.append(office.tell("finished", office.run()))
        office.deliver_until(push_budget.next_month(NOON) + DAY)
        assert len(office.phones[OTHER].arrived) == 3
        assert office.phones[PUSHBULLET].arrived == []
        assert {office.state(one) for one in told} == {("suppressed", "fallback")}


class TestFallback:
    """Pushbullet, and another channel for what it does not get through."""

    @pytest.fixture(autouse=True)
    def chosen(self, office: Office) -> None:
        office.choose(channels={OTHER: ChannelChoice(fallback=True)})

    def test_not_needed(self, office: Office) -> None:
        """As soon as one channel told it the fallback need not."""
        finished = office.tell("finished", office.run())
        assert office.state(finished, OTHER) == ("held", "fallback")
        office.deliver(PUSHBULLET)
        assert office.state(finished, OTHER) == ("suppressed", "fallback")

    @pytest.mark.parametrize(("kind", "patience"), [("finished", 600), ("crashed", 180)])
    def test_while_the_other_is_down(self, office: Office, kind: str, patience: float) -> None:
        """After ten minutes, three for a crash, it is told by the fallback, and then by the other no more."""
        office.phones[PUSHBULLET].usual = DOWN
        made = office.tell(kind, office.run())
        office.deliver_until(NOON + patience - 1)
        assert office.phones[OTHER].arrived == []
        office.deliver_until(NOON + patience)
        assert office.phones[OTHER].arrived == [office.alert(made).guid]
        office.phones[PUSHBULLET].usual = None
        office.deliver_until(NOON + DAY)
        assert office.phones[PUSHBULLET].arrived == []
        assert office.state(made) == ("suppressed", "fallback")

    def test_when_the_other_refuses(self, office: Office) -> None:
        """A refusal is told by the fallback at once."""
        office.phones[PUSHBULLET].script.append(REFUSED)
        made = office.tell("finished", office.run())
        office.deliver()
        assert office.phones[OTHER].arrived == [office.alert(made).guid]

    def test_after_a_time_without_a_daemon(self, office: Office) -> None:
        """A digest that was due while nothing ran: the fallback does not run ahead of the other."""
        disks = tell_disks(office, 2)
        single = office.tell("finished", office.run())
        office.clock.now += 5 * HOUR
        office.deliver(PUSHBULLET)
        office.deliver(OTHER)
        office.deliver_until(NOON + DAY)
        assert office.phones[OTHER].arrived == []
        assert len(office.phones[PUSHBULLET].arrived) == 2
        assert {office.way(one, OTHER).state for one in disks} == {"digested"}
        assert office.way(single, OTHER).state == "suppressed"

    def test_one_alert_after_a_time_without_a_daemon(self, office: Office) -> None:
        """The other has its ten minutes from when it can begin."""
        office.phones[PUSHBULLET].script.extend([FLAKY, FLAKY])
        [disk] = tell_disks(office, 1)
        office.clock.now += 5 * HOUR
        office.deliver(PUSHBULLET)
        office.deliver(OTHER)
        office.deliver_until(NOON + DAY)
        assert (office.phones[PUSHBULLET].arrived, office.phones[OTHER].arrived) == ([office.alert(disk).guid], [])

    def test_killed_before_the_fallback_is_called_off(self, office: Office) -> None:
        """The other told it and its process died at once: the fallback sees by itself that it was told."""
        finished = office.tell("finished", office.run())
        claimed = deliveries.claim_due(office.connection, PUSHBULLET, office.clock.now, 80)
        assert claimed is not None
        deliveries.record_sent(office.connection, claimed[1], office.clock.now, None)
        office.deliver_until(NOON + DAY)
        assert office.phones[OTHER].arrived == []
        assert office.state(finished, OTHER) == ("suppressed", "fallback")

    def test_a_digest_has_a_fallback(self, office: Office) -> None:
        """A digest that does not get through is told by the fallback, as a digest."""
        office.phones[PUSHBULLET].usual = DOWN
        tell_disks(office, 3)
        office.deliver_until(NOON + HOUR + 599)
        assert office.phones[OTHER].arrived == []
        office.deliver_until(NOON + HOUR + 601)
        assert len(office.phones[OTHER].arrived) == 1
        office.phones[PUSHBULLET].usual = None
        office.deliver_until(NOON + 2 * DAY)
        assert office.phones[PUSHBULLET].arrived == []

    def test_at_night(self, office: Office) -> None:
        """A fallback keeps quiet hours, and waits for the other in the morning."""
        office.choose(quiet=QUIET)
        office.clock.now = time.mktime((2026, 11, 21, 22, 55, 0, 0, 0, -1))
        morning = time.mktime((2026, 11, 22, 7, 0, 0, 0, 0, -1))
        office.phones[PUSHBULLET].usual = DOWN
        office.tell("finished", office.run())
        office.deliver_until(morning - 1)
        office.phones[PUSHBULLET].usual = None
        office.deliver_until(morning + HOUR)
        assert (len(office.phones[PUSHBULLET].arrived), office.phones[OTHER].arrived) == (1, [])

    def test_a_filter_on_the_other(self, office: Office) -> None:
        """What the other channel does not get goes through the fallback as through any channel."""
        chosen = {PUSHBULLET: ChannelChoice(least="now"), OTHER: ChannelChoice(fallback=True)}
        office.choose(channels=chosen)
        tell_disks(office, 3)
        office.deliver_until(NOON + HOUR)
        assert (office.phones[PUSHBULLET].arrived, len(office.phones[OTHER].arrived)) == ([], 1)


def test_a_firm_hold(office: Office) -> None:
    """While an account is limited digests wait with everything else."""
    tell_disks(office, 3)
    phone = office.phones[PUSHBULLET]
    office.clock.now += HOUR
    phone.hold = Hold(office.clock.now + 500, "limited", firm=True, failures=1)
    office.deliver(PUSHBULLET)
    assert phone.arrived == []
    office.deliver_until(NOON + HOUR + 501)
    assert len(phone.arrived) == 1
