"""What is told of the GPUs: each change once, no level, across restarts."""

import json
from typing import Any

from workers.machine.changes import Change, Marks, find_changes, identify, lost_gpus

A, B = "GPU-a", "GPU-b"


def gpu(uuid: str = A, **figures: Any) -> dict[str, Any]:
    """A GPU without trouble."""
    return {"index": 0 if uuid == A else 1, "uuid": uuid, "name": "Fake", "trouble": None, "throttle": [], **figures}


def lost(uuid: str = A, trouble: str = "lost") -> dict[str, Any]:
    """A GPU in trouble."""
    return {"index": 0, "uuid": uuid, "name": "Fake", "trouble": trouble, "note": "words", "throttle": None}


class Story:
    """Samples one after the other, a second apart; the marks go through JSON as in the journal."""

    def __init__(self) -> None:
        self.marks: Marks = {}
        self.now = 1000.0
        self.boot = "boot-1"

    def tell(
        self, *gpus: dict[str, Any], status: str = "ok", driver: str | None = "580", after: float = 1.0
    ) -> list[Change]:
        """The changes that a sample makes."""
        self.now += after
        sample = {"at": self.now, "status": status, "driver": driver, "reason": "why", "gpus": list(gpus)}
        marks, found = find_changes(self.marks, sample, "here", self.boot)
        self.marks = json.loads(json.dumps(marks))
        return found

    def kinds(self, *gpus: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
        """Their subjects and kinds."""
        return [(one.subject, one.kind) for one in self.tell(*gpus, **more)]


def test_a_machine_that_is_well_says_nothing() -> None:
    """The first sample and all like it are no change."""
    story = Story()
    for _ in range(3):
        assert story.tell(gpu(ecc_uncorrected=7, remapped_correctable=2), gpu(B)) == []


def test_lost_and_returned() -> None:
    """Once each, with the time of the sample; the others are not touched."""
    story = Story()
    story.tell(gpu(), gpu(B))
    (change,) = story.tell(lost(), gpu(B))
    assert (change.subject, change.kind, change.time) == (f"gpu:{A}", "lost", story.now)
    assert (change.detail["index"], change.detail["note"]) == (0, "words")
    assert story.tell(lost(), gpu(B)) == []
    assert story.kinds(gpu(), gpu(B)) == [(f"gpu:{A}", "returned")]
    assert story.tell(gpu(), gpu(B)) == []


def test_one_that_is_no_longer_listed() -> None:
    """A sampler that started after the loss does not know of it: told once, and shown as lost until the next boot."""
    story = Story()
    story.tell(gpu(), gpu(B))
    assert story.kinds(gpu(B)) == [(f"gpu:{A}", "lost")]
    assert story.tell(gpu(B)) == []
    shown = lost_gpus(story.marks, [gpu(B)])
    assert [(one["uuid"], one["index"], one["name"], one["trouble"]) for one in shown] == [(A, 0, "Fake", "lost")]
    assert lost_gpus(story.marks, [lost(), gpu(B)]) == []
    story.boot = "boot-2"
    assert story.tell(gpu(B)) == []
    assert lost_gpus(story.marks, [gpu(B)]) == []


def test_one_that_is_missing_after_a_reboot() -> None:
    """It was well before; that it is gone is told once."""
    story = Story()
    story.tell(gpu(), gpu(B))
    story.boot = "boot-2"
    assert story.kinds(gpu(B)) == [(f"gpu:{A}", "lost")]
    assert story.tell(gpu(B)) == []


def test_trouble_of_other_kinds() -> None:
    """A GPU that needs a reset, or fails, and recovers; one in trouble at first sight is told."""
    story = Story()
    assert story.kinds(lost(trouble="reset_required")) == [(f"gpu:{A}", "reset_required")]
    assert story.kinds(lost(trouble="error")) == [(f"gpu:{A}", "error")]
    assert story.kinds(gpu()) == [(f"gpu:{A}", "recovered")]


def test_a_driver_upgraded_under_us() -> None:
    """The mismatch once, with its words; GPUs are not lost by it; what was known holds when it is over."""
    story = Story()
    story.tell(gpu())
    (change,) = story.tell(status="mismatch", driver=None)
    assert (change.subject, change.kind, change.detail["status"], change.detail["reason"]) == (
        "host:here",
        "driver",
        "mismatch",
        "why",
    )
    assert story.tell(status="mismatch", driver=None) == []
    assert story.kinds(gpu(), driver="590") == [("host:here", "recovered")]
    assert story.tell(gpu(), driver="590") == []
    (change,) = story.tell(gpu(), driver="600")
    assert (change.kind, change.detail["from"], change.detail["to"]) == ("driver", "590", "600")


def test_no_gpu_at_all_is_normal() -> None:
    """A machine without a driver library says nothing."""
    story = Story()
    assert story.tell(status="no_library", driver=None) == []
    assert story.tell(gpu()) == []


def test_heat_does_not_flicker() -> None:
    """Slowed down is told at its beginning; the end, with its time, after a minute at full speed."""
    story = Story()
    story.tell(gpu())
    (change,) = story.tell(gpu(throttle=["hw_thermal", "gpu_idle"], temperature=91))
    began = story.now
    assert (change.kind, change.time) == ("throttled", began)
    assert (change.detail["reasons"], change.detail["temperature"]) == (["hw_thermal"], 91)
    for number in range(300):
        assert story.tell(gpu(throttle=["sw_thermal"] if number % 40 < 20 else [])) == []
    last = story.now
    found = [change for _ in range(60) for change in story.tell(gpu())]
    assert [change.kind for change in found] == ["unthrottled"]
    assert last - 5 <= found[0].time <= last + 1
    assert found[0].time > began
    assert [one.kind for one in story.tell(gpu(throttle=["power_brake"]))] == ["throttled"]


def test_a_power_cap_is_normal() -> None:
    """Neither that nor idleness nor clocks set by somebody is told."""
    story = Story()
    assert story.tell(gpu(throttle=["sw_power_cap", "gpu_idle", "applications_clocks"])) == []


def test_memory_errors_that_grow() -> None:
    """By how many, once each; a counter that starts over has not grown; a missing one is as it was."""
    story = Story()
    story.tell(gpu(ecc_uncorrected=3))
    (change,) = story.tell(gpu(ecc_uncorrected=5))
    assert (change.kind, change.detail["grew"], change.detail["count"]) == ("ecc", 2, 5)
    assert story.tell(gpu(ecc_uncorrected=None)) == []
    assert story.tell(gpu(ecc_uncorrected=5)) == []
    assert story.tell(gpu(ecc_uncorrected=0)) == []
    assert story.kinds(gpu(ecc_uncorrected=1)) == [(f"gpu:{A}", "ecc")]


def test_remapped_rows() -> None:
    """More of them, or one that waits for a reset, is told once."""
    story = Story()
    rows: dict[str, Any] = {
        "remapped_correctable": 1,
        "remapped_uncorrectable": 0,
        "remap_pending": False,
        "remap_failed": False,
    }
    assert story.tell(gpu(**rows)) == []
    rows["remap_pending"] = True
    assert story.kinds(gpu(**rows)) == [(f"gpu:{A}", "remap")]
    assert story.tell(gpu(**rows)) == []
    rows["remapped_uncorrectable"] = 1
    assert story.kinds(gpu(**rows)) == [(f"gpu:{A}", "remap")]


def test_marks_rest_while_nothing_changes() -> None:
    """They are written when they change, which a GPU at work under heat makes them do every five seconds only."""
    story = Story()
    story.tell(gpu(throttle=["hw_thermal"]))
    written = 0
    for _ in range(50):
        before = story.marks
        story.tell(gpu(throttle=["hw_thermal"]))
        written += story.marks != before
    assert written <= 10


def test_a_gpu_lost_before_a_sampler_began_is_known_by_its_place() -> None:
    """It gets the identity of the GPU that was at its place, and is listed once; one never seen stays unnamed."""
    story = Story()
    story.tell(gpu(A), gpu(B))
    nameless = {"index": 1, "uuid": None, "name": None, "trouble": "lost", "note": "words", "throttle": None}
    sample: dict[str, Any] = {"gpus": [gpu(A), nameless, {**nameless, "index": 2}]}
    identify(story.marks, sample)
    assert [(one["index"], one["uuid"], one["name"]) for one in sample["gpus"]] == [
        (0, A, "Fake"),
        (1, B, "Fake"),
        (2, None, None),
    ]
    assert story.kinds(*sample["gpus"]) == [(f"gpu:{B}", "lost")]
    assert lost_gpus(story.marks, sample["gpus"]) == []
