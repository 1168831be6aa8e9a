"""Errors of GPUs: each told once, an avalanche as one, and only those that somebody needs to know of."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.machines import MachineEvent
from tests.workers.alerts.rules.machines import HOST_NAME, MINUTE, NOW, OTHER, RUN, event, gpu, gpus, host, see
from workers.alerts.rules.gpu_errors import judge_ecc, judge_xid

DAY = 86400.0
QUIET = settings(deadline=None, max_examples=80)


def xid(code, ago=60.0, index=0, number=1, runs=()):
    """An XID, so many seconds ago."""
    return event("xid", ago, f"gpu:GPU-{index}", number, xid=code, index=index, pid=None, runs=list(runs))


def judge(*events, runs=(RUN, OTHER), readings=(), ahead=0.0):
    """What the rule says of these events."""
    return judge_xid(replace(see(*readings, runs=runs, events=events), now=NOW + ahead), "normal")


class TestXid:
    """Errors that the driver reports by number."""

    @pytest.mark.parametrize(("code", "severity"), [(48, None), (74, None), (94, "soon"), (8, "soon"), (999, "soon")])
    def test_how_soon(self, code, severity):
        """Bad ones at once (the rule's own severity), others soon, with the run that had the GPU."""
        (found,) = judge(xid(code, runs=[RUN.id]))
        assert (found.active, found.severity, found.run_id, found.subject) == (True, severity, RUN.id, "gpu:GPU-0")
        assert found.facts == {"xid": code, "index": 0, "count": 1, "runs": ["resnet-aug"]}

    def test_a_fault_of_a_program(self):
        """In the digest, with its run; not when that has ended, for the end tells it."""
        (found,) = judge(xid(31, runs=[RUN.id]))
        assert (found.severity, found.run_id, found.attempt) == ("digest", RUN.id, 1)
        assert judge(xid(31, runs=[RUN.id]), runs=[]) == []

    def test_a_run_that_has_ended(self):
        """What is bad is told all the same, of the machine."""
        (found,) = judge(xid(48, runs=[RUN.id]), runs=[])
        assert (found.active, found.run_id, found.facts["runs"]) == (True, None, [RUN.id])

    @pytest.mark.parametrize("code", [45, 14, 37, 44, 66, 106, 121, 155, 171])
    def test_what_asks_nothing(self, code):
        """A program that was ended, tests, what is harmless: nobody is told."""
        assert judge(xid(code, runs=[RUN.id])) == []

    def test_the_same_again(self):
        """Within ten minutes it is one with a count; later it is another."""
        events = [xid(48, ago, number=number) for number, ago in enumerate([3000, 2500, 2000, 100])]
        first, second = judge(*events)
        assert (first.facts["count"], second.facts["count"]) == (3, 1)
        assert first.occasion != second.occasion

    def test_an_avalanche(self):
        """Errors of eight GPUs within a minute are one, whatever they are, by the first."""
        events = [xid(74 if index else 62, 100 - index, index, index) for index in range(8)]
        (found,) = judge(*events)
        assert (found.subject, found.facts["xid"], found.facts["count"]) == ("gpu:GPU-0", 62, 8)
        assert found.facts["indexes"] == list(range(8))

    def test_what_follows_from_a_worse_one(self):
        """A program that faults because memory failed a moment ago, and the driver's advice, are not told beside it."""
        (found,) = judge(xid(13, 61, number=1, runs=[RUN.id]), xid(48, 60, number=2), xid(154, 55, number=3))
        assert found.facts["xid"] == 48

    def test_faults_of_two_programs(self):
        """Each run's own is told of that run."""
        found = judge(xid(31, runs=[RUN.id]), xid(31, 50, 1, 2, [OTHER.id]))
        assert {one.run_id for one in found} == {RUN.id, OTHER.id}

    def test_a_gpu_that_is_gone(self):
        """The loss tells it, where it is seen within half a minute; else the XID does."""
        assert judge(xid(79, 20)) == []
        assert len(judge(xid(79, 60))) == 1
        assert judge(xid(79, 60), event("lost", 58, number=2)) == []

    @pytest.mark.parametrize("over", ["reboot", "recovered"])
    def test_over(self, over):
        """After a reboot, or when the GPU came back, it is over; but one of a moment ago is still told."""
        end = () if over == "reboot" else (event("recovered", 500, number=9),)
        readings = [host(uptime=500.0)] if over == "reboot" else []
        assert judge(xid(48, 2000), *end, readings=readings) == []
        assert judge(xid(48, 550), *end, readings=readings)[0].active is True

    def test_old_ones(self):
        """What is half a day old is not told any more, but an alert of it stays until its day is over."""
        (found,) = judge(xid(48, 0.6 * DAY))
        assert found.active is None
        assert judge(xid(48, DAY - 300)) == []

    @QUIET
    @given(st.lists(st.tuples(st.sampled_from([13, 48, 94, 154]), st.floats(0, 3 * DAY)), min_size=1, max_size=40))
    def test_each_is_told_once(self, errors):
        """However events fall out of sight at their day's end, no group gets another name than it had."""
        events = [xid(code, 0, number=number) for number, (code, _) in enumerate(errors)]
        events = [replace(one, time=NOW + at) for one, (_, at) in zip(events, errors, strict=True)]
        begun: dict[str, float] = {}
        for place in range(40):
            now = NOW + place * DAY / 10
            seen = [one for one in events if now - DAY <= one.time <= now]
            for found in judge_xid(replace(see(events=seen), now=now), "normal"):
                assert found.since is not None
                if found.active and found.severity != "digest":
                    assert begun.setdefault(found.occasion, found.since) == found.since
        by_time = {one.time: str(one.id) for one in events}
        assert all(by_time[since] == occasion or len(by_time) < len(events) for occasion, since in begun.items())

    @QUIET
    @given(st.integers(2, 300), st.floats(1, 590))
    def test_an_endless_series_is_one(self, count, pause):
        """The same error every few minutes, for days: one alert."""
        events = [replace(xid(48, 0, number=number), time=NOW + number * pause) for number in range(count)]
        occasions = set()
        for place in range(30):
            now = NOW + place * count * pause / 15
            seen = [one for one in events if now - DAY <= one.time <= now]
            occasions |= {one.occasion for one in judge_xid(replace(see(events=seen), now=now), "normal")}
        assert occasions <= {"0"}


class TestEcc:
    """Memory of GPUs that fails."""

    def ecc(self, *events: MachineEvent, **fields):
        """What the rule says."""
        return judge_ecc(see(gpus(gpu(**fields)), events=events), "normal")

    def test_errors(self):
        """Those that could not be corrected: by how many they grew, as one while they keep coming."""
        (found,) = self.ecc(event("ecc", 300, grew=2, count=5), event("ecc", 100, number=2, grew=1, count=6))
        assert (found.active, found.severity, found.subject) == (True, None, "gpu:GPU-0")
        assert found.facts == {"index": 0, "what": "ecc", "grew": 3}

    @pytest.mark.parametrize(
        ("detail", "what", "severity"),
        [
            ({"remapped_uncorrectable": 1}, "remap", "digest"),
            ({"remap_pending": True}, "remap_pending", "soon"),
            ({"remap_pending": True, "remap_failed": True}, "remap_failed", None),
        ],
    )
    def test_rows(self, detail, what, severity):
        """A repair is for the digest, one that needs a reset soon, one that failed at once."""
        (found,) = self.ecc(event("remap", 60, **detail))
        assert (found.facts["what"], found.facts["grew"], found.severity) == (what, None, severity)

    def test_after_the_reset(self):
        """Rows that wait for a reset are over when the reading says so."""
        assert self.ecc(event("remap", 60, remap_pending=True), remap_pending=False) == []

    def test_an_xid_tells_it(self):
        """One message for what the driver and the counters both tell."""
        assert self.ecc(event("ecc", 60, grew=1), xid(48, 61, number=2)) == []
        assert self.ecc(event("ecc", 5, grew=1)) == []
        assert len(self.ecc(event("ecc", 60, grew=1), xid(48, 61, index=1, number=2))) == 1

    def test_a_counter_is_no_news(self):
        """A GPU whose counters are not zero, or whose repair failed long ago, has not changed."""
        assert self.ecc(ecc_uncorrected=7, remap_failed=True) == []


def test_a_machine_of_another_name():
    """Events without a reading of their GPU are told by what they know."""
    (found,) = judge(MachineEvent(5, HOST_NAME, f"host:{HOST_NAME}", NOW - MINUTE, "xid", {"xid": 62}))
    assert found.facts == {"xid": 62, "index": None, "count": 1, "runs": []}
