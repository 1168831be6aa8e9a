"""Findings about a machine: each trouble is found, said once, with its age; a healthy machine has none."""

from typing import Any

import pytest

from store import findings
from store.findings import Finding, Length, Moment, Phrase, Size
from store.machines import DISKS, GPUS, HOST, MachineEvent, Reading

NOW = 1_795_230_185.0
GIB = 1 << 30
HOST_NAME = "okada"


def gpu(index: int = 0, **fields: Any) -> dict[str, Any]:
    """A GPU that is well, at work for a run."""
    well: dict[str, Any] = {
        "index": index,
        "uuid": f"GPU-{index}",
        "name": "NVIDIA RTX A6000",
        "trouble": None,
        "utilisation": 97,
        "memory_used": 20 * GIB,
        "memory_total": 48 * GIB,
        "temperature": 71,
        "throttle": [],
        "remap_pending": False,
        "remap_failed": False,
        "mig": None,
        "processes": [{"pid": 41, "memory": 20 * GIB, "run": "261121-140233-k3vq", "visible": True}],
    }
    return well | fields


def gpus(*cards: dict[str, Any], age: float = 0.5, **fields: Any) -> Reading:
    """What the sampler said of the GPUs."""
    data = {"status": "ok", "reason": None, "gpus": list(cards)} | fields
    return Reading(GPUS, HOST_NAME, HOST_NAME, NOW - age, data)


def host(age: float = 1.0, **fields: Any) -> Reading:
    """A host with memory to spare."""
    data = {"memory_total": 64 * GIB, "memory_available": 40 * GIB, "swap_used": 0, "pressure": 0.0, "uptime": 1e6}
    return Reading(HOST, HOST_NAME, HOST_NAME, NOW - age, data | fields)


def disks(age: float = 10.0, **fields: Any) -> Reading:
    """One disk, half full."""
    disk = {"path": "/home", "label": "home", "total": 1000 * GIB, "free": 500 * GIB, "inodes_free": 10**7}
    return Reading(DISKS, HOST_NAME, HOST_NAME, NOW - age, {"disks": [disk | {"full_at": None} | fields]})


def event(kind: str, ago: float, subject: str = "gpu:GPU-0", **detail: Any) -> MachineEvent:
    """Something that happened ``ago`` seconds before now."""
    return MachineEvent(0, HOST_NAME, subject, NOW - ago, kind, detail)


def find(*readings: Reading, events: tuple[MachineEvent, ...] = (), **history: Any) -> list[Finding]:
    """The findings now."""
    return findings.find(readings, events, NOW, **history)


def only(found: list[Finding], kind: str, level: str) -> Finding:
    """The one finding there is, of that kind and level."""
    assert [(one.kind, one.level) for one in found] == [(kind, level)]
    assert str(found[0])
    return found[0]


class TestNothingWrong:
    """A machine that is well has no findings."""

    def test_a_busy_healthy_machine(self) -> None:
        """GPUs at work at their power limit, memory and disks with room: nothing to say."""
        busy = gpus(
            gpu(0, throttle=["sw_power_cap"]),
            gpu(1, throttle=["gpu_idle"], utilisation=0, processes=[], memory_used=3 << 20),
        )
        assert find(busy, host(), disks()) == []

    def test_a_machine_without_a_gpu(self) -> None:
        """No NVIDIA library is normal, however old that answer is."""
        assert find(gpus(status="no_library", age=3000.0), host(), disks()) == []

    def test_nothing_read_yet(self) -> None:
        """Before the first reading there is nothing to judge."""
        assert find() == []


class TestDriver:
    """States of the driver, and a sampler that does not answer."""

    @pytest.mark.parametrize(
        ("status", "kind", "level", "words"),
        [
            ("mismatch", "driver_mismatch", "bad", "running jobs go on"),
            ("container", "container", "bad", "Restart the container"),
            ("no_driver", "no_driver", "warn", "not loaded"),
            ("no_gpu", "no_gpu", "warn", "sees no GPU"),
            ("no_permission", "no_permission", "warn", "/dev/nvidia*"),
            ("failed", "driver_failed", "bad", "NVML says 999"),
        ],
    )
    def test_each_state_has_its_own_words(self, status: str, kind: str, level: str, words: str) -> None:
        """What is the matter, since when, and what to do."""
        began = event("driver", 300.0, f"host:{HOST_NAME}", status=status)
        found = find(gpus(status=status, reason="NVML says 999", age=9.0), events=(began,))
        one = only(found, kind, level)
        assert words in str(one) and one.since == NOW - 300.0

    def test_a_silent_sampler_is_said_with_its_age(self) -> None:
        """Three samples missed, five seconds at least; the last figures are said to be old."""
        assert find(gpus(gpu(), age=4.9)) == []
        one = only(find(gpus(gpu(), age=42.0)), "sampler_silent", "warn")
        assert "42 s" in str(one) and one.since == NOW - 42.0
        assert find(gpus(gpu(), age=42.0), interval=20.0) == []
        assert "for 6.5 s." in str(only(find(gpus(gpu(), age=6.5)), "sampler_silent", "warn"))

    def test_a_driver_that_failed_is_asked_more_slowly(self) -> None:
        """Between two tries at a broken driver the sampler is not called silent."""
        assert [one.kind for one in find(gpus(status="mismatch", age=11.0))] == ["driver_mismatch"]
        assert [one.kind for one in find(gpus(status="mismatch", age=60.0))] == ["driver_mismatch", "sampler_silent"]


