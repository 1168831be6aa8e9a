"""Each rule as a story: the phone is told once, at the right time, with the thing and the number that matter."""

import math
import signal
from collections.abc import Callable
from typing import NamedTuple

import pytest

from store import thresholds
from store.alert_rules import RULES
from store.database import write
from store.weekly import closing, goals
from store.weekly.calendar import week_of
from tests.fakes.pushbullet_server import PushbulletServer
from tests.stories.world import FRIDAY, MORNING, SPARSE, World, usual_line
from tests.workers.alerts.lab import GIB, HOUR, MINUTE, card

TRACE = (
    "Traceback (most recent call last):",
    '  File "train.py", line 88, in <module>',
    "    main()",
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
)
DIGESTS = ("13:00", "13:30", "14:00")
NOON = MORNING + 2 * HOUR
MONDAY = MORNING + 6 * 24 * HOUR
AFTER = 65 * MINUTE
"""For how long nothing more must come: two more digests pass in it."""


class Story(NamedTuple):
    """What leads up to the moment that is returned; ``within`` seconds after it the push comes, and ``says`` that."""

    play: Callable[[World], float]
    within: tuple[float, float]
    says: tuple[str, ...]


STORIES: dict[str, Story] = {}
WITHOUT_STORY = {"task": "it is no rule on sights: tests/workers/test_waiting.py tells it"}
"""Kinds that no rule raises, each with the reason."""


def tells(
    kind: str, *says: str, within: tuple[float, float] = (0.0, 5.0)
) -> Callable[[Callable[[World], float]], Callable[[World], float]]:
    """Enter the story of a kind."""

    def enter(play: Callable[[World], float]) -> Callable[[World], float]:
        STORIES[kind] = Story(play, within, says)
        return play

    return enter


def working(
    world: World, minutes: float = 12.0, *, total: int = 100_000, text: Callable[[int], str] = usual_line
) -> str:
    """A run that has trained on a GPU for a while, and goes on."""
    run = world.launch()
    world.give(run, 0)
    world.train(run, total=total, text=text)
    world.look(minutes * MINUTE, every=SPARSE)
    return run


@tells("finished", "✔ finished in 30 m", "resnet")
def _finished(world: World) -> float:
    run = world.launch()
    world.train(run, total=180, last=179, ends=lambda: world.exits(run))
    world.look(30 * MINUTE - 10, every=SPARSE)
    world.look(5)
    world.live(world.steady + 5)
    return world.wall


@tells("crashed", "✖ crashed after 12 m", "CUDA out of memory")
def _crashed(world: World) -> float:
    run = working(world)
    world.prints(run, *TRACE)
    world.exits(run, 1)
    return world.wall


@tells("killed", "✖ killed after 12 m", "out of memory", "kernel")
def _killed(world: World) -> float:
    run = working(world)
    world.exits(run, killed_by=signal.SIGKILL, memory={"before": {"oom_kills": 1}, "after": {"oom_kills": 2}})
    return world.wall


@tells("lost", "? lost after 12 m", "resnet", within=(0.0, 10.0))
def _lost(world: World) -> float:
    run = working(world)
    world.vanishes(run)
    return world.wall


@tells("stalled", "⏳ stalled", "no output for 10 m", "hang", within=(600.0, 610.0))
def _stalled(world: World) -> float:
    run = world.launch()
    world.take_up(run)
    world.train(run, total=100_000, last=240)
    world.look(40 * MINUTE, every=SPARSE)
    world.take_up(run, cpu=1.0)
    return world.wall


@tells("diverged", "! diverged", "loss is NaN since step 120", within=(60.0, 70.0))
def _diverged(world: World) -> float:
    run = working(world, text=lambda step: usual_line(step) if step < 120 else "loss nan")
    world.look(20 * MINUTE + 20 - 12 * MINUTE - 5)
    world.live(world.steady + 5)  # the third of them, which is enough
    assert world.run(run).health == []
    return world.wall


@tells("threshold", "val_acc > 0.9", "0.93")
def _threshold(world: World) -> float:
    run = working(world)
    with write(world.connection):
        thresholds.add(world.connection, "val_acc > 0.9", world.wall, run_id=run)
    for value in (0.5, 0.7, 0.89):
        world.look(MINUTE)
        world.prints(run, f"epoch 1 val_acc {value}")
    world.look(MINUTE)
    world.prints(run, "epoch 2 val_acc 0.93")
    return world.wall


