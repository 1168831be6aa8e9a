"""Faulty servers, outages and kills at any moment: what should arrive does, once, and nothing is left waiting."""

import random
from pathlib import Path

import pytest

from store import alerts, deliveries
from store.channels import ChannelUrl
from tests.fakes.faulty_server import status
from tests.fakes.ntfy_server import NtfyServer
from tests.fakes.pushbullet_server import PushbulletServer
from tests.stories.day import KEY, OOM, Day
from tests.stories.world import MORNING, World
from tests.workers.alerts.lab import HOUR, MINUTE
from workers.alerts.channels import PUSHBULLET

pytestmark = pytest.mark.timeout(600)  # a day takes half a minute of CPU time


def plan_short(world: World, seed: int = 3) -> Day:
    """Five hours of fourteen runs, most of them short."""
    day = Day(world, random.Random(seed), world.wall)
    at = day.chance.uniform
    for place in range(8):
        day.later(at(0, 3.5) * HOUR, lambda place=place: day.fine(f"fine-{place}", at(5, 60)))  # type: ignore[misc]
    day.later(at(0, 1) * HOUR, lambda: day.sweep("sweep", 90))
    day.later(at(0, 1) * HOUR, lambda: day.stopped("try", 60))
    day.later(at(0, 2) * HOUR, lambda: day.crash("vit-large", 20, OOM))
    day.later(at(2, 3) * HOUR, lambda: day.crash("lm-tiny", 40, KEY))
    day.later(at(1, 3) * HOUR, lambda: day.killed("embed-all", 30))
    day.later(10 * MINUTE, lambda: day.stall("dist-8", 60))
    return day


def expect_all_once(world: World, day: Day, channel: str, arrived: list[str]) -> None:
    """Each alert that was to go there arrived, once; what happened was told; nothing waits."""
    states = {}
    wanted = set()
    for one in world.alerts():
        for way in deliveries.deliveries_of(world.connection, [one.id])[one.id]:
            if way.channel == channel:
                states[one.id] = way.state
                if way.state == "sent":
                    wanted.add(alerts.get_alert(world.connection, one.id).guid)
    assert set(states.values()) <= {"sent", "suppressed", "digested", "held"}, states
    assert sorted(arrived) == sorted(wanted)
    assert [way for way in world.waiting() if way.channel == channel and way.state != "held"] == []
    told = {(one.kind, one.run_id): states[one.id] for one in world.alerts() if one.run_id and one.kind != "best"}
    assert {(kind, run): "sent" for kind, run, _ in day.happened} == told


@pytest.mark.timeout(300)
def test_faults_an_outage_and_kills(tmp_path: Path) -> None:
    """A third of all requests fails, for an hour all of them, and the daemon is killed forty times, as it comes."""
    with PushbulletServer(fault_rate=0.3, seed=11, idempotent=False) as server:
        world = World(tmp_path, server, now=MORNING)
        try:
            day = plan_short(world)
            chance = random.Random(5)
            end = MORNING + 5.5 * HOUR
            while world.wall < end:
                outage = MORNING + 100 * MINUTE <= world.wall < MORNING + 160 * MINUTE
                server.clear_faults()
                server.fault_rate = 0.3
                if outage:
                    server.script(*(status(503, on="*") for _ in range(1000)))
                if world.restarts < 40:
                    world.dies_in = chance.randrange(1, 400)
                world.look(chance.uniform(4, 10) * MINUTE, every=20)
            assert world.restarts >= 20
            world.dies_in = None
            server.clear_faults()
            world.look(10 * MINUTE)
            assert len(server.requests) > 1.3 * len(server.pushes)
            expect_all_once(world, day, PUSHBULLET, server.guids())
        finally:
            world.close()


@pytest.mark.timeout(300)
def test_two_channels_one_of_them_faulty(tmp_path: Path, server: PushbulletServer) -> None:
    """The second channel, each try of which is a process, gets all as well, though half of its tries fail."""
    with NtfyServer(fault_rate=0.5, seed=2) as ntfy:
        world = World(tmp_path, server, channels=(ChannelUrl("lab-ntfy", ntfy.channel("runs")),))
        ntfy.clock = lambda: world.wall
        try:
            day = Day(world, random.Random(4), world.wall)
            day.fine("resnet", 10)
            day.later(5 * MINUTE, lambda: day.crash("vit", 6, OOM))
            day.later(9 * MINUTE, lambda: day.killed("embed", 5))
            world.look(20 * MINUTE, every=20)
            direct = [push["created"] for push in server.pushes]
            assert len(direct) == 3
            for (_, _, moment), sent in zip(day.happened, direct, strict=True):
                assert sent - moment <= 25
            ntfy.clear_faults()
            world.look(30 * MINUTE, every=20)
            expect_all_once(world, day, PUSHBULLET, server.guids())
            assert len(ntfy.messages) == 3, [one["title"] for one in ntfy.messages]
            assert sorted(one["title"] for one in ntfy.messages) == sorted(world.titles())
            assert [way for way in world.waiting() if way.state != "held"] == []
        finally:
            world.close()
