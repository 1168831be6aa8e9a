"""What only looks like something a person must know: the phone stays quiet, and nothing waits for a digest either."""

import pytest

from tests.stories.world import SPARSE, World, usual_line
from tests.workers.alerts.lab import GIB, HOUR, MINUTE

EPOCHS = 20_000


@pytest.fixture
def world(world: World) -> World:
    """A new best is no look-alike of anything."""
    world.choose_rule("best", on=False)
    return world


def begin(world: World, minutes: float = 40.0) -> str:
    """A run that trains on a GPU, a line each ten seconds, for so long."""
    run = world.launch()
    world.give(run, 0)
    world.train(run, total=EPOCHS, last=int(6 * minutes) - 1)
    world.look(minutes * MINUTE, every=SPARSE)
    return run


def go_on(world: World, run: str, first: int, minutes: float = 20.0) -> None:
    """It trains on."""
    world.train(run, total=EPOCHS, first=first, last=first + int(6 * minutes) - 1)
    world.look(minutes * MINUTE, every=SPARSE)


def expect_quiet(world: World, *runs: str) -> None:
    """Nothing was pushed, nothing is to be, and the runs are well."""
    assert world.titles() == []
    assert world.alerts() == []
    assert [world.run(run).health for run in runs] == [[] for _ in runs]
    assert [world.run(run).state for run in runs] == ["running" for _ in runs]


class TestSilence:
    """Logs that say nothing for long."""

    def test_a_validation_of_20_minutes(self, world: World) -> None:
        """Neither the first one, which computes on the CPU alone, nor the next, on the GPU, is taken for a stall."""
        run = begin(world)
        world.prints(run, "validating ...")
        world.give(run, 0, utilisation=0, cpu=380)
        world.look(20 * MINUTE)
        world.give(run, 0)
        go_on(world, run, 240)
        world.look(20 * MINUTE)
        go_on(world, run, 360)
        expect_quiet(world, run)

    def test_buffered_output(self, world: World) -> None:
        """Lines that come in blocks, one each 25 minutes, for hours."""
        run = world.launch()
        world.give(run, 0)

        def blocks():
            for block in range(8):
                yield 25 * MINUTE
                steps = range(150 * block, 150 * block + 150)
                world.prints(run, *(f"step {step}/{EPOCHS} {usual_line(step)}" for step in steps))

        world.play(blocks(), run)
        world.look(8 * 25 * MINUTE, every=SPARSE)
        expect_quiet(world, run)

    def test_a_slow_first_epoch(self, world: World) -> None:
        """40 minutes without a line after the start, while it loads on the CPU and then computes on the GPU."""
        run = world.launch()
        world.prints(run, "loading the data set", "model with 86.4 M parameters")
        world.give(run, 0, utilisation=0, cpu=240)
        world.look(15 * MINUTE)
        world.give(run, 0)
        world.look(25 * MINUTE, every=SPARSE)
        go_on(world, run, 0)
        expect_quiet(world, run)

    def test_a_first_epoch_without_any_line(self, world: World) -> None:
        """The same where not even a header comes."""
        run = world.launch()
        world.take_up(run, cpu=100)
        world.look(40 * MINUTE, every=SPARSE)
        go_on(world, run, 0)
        expect_quiet(world, run)

    def test_checkpoints_of_5_minutes(self, world: World) -> None:
        """The counter stands, CPU and GPU wait, and the disk writes."""
        run = begin(world)
        for number in range(3):
            world.prints(run, "saving checkpoint to ckpt.pt")
            world.give(run, 0, utilisation=0, cpu=2.0)
            world.busy[run] = {**world.busy[run], "written": 2e8}
            world.look(5 * MINUTE)
            world.give(run, 0)
            go_on(world, run, 240 + 60 * number, 10)
        expect_quiet(world, run)

    def test_a_network_disk_that_pauses(self, world: World) -> None:
        """All processes wait for it for 8 minutes, and go on."""
        run = begin(world)
        world.give(run, 0, utilisation=0, cpu=0.0)
        world.look(8 * MINUTE)
        world.give(run, 0)
        go_on(world, run, 240)
        expect_quiet(world, run)


