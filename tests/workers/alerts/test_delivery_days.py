"""Deliveries over days, in any order of events: every alert is told, and told once."""

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from store import alerts, deliveries
from store.database import open_journal
from store.preferences import ChannelChoice
from tests.workers.alerts.conftest import Clock
from tests.workers.alerts.office import CHANNELS, DAY, DOWN, FLAKY, LOST_ANSWER, OTHER, QUIET, Office


class Killed(BaseException):
    """Stands for the end of the process, at the point where it is raised."""


def die() -> None:
    raise Killed


KINDS = ("crashed", "finished", "stalled", "diverged", "eta_slipped", "best", "threshold", "note", "disk")
FACTS = {"metric": "loss", "value": 0.5, "how": "not_finite", "step": 3, "path": "/data", "what": "full"}


class DeliveryMachine(RuleBasedStateMachine):
    """Two channels with digests, quiet hours, a budget and perhaps a fallback, over days, with faults and deaths."""

    @initialize(
        quiet=st.sampled_from([None, QUIET, ("12:30", "14:00")]), fallback=st.booleans(), budget=st.sampled_from([0, 6])
    )
    def begin(self, quiet: tuple[str, str] | None, fallback: bool, budget: int) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="machiai-digests-")
        path = Path(self.folder.name)
        self.connection = open_journal(path / "journal.db")
        self.office = Office(self.connection, path, Clock())
        self.office.choose(quiet=quiet, push_budget=budget, channels={OTHER: ChannelChoice(fallback=fallback)})
        self.fallback = fallback
        self.raised: dict[int, str] = {}
        self.number = 0

    @rule(kind=st.sampled_from(KINDS), same_run=st.booleans())
    def raise_alert(self, kind: str, same_run: bool) -> None:
        self.number += 1
        if not same_run or not hasattr(self, "run"):
            self.run = self.office.run()
        unique = f"one/{self.number}"
        words = {"title": f"note {self.number}"} if kind == "note" else {}
        made = self.office.tell_again(kind, self.run, facts=FACTS, unique=unique, **words)
        if made is not None:
            self.raised[made] = kind

    @rule(seconds=st.sampled_from([0.5, 30.0, 100.0, 700.0, 4000.0, 25_000.0, 90_000.0]))
    def wait(self, seconds: float) -> None:
        self.office.clock.now += seconds

    @rule(name=st.sampled_from(CHANNELS), outcomes=st.lists(st.sampled_from([DOWN, FLAKY, LOST_ANSWER]), max_size=4))
    def break_channel(self, name: str, outcomes: list) -> None:
        self.office.phones[name].script.extend(outcomes)

    @rule(name=st.sampled_from(CHANNELS))
    def deliver(self, name: str) -> None:
        self.office.deliver(name)

    @rule(name=st.sampled_from(CHANNELS), when=st.sampled_from(["before", "after"]))
    def deliver_and_die(self, name: str, when: str) -> None:
        """Die just before or just after the push; the successor knows nothing of holds."""
        phone = self.office.phones[name]
        setattr(phone, when, die)
        try:
            self.office.deliver(name)
        except Killed:
            pass
        phone.before = phone.after = None
        phone.hold = None
        deliveries.release_claims(self.connection, name, self.office.clock.now)

    @rule(name=st.sampled_from(CHANNELS))
    def deliver_in_the_way(self, name: str) -> None:
        """In the middle of a send the other channel delivers."""
        other = CHANNELS[1 - CHANNELS.index(name)]
        self.office.phones[name].before = lambda: self.office.deliver(other)
        self.office.deliver(name)
        self.office.phones[name].before = None

    @invariant()
    def nothing_twice(self) -> None:
        for phone in self.office.phones.values() if hasattr(self, "office") else ():
            assert max(Counter(phone.arrived).values(), default=1) == 1

    @invariant()
    def states_are_sound(self) -> None:
        """Sent has arrived; digested is told by an alert that is a digest and never by one that was sent itself."""
        if not hasattr(self, "office"):
            return
        for one in self.raised:
            for way in self.office.ways(one):
                arrived = self.office.phones[way.channel].arrived
                guid = self.office.alert(one).guid
                if way.state == "sent":
                    assert guid in arrived
                if way.state == "digested":
                    assert guid not in arrived
                    assert self.office.alert(way.digest_id or 0).kind == "digest"

    def teardown(self) -> None:
        if not hasattr(self, "office"):
            return
        try:
            for phone in self.office.phones.values():
                phone.script.clear()
            self.office.choose(push_budget=0)
            self.office.deliver_until(self.office.clock.now + 3 * DAY)
            left = [way for one in self.raised for way in self.office.ways(one)]
            assert {way.state for way in left} <= {"sent", "digested", "suppressed"}
            for one in self.raised:
                self._is_told(one)
        finally:
            self.connection.close()
            self.folder.cleanup()

    def _is_told(self, one: int) -> None:
        """Told once on each channel that was to tell it, by itself, its digest or the alert that took it in; else it
        says why not."""
        found = self.office.alert(one)
        told = [self._arrived(way) for way in self.office.ways(one)]
        if found.merged_into is not None:
            self._is_told(found.merged_into)
            assert not any(told) or any(way.unsure for way in self.office.ways(one))
        elif not any(told):
            reasons = {way.why for way in self.office.ways(one)}
            assert reasons <= {"expired", "follows", "fallback", "merged"}
            assert reasons != {"fallback"}
            assert self.raised.get(one) not in ("finished", "note", "disk", "threshold")
        elif not self.fallback:
            for way in self.office.ways(one):
                assert self._arrived(way) or way.why in ("expired", "follows", "merged")

    def _arrived(self, way: deliveries.Delivery) -> bool:
        arrived = self.office.phones[way.channel].arrived
        if way.state == "digested":
            digest = alerts.get_alert(self.connection, way.digest_id or 0)
            return digest.guid in arrived or self._told_by_other(digest.id)
        return self.office.alert(way.alert_id).guid in arrived

    def _told_by_other(self, digest_id: int) -> bool:
        guid = self.office.alert(digest_id).guid
        return any(guid in phone.arrived for phone in self.office.phones.values())


TestDeliveryMachine = DeliveryMachine.TestCase
TestDeliveryMachine.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