class TestCards:
    """One GPU's troubles."""

    @pytest.mark.parametrize("trouble", ["lost", "reset_required", "error"])
    def test_one_sick_gpu_beside_a_healthy_one(self, trouble: str) -> None:
        """Only the sick one is named, with since when."""
        sick = {"index": 1, "uuid": "GPU-1", "name": "NVIDIA RTX A6000", "trouble": trouble, "note": "Unknown Error"}
        told = event(trouble, 60.0, "gpu:GPU-1")
        one = only(find(gpus(gpu(0), sick), events=(told,)), f"gpu_{trouble}", "bad")
        assert (one.subject, one.since) == ("gpu:GPU-1", NOW - 60.0)
        assert "GPU 1 (NVIDIA RTX A6000)" in str(one)

    @pytest.mark.parametrize(
        ("reasons", "words"),
        [
            (["hw_slowdown", "hw_thermal"], "hot (88 °C)"),
            (["sw_thermal"], "hot (88 °C)"),
            (["power_brake", "hw_slowdown"], "power supply asks"),
            (["hw_slowdown"], "slows itself down"),
        ],
    )
    def test_slowed_down_for_a_minute(self, reasons: list[str], words: str) -> None:
        """Heat and power brake are told apart, with since when."""
        slow = gpus(gpu(throttle=reasons, temperature=88))
        one = only(find(slow, events=(event("throttled", 200.0, reasons=reasons),)), "throttled", "warn")
        assert words in str(one) and one.since == NOW - 200.0

    def test_a_short_slowdown_is_not_said(self) -> None:
        """Under a minute in all it comes and goes unsaid."""
        slow = gpus(gpu(throttle=["hw_thermal"]))
        assert find(slow, events=(event("throttled", 20.0),)) == []

    def test_many_short_slowdowns_are_said(self) -> None:
        """Four times 20 s within minutes are one matter, since the first of them."""
        events = [event("throttled", 300.0 - 60 * turn, reasons=["hw_thermal"]) for turn in range(4)]
        events += [event("unthrottled", 280.0 - 60 * turn) for turn in range(4)]
        one = only(find(gpus(gpu()), events=tuple(events)), "throttled", "warn")
        assert one.since == NOW - 300.0 and "was slowed down until" in str(one) and "hot" in str(one)

    def test_a_slowdown_is_told_for_ten_minutes_after_its_end(self) -> None:
        """It does not flicker, and it does not stay."""
        long = (event("throttled", 1000.0, reasons=["power_brake"]), event("unthrottled", 500.0))
        assert "power supply asked" in str(only(find(gpus(gpu()), events=long), "throttled", "warn"))
        over = (event("throttled", 1300.0), event("unthrottled", 700.0))
        assert find(gpus(gpu()), events=over) == []

    def test_a_moment_of_full_speed_ends_nothing(self) -> None:
        """Heat comes and goes by the second: until its end is noted, a slowdown goes on being told."""
        begun = (event("throttled", 300.0, reasons=["hw_thermal"]),)
        assert only(find(gpus(gpu()), events=begun), "throttled", "warn").since == NOW - 300.0
        assert find(gpus(gpu()), events=(event("throttled", 100.0, reasons=["hw_thermal"]),)) == []

    def test_a_slowdown_without_an_event_is_told_at_once(self) -> None:
        """Where nobody notes when it began, one look is all there is."""
        assert only(find(gpus(gpu(throttle=["hw_thermal"]))), "throttled", "warn").since is None

    def test_uncorrected_errors_when_they_grew(self) -> None:
        """A counter that merely is not zero says nothing; growth in the last day does."""
        assert find(gpus(gpu(ecc_uncorrected=7))) == []
        events = (event("ecc", 7200.0, grew=2), event("ecc", 60.0, grew=1))
        one = only(find(gpus(gpu(ecc_uncorrected=7)), events=events), "ecc", "bad")
        assert (one.values["count"], one.since) == (3, NOW - 60.0)
        assert find(gpus(gpu()), events=(event("ecc", 90_000.0, grew=2),)) == []

    def test_remapped_rows(self) -> None:
        """Replaced rows are a note, waiting for a reset a warning, no more to replace with is bad."""
        told = (event("remap", 60.0),)
        only(find(gpus(gpu()), events=told), "remap", "note")
        only(find(gpus(gpu(remap_pending=True)), events=told), "remap_pending", "warn")
        only(find(gpus(gpu(remap_pending=True, remap_failed=True))), "remap_failed", "bad")