class TestTime:
    """Time that is none of the training."""

    def test_a_sleeping_laptop(self, world: World) -> None:
        """Closed for a night at 40 % of the way: no stall, and it does not end "later" for that; then it finishes."""
        run = world.launch()
        world.take_up(run)
        world.train(run, total=600, last=599, ends=lambda: world.exits(run))
        world.look(40 * MINUTE)
        world.sleep(9 * HOUR)
        world.look(20 * MINUTE)
        expect_quiet(world, run)
        world.sleep(2 * HOUR)
        world.look(HOUR, every=SPARSE)
        assert [one.kind for one in world.alerts()] == ["finished"]
        assert len(world.titles()) == 1

    def test_a_laptop_that_naps_again_and_again(self, world: World) -> None:
        """Five minutes awake, twenty asleep, for hours."""
        run = world.launch()
        world.take_up(run)
        world.train(run, total=1200)
        for _ in range(12):
            world.look(5 * MINUTE, every=10)
            world.sleep(20 * MINUTE)
        world.look(10 * MINUTE)
        expect_quiet(world, run)

    def test_a_suspended_job(self, world: World) -> None:
        """Stopped with Ctrl-Z for two hours, while the GPU waits with its memory; then it goes on to its end."""
        run = world.launch()
        world.give(run, 0)
        world.train(run, total=600, last=599, ends=lambda: world.exits(run))
        world.look(40 * MINUTE, every=SPARSE)
        world.suspend(run)
        world.give(run, 0, utilisation=0, cpu=0.0)
        world.look(2 * HOUR, every=SPARSE)
        assert world.run(run).health == ["suspended"]
        assert world.alerts() == []
        world.suspend(run, resume=True)
        world.give(run, 0)
        world.look(30 * MINUTE, every=SPARSE)
        expect_quiet(world, run)
        world.look(HOUR, every=SPARSE)
        assert [one.kind for one in world.alerts()] == ["finished"]

    @pytest.mark.parametrize("step", [HOUR, -HOUR])
    def test_the_clock_is_set(self, world: World, step: float) -> None:
        """By an hour, forward or back, in the middle of a run: it is neither silent for that, nor late."""
        run = world.launch()
        world.give(run, 0)
        world.train(run, total=600)
        world.look(40 * MINUTE, every=SPARSE)
        world.wall += step
        world.look(45 * MINUTE)
        expect_quiet(world, run)


class TestLosses:
    """Losses that are no numbers, or rise, and are well."""

    def test_a_gradient_scaler_that_finds_its_place(self, world: World) -> None:
        """The first steps of mixed precision overflow, each with half the scale of the one before, then it trains."""
        run = world.launch()
        world.take_up(run)

        def text(step: int) -> str:
            scale = 2.0 ** max(4, 24 - step)
            loss = "loss nan" if step < 8 else "loss inf" if step < 13 else usual_line(step)
            return f"{loss} scale {scale:.0f}"

        world.train(run, every=2.0, total=EPOCHS, text=text)
        world.look(20 * MINUTE)
        expect_quiet(world, run)

    def test_single_batches_that_overflow(self, world: World) -> None:
        """One NaN among numbers, now and then, is what a scaler skips."""
        run = world.launch()
        world.take_up(run)
        world.train(run, every=2.0, total=EPOCHS, text=lambda n: "loss nan" if n % 97 == 96 else usual_line(n))
        world.look(40 * MINUTE, every=SPARSE)
        expect_quiet(world, run)

    def test_an_evaluation_with_another_loss(self, world: World) -> None:
        """Summed over the set and not a mean, for 30 lines, each 10 minutes."""
        run = world.launch()
        world.take_up(run)

        def epochs():
            step = 0
            for _ in range(5):
                for _ in range(300):
                    world.prints(run, f"step {step}/{EPOCHS} {usual_line(step)}")
                    step += 1
                    yield 2.0
                for batch in range(30):
                    world.prints(run, f"eval {batch + 1}/30 val_loss {180 + batch:.1f}")
                    yield 2.0

        world.play(epochs(), run)
        world.look(55 * MINUTE, every=SPARSE)
        expect_quiet(world, run)

    def test_a_warm_restart_of_the_learning_rate(self, world: World) -> None:
        """The loss leaps with the rate and falls again, as a cosine schedule with restarts does."""
        run = world.launch()
        world.take_up(run)

        def text(step: int) -> str:
            place = step % 500
            rate = 0.1 * (1 - place / 500) + 1e-4
            loss = (2.3 if step < 500 else 1.1) * (1 - place / 500) ** 2 + 0.25 + 0.01 * (step % 7)
            return f"loss {loss:.4f} lr {rate:.5f}"

        world.train(run, every=2.0, total=EPOCHS, text=text)
        world.look(HOUR, every=10)
        expect_quiet(world, run)


class TestMachine:
    """A machine that is used as machines are."""

    def test_a_gpu_between_two_stages(self, world: World) -> None:
        """It does nothing for ten minutes while the next stage is prepared, again and again."""
        run = world.launch()
        world.give(run, 0)
        world.train(run, total=EPOCHS)
        for _ in range(3):
            world.look(15 * MINUTE, every=SPARSE)
            world.give(run, 0, utilisation=0, cpu=150)
            world.look(10 * MINUTE)
            world.give(run, 0)
        expect_quiet(world, run)

    def test_memory_that_fills_once(self, world: World) -> None:
        """Data that is loaded into memory for half an hour, up to nine tenths of it, and stays there."""
        run = world.launch()
        world.give(run, 0)
        world.train(run, total=EPOCHS)
        begin = world.wall

        def load():
            while True:
                grown = min(1.0, (world.wall - begin) / (30 * MINUTE)) * 44
                world.host = {"memory_available": (50 - grown) * GIB}
                world.busy[run] = {**world.busy[run], "memory": (1 + grown) * GIB}
                yield 20.0

        world.play(load())
        world.look(2 * HOUR, every=SPARSE)
        expect_quiet(world, run)

    def test_a_disk_that_takes_one_large_file(self, world: World) -> None:
        """300 GB at once are no trend."""
        world.free = 800 * GIB
        run = world.launch()
        world.take_up(run)
        world.train(run, total=EPOCHS)
        world.look(HOUR, every=SPARSE)
        world.free = 500 * GIB
        world.look(90 * MINUTE, every=SPARSE)
        expect_quiet(world, run)