@tells("best", "★ new best", "val_acc 0.79")
def _best(world: World) -> float:
    world.wall = NOON
    run = working(world, total=1500)
    for place in range(30):
        world.prints(run, f"epoch {place} val_acc {0.5 + place / 100:.2f}")
        world.look(MINUTE, every=SPARSE)
    return MORNING + 3 * HOUR


@tells("eta_slipped", "» slower: done", "not ", "later than it looked")
def _eta_slipped(world: World) -> float:
    world.choose_rule("best", on=False)
    run = world.launch()
    world.take_up(run)
    world.train(run, total=1000, last=299)
    world.look(50 * MINUTE, every=SPARSE)
    world.train(run, total=1000, every=40, first=300)
    world.look_until(MORNING + 3 * HOUR - 5, every=SPARSE)
    assert world.server.pushes == []
    return MORNING + 3 * HOUR


@tells("milestone", "25 % done", "left")
def _milestone(world: World) -> float:
    world.choose_rule("milestone", on=True, severity="now")
    run = world.launch()
    world.take_up(run)
    world.train(run, total=1000, first=240, every=60)
    world.look(10 * MINUTE - 5)
    world.live(world.steady + 5)
    return world.wall


@tells("gpu_idle", "GPU 0 idle", "20.0 GiB", "resnet", within=(900.0, 1170.0))
def _gpu_idle(world: World) -> float:
    run = world.launch()
    world.give(run, 0)
    world.train(run, every=20, text=lambda step: "waiting for the next shard")
    world.look(30 * MINUTE, every=SPARSE)
    world.give(run, 0, utilisation=0, cpu=2.0)
    return world.wall


@tells("gpu_lost", "✖ GPU 1 lost", "Reboot", within=(10.0, 20.0))
def _gpu_lost(world: World) -> float:
    world.cards[1] = card(1, utilisation=0)
    working(world)
    del world.cards[1]
    return world.wall


@tells("driver", "GPU driver upgraded", "Reboot when it is done", within=(10.0, 20.0))
def _driver(world: World) -> float:
    working(world)
    world.driver = "mismatch"
    return world.wall


@tells("xid", "XID 48 on GPU 0", "reset", within=(0.0, 10.0))
def _xid(world: World) -> float:
    run = working(world)
    world.befall("gpu:GPU-0", "xid", xid=48, index=0, runs=[run])
    return world.wall


@tells("heat", "GPU 0 slowed by heat", "Check fans")
def _heat(world: World) -> float:
    world.wall = NOON + 30 * MINUTE
    working(world)
    world.cards[0] |= {"throttle": ["hw_thermal"], "temperature": 91}
    world.look_until(NOON + HOUR - 5, every=SPARSE)
    assert world.server.pushes == []
    return NOON + HOUR


@tells("ecc", "GPU 0 memory errors", "2 not corrected", within=(10.0, 20.0))
def _ecc(world: World) -> float:
    world.cards[0] = card(0, ecc_uncorrected=0)
    working(world)
    world.cards[0] |= {"ecc_uncorrected": 2}
    return world.wall


@tells("host_memory", "memory full in", "resnet grows", within=(45 * MINUTE, 56 * MINUTE))
def _host_memory(world: World) -> float:
    run = working(world)
    begin = world.wall

    def leak() -> None:
        grew = min(40.0, 30.0 * (world.wall - begin) / HOUR)
        world.host = {"memory_available": (40 - grew) * GIB}
        world.busy[run] = {**world.busy[run], "memory": (1 + grew) * GIB}
        if world.titles():
            world.host = {"memory_available": 40 * GIB}
            world.busy[run] = {**world.busy[run], "memory": GIB}

    world.play(_each(20.0, leak))
    return begin


@tells("gpu_memory", "GPU 0 full in", "resnet", within=(48 * MINUTE, 64 * MINUTE))
def _gpu_memory(world: World) -> float:
    run = working(world)
    begin = world.wall

    def leak() -> None:
        grew = 0.0 if world.titles() else 20.0 * (world.wall - begin) / HOUR
        world.give(run, 0, memory=(20 + grew) * GIB)

    world.play(_each(20.0, leak))
    return begin