class TestXids:
    """XIDs of the last day."""

    def test_the_same_number_is_one_finding(self) -> None:
        """Five times XID 31 on one GPU are told once, with the count and the last time."""
        events = tuple(event("xid", 100.0 * turn, xid=31) for turn in range(1, 6))
        one = only(find(gpus(gpu()), events=events), "xid", "note")
        assert "XID 31, 5 times" in str(one) and one.since == NOW - 100.0

    def test_numbers_and_gpus_are_kept_apart(self) -> None:
        """Another GPU or another number is another finding; the worst comes first."""
        events = (event("xid", 10.0, xid=31), event("xid", 20.0, xid=79), event("xid", 30.0, "gpu:GPU-1", xid=31))
        found = find(gpus(gpu(0), gpu(1)), events=events)
        assert [(one.subject, one.values["xid"], one.level) for one in found] == [
            ("gpu:GPU-0", 79, "bad"),
            ("gpu:GPU-0", 31, "note"),
            ("gpu:GPU-1", 31, "note"),
        ]

    def test_yesterdays_are_over(self) -> None:
        """After 24 hours an XID is history."""
        assert find(gpus(gpu()), events=(event("xid", 86_500.0, xid=79),)) == []

    @pytest.mark.parametrize("healed", ["reboot", "returned"])
    def test_after_the_cure_it_is_less_urgent(self, healed: str) -> None:
        """A GPU that came back, or a machine that rebooted, turns bad into a warning."""
        events = [event("xid", 1000.0, xid=79)]
        readings = [gpus(gpu()), host(uptime=500.0 if healed == "reboot" else 1e6)]
        if healed == "returned":
            events.append(event("returned", 500.0))
        only(find(*readings, events=tuple(events)), "xid", "warn")

    def test_an_unknown_number(self) -> None:
        """It is shown as what it is."""
        one = only(find(gpus(gpu()), events=(event("xid", 5.0, xid=999),)), "xid", "warn")
        assert "Meaning unknown (XID 999" in str(one)

    def test_a_gpu_that_is_no_longer_read(self) -> None:
        """The index of the event stands in for a card that the reading does not have."""
        told = event("xid", 5.0, "gpu:GPU-9", xid=79, index=3)
        assert str(only(find(gpus(gpu()), events=(told,)), "xid", "bad")).startswith("GPU 3: ")


class TestMemoryOfGpus:
    """GPU memory that nobody uses."""

    def test_a_run_that_holds_memory_and_does_nothing(self) -> None:
        """Idle for a quarter of an hour with memory held is a warning; a busy or young one is none."""
        idle = gpus(gpu(utilisation=0))
        one = only(
            find(idle, idle={"GPU-0": 1200.0}, names={"261121-140233-k3vq": "resnet-aug"}),
            "idle",
            "warn",
        )
        assert str(one).startswith("resnet-aug has held 20.0 GiB of GPU 0 for 20 m") and one.since == NOW - 1200.0
        assert find(idle, idle={"GPU-0": 899.0}) == []
        assert find(gpus(gpu(utilisation=3)), idle={"GPU-0": 1200.0}) == []

    def test_somebody_elses_idle_process_is_not_ours_to_judge(self) -> None:
        """Without a run there is no such warning."""
        other = [{"pid": 7, "memory": 9 * GIB, "run": None, "user": "sato", "visible": True}]
        assert find(gpus(gpu(utilisation=0, processes=other)), idle={"GPU-0": 9999.0}) == []

    def test_a_process_that_cannot_be_seen(self) -> None:
        """Its pid and its memory are said all the same."""
        hidden = [{"pid": 4242, "memory": 9 * GIB, "run": None, "visible": False}]
        one = only(find(gpus(gpu(processes=hidden))), "hidden", "note")
        assert "4242" in str(one) and "9.0 GiB" in str(one)

    def test_memory_without_any_process(self) -> None:
        """More than a GiB in use, no process, no work: something was left behind."""
        left = gpus(gpu(processes=[], utilisation=0, memory_used=10 * GIB))
        assert "fuser" in str(only(find(left), "orphaned", "note"))
        assert find(gpus(gpu(processes=[], utilisation=0, memory_used=GIB // 2))) == []
        assert find(gpus(gpu(processes=None, utilisation=0))) == []
        assert find(gpus(gpu(processes=[], utilisation=0, unified=True))) == []


class TestHost:
    """Memory, swap and disks."""

    def test_memory_is_short(self) -> None:
        """Little left, or programs waiting for it."""
        only(find(host(memory_available=3 * GIB)), "memory_low", "warn")
        only(find(host(memory_available=GIB)), "memory_low", "bad")
        only(find(host(pressure=25.0)), "memory_pressure", "warn")
        only(find(host(pressure=70.0)), "memory_pressure", "bad")
        assert find(host(pressure=None, memory_available=None)) == []

    def test_swap_only_while_it_grows(self) -> None:
        """Swap that lies there is harmless."""
        assert find(host(swap_used=8 * GIB)) == []
        only(find(host(swap_used=8 * GIB), swap_growth={HOST_NAME: GIB}), "swap", "warn")

    def test_old_readings_say_nothing(self) -> None:
        """What was so a while ago is no finding now."""
        assert find(host(age=120.0, memory_available=GIB), disks(age=1000.0, free=0)) == []

    def test_a_disk_is_nearly_full(self) -> None:
        """By level; 4 % of a large disk is still room."""
        only(find(disks(free=15 * GIB)), "disk_full", "warn")
        only(find(disks(free=GIB)), "disk_full", "bad")
        assert find(disks(total=8000 * GIB, free=320 * GIB)) == []

    def test_a_disk_that_will_be_full(self) -> None:
        """Within three days a warning, within twelve hours bad; later not yet."""
        soon = disks(full_at=NOW + 2 * 86400, per_day=250 * GIB)
        assert "full in about 2 d" in str(only(find(soon), "disk_filling", "warn"))
        only(find(disks(full_at=NOW + 3600, per_day=9000 * GIB)), "disk_filling", "bad")
        assert find(disks(full_at=NOW + 4 * 86400, per_day=125 * GIB)) == []

    def test_a_disk_that_does_not_answer(self) -> None:
        """A network disk that is gone has no figures, and that is the finding."""
        silent = disks(total=None, free=None, inodes_free=None, note="the filesystem does not answer")
        only(find(silent), "disk_silent", "bad")

    def test_no_more_files(self) -> None:
        """A disk with room for bytes but not for files."""
        assert "5,000 more files" in str(only(find(disks(inodes_free=5000)), "inodes", "warn"))
        assert find(disks(inodes_free=None)) == []

    def test_shared_memory(self) -> None:
        """Nearly full, or too small from the start, as in a container."""
        shm: dict[str, Any] = {"path": "/dev/shm", "label": "shared memory"}
        only(find(disks(**shm, total=32 * GIB, free=2 * GIB)), "shm_full", "warn")
        only(find(disks(**shm, total=32 * GIB, free=0)), "shm_full", "bad")
        assert "--shm-size" in str(only(find(disks(**shm, total=64 << 20, free=64 << 20)), "shm_small", "note"))
        assert find(disks(**shm, total=32 * GIB, free=30 * GIB)) == []


class TestWords:
    """How findings are told."""

    def test_filled_in_another_language(self) -> None:
        """Words within words, lengths, times and sizes all go through the reader's language."""
        one = Finding(
            "xid",
            "note",
            "gpu:GPU-0",
            "{title} {length} {when} {size} {n}",
            {
                "title": Phrase("on {index}", index=2),
                "length": Length(60),
                "when": Moment(0),
                "size": Size(GIB),
                "n": 3,
            },
        )
        told = findings.fill(
            one,
            lambda message, **values: "«" + message.format(**values) + "»",
            length=lambda seconds: f"{seconds:.0f} 秒",
            moment=lambda epoch: "正月",
        )
        assert told == "««on 2» 60 秒 正月 1.0 GiB 3»"

    def test_every_text_is_up_for_translation(self) -> None:
        """No finding says what is not among the messages."""
        told = set(findings.messages())
        seen = find(gpus(gpu(remap_failed=True), age=42.0), host(pressure=70.0), disks(free=0))
        assert len(seen) == 4 and {one.words for one in seen} <= told