@tells("disk", "disk full by", "resnet runs longer", within=(HOUR, HOUR + 12 * MINUTE))
def _disk(world: World) -> float:
    world.free = 400 * GIB
    begin = world.wall

    def fill() -> None:
        world.free = 400 * GIB if world.titles() else (400 - 120 * (world.wall - begin) / HOUR) * GIB

    world.play(_each(30.0, fill))
    run = world.launch()
    world.take_up(run)
    world.train(run)
    world.look(20 * MINUTE, every=SPARSE)
    return begin


@tells("gpu_free", "GPU 1 free", "vit still queued")
def _gpu_free(world: World) -> float:
    world.wall = NOON + 40 * MINUTE
    world.cards[1] = card(1, utilisation=0, memory_used=0)
    working(world, 10)
    row = {"run": "261121-100000-vvvv", "name": "vit", "count": 1, "asked": world.wall, "why": "held back"}
    world.queue = [row]
    world.look_until(NOON + HOUR - 5, every=SPARSE)
    assert world.server.pushes == []
    return NOON + HOUR


@tells("review", "week in review", "1 of 1 runs finished")
def _review(world: World) -> float:
    world.wall = FRIDAY + 5 * HOUR + 30 * MINUTE
    run = world.launch()
    world.train(run, last=60, ends=lambda: world.exits(run))
    world.look_until(FRIDAY + 6 * HOUR - 5, every=25)
    assert [title[:10] for title in world.titles()] == ["✔ finished"]
    return FRIDAY + 6 * HOUR


@tells("goals", "goals of this week", "the ablation of table 2", "read two papers")
def _goals(world: World) -> float:
    world.wall = MONDAY - 12 * HOUR
    with write(world.connection):
        aims: list[goals.Wanted] = [("the ablation of table 2", None, []), ("read two papers", None, [])]
        goals.set_goals(world.connection, week_of(MONDAY, None), aims, world.wall)
    world.look_until(MONDAY + 3 * HOUR - 5, every=25)
    assert world.server.pushes == []
    return MONDAY + 3 * HOUR


def _each(seconds: float, act: Callable[[], None]):
    while True:
        act()
        yield seconds


def test_every_rule_has_its_story() -> None:
    """A rule that is new is told of here, or the reason why it cannot be."""
    assert STORIES.keys() | WITHOUT_STORY.keys() == RULES.keys()
    assert not STORIES.keys() & WITHOUT_STORY.keys()


@pytest.mark.parametrize("kind", STORIES)
def test_told_once_and_in_time(kind: str, world: World, server: PushbulletServer) -> None:
    """The push comes within its window and says what matters, and none comes again."""
    story = STORIES[kind]
    world.choose(digests=DIGESTS)
    begin = story.play(world)
    told = len(server.pushes)
    earliest, latest = story.within
    while world.wall < begin + earliest - 60:
        world.look(min(SPARSE, begin + earliest - 60 - world.wall))
    while world.wall < begin + latest and len(server.pushes) == told:
        world.look(5)
    assert len(server.pushes) == told + 1, world.alerts()
    push = server.pushes[-1]
    assert math.floor(earliest) <= push["created"] - begin <= latest, push
    text = f"{push['title']}\n{push['body']}"
    assert [words for words in story.says if words not in text] == [], text
    world.look(AFTER, every=25)
    assert world.titles()[told + 1 :] == []
    assert [way for way in world.waiting() if way.state != "held"] == []


def test_a_closed_week_is_not_reminded_of(world: World, server: PushbulletServer) -> None:
    """Who closes the week on Friday morning hears nothing of it in the afternoon, also where it was held already."""
    world.wall = FRIDAY + 5 * HOUR
    world.choose(review="fri 15:30", quiet=("15:20", "18:00"))
    run = world.launch()
    world.train(run, last=60, ends=lambda: world.exits(run))
    world.look_until(FRIDAY + 6 * HOUR, every=25)
    assert "review" in {alert.kind for alert in world.alerts()}
    with write(world.connection):
        week = week_of(FRIDAY, None)
        closing.begin(world.connection, week, None, "mon", world.wall)
        closing.close(world.connection, week, {"week": str(week)}, world.wall)
    world.look_until(FRIDAY + 9 * HOUR, every=25)
    assert [title[:10] for title in world.titles()] == ["✔ finished"]
    assert [way for way in world.waiting() if way.state in ("held", "waiting")] == []
