"""Claims on GPUs: whatever happens in whatever order, none is given twice, and the first in the queue is next."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.conftest import python
from tests.fakes.gpu_samples import gpu, process, sample
from workers.machine import processes
from workers.runs import claims, gpu_choice, rundir
from workers.runs.claims import Claim

GPUS = 4
ROOT = str(Path(__file__).resolve().parents[3])
ASKING = (
    "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path\n"
    "from tests.fakes.gpu_samples import sample\n"
    "from workers.runs import claims\n"
    "def ask(count, gpus):\n"
    "    asked = {'within': None, 'wait': False, 'now': 0.0}\n"
    "    return claims.ask(Path(sys.argv[2]), sys.argv[3], sys.argv[3], count, sample(count=gpus), **asked)\n"
)
"""The beginning of a program that asks for GPUs; its arguments are the checkout, the data folder and the run."""


class Queueing(RuleBasedStateMachine):
    """Four GPUs, and runs that ask, are served, end, die without a word and are moved; foreign work comes and goes."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.number = 0
        self.dead: set[str] = set()
        self.foreign: set[int] = set()
        self.model: list[str] = []
        """The queue as it should be."""

    def teardown(self) -> None:
        """Everything that waits is served in the end, in its order, when what runs ends."""
        self.foreign.clear()
        for _ in range(len(self.model) + 1):
            for one in self.standing():
                if one.is_granted:
                    claims.release(self.home, one.run)
            served = self.serve(reversed(self.model))
            assert not self.model or self.model[0] in served, "the first was not served though all GPUs are free"
            self.model = [run for run in self.model if run not in served]
        assert not self.model
        shutil.rmtree(self.home)

    def is_living(self, home: Path, claim: Claim) -> bool:
        """In place of processes that would live and die."""
        return claim.run not in self.dead

    def standing(self) -> list[Claim]:
        """The living claims."""
        return claims.standing(self.home, is_living=self.is_living)

    def sample(self) -> dict[str, Any]:
        """How the GPUs are."""
        return sample(*(gpu(index, processes=[process(1)] if index in self.foreign else []) for index in range(GPUS)))

    def serve(self, order: Any) -> set[str]:
        """Let the runs of the queue try their luck, in any order; those that got their GPUs."""
        by_run = {one.run: one for one in self.standing()}
        served = set()
        for run in list(order):
            before = self.standing()
            ahead = self.model[: self.model.index(run)]
            granted = claims.grant(self.home, by_run[run], self.sample(), 0.0, is_living=self.is_living)
            if granted is not None and not by_run[run].is_granted:
                self.check_fair(granted, [one for one in before if one.run in ahead and one.run not in served], before)
                served.add(run)
        return served

    def check_fair(self, granted: Claim, ahead: list[Claim], before: list[Claim]) -> None:
        """What a run got is nothing that one before it could have had, or still can have all it wants."""
        got = {one["index"] for one in granted.gpus or ()}
        assert len(got) == granted.count
        assert got <= {one["index"] for one in gpu_choice.visible(self.sample()["gpus"], granted.within)}
        assert not got & self.foreign
        could = gpu_choice.allot(self.sample(), before)
        for one in ahead:
            wanted = {gpu["index"] for gpu in could.get(one.run, gpu_choice.visible(self.sample()["gpus"], one.within))}
            assert not got & wanted, f"{granted.run} overtook {one.run}"

    @rule(
        count=st.integers(1, GPUS),
        wait=st.booleans(),
        within=st.sampled_from([None, None, None, "0", "1,2", "0,1,2,3"]),
    )
    def ask(self, count: int, wait: bool, within: str | None) -> None:
        """A run asks: it has its GPUs at once, or waits behind all others, or is refused and leaves nothing."""
        if count > len(gpu_choice.visible(self.sample()["gpus"], within)):
            return
        self.number += 1
        run = f"run-{self.number}"
        before = self.standing()
        ahead = [one for one in before if not one.is_granted]
        try:
            made = claims.ask(
                self.home, run, run, count, self.sample(), within=within, wait=wait, now=0.0, is_living=self.is_living
            )
        except claims.NotFree:
            assert not wait
            assert self.standing() == before
            return
        if made.is_granted:
            self.check_fair(made, ahead, before)
        else:
            assert wait
            self.model.append(run)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def poll(self, data: st.DataObject) -> None:
        """Some of those that wait look whether they can start, in any order."""
        served = self.serve(data.draw(st.permutations(self.model)))
        self.model = [run for run in self.model if run not in served]

    @rule(data=st.data(), die=st.booleans())
    def end(self, data: st.DataObject, die: bool) -> None:
        """A run ends, or leaves the queue; or whoever held its claim dies without a word."""
        standing = self.standing()
        if not standing:
            return
        run = data.draw(st.sampled_from([one.run for one in standing]))
        if die:
            self.dead.add(run)
        else:
            claims.release(self.home, run)
        self.model = [one for one in self.model if one != run]

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        """The user puts one before another, or last."""
        run = data.draw(st.sampled_from(self.model))
        before = data.draw(st.sampled_from([*self.model, None]))
        place = claims.move(self.home, run, before, is_living=self.is_living)
        if run != before:
            self.model.remove(run)
            self.model.insert(len(self.model) if before is None else self.model.index(before), run)
        assert self.model[place - 1] == run

    @rule(index=st.integers(0, GPUS - 1))
    def foreign_work(self, index: int) -> None:
        """Somebody else's work comes onto a GPU that no run has, or leaves it."""
        held = {one["index"] for claim in self.standing() for one in claim.gpus or ()}
        if index in self.foreign:
            self.foreign.discard(index)
        elif index not in held:
            self.foreign.add(index)

    @invariant()
    def never_twice(self) -> None:
        """No GPU belongs to two runs."""
        held = [one["uuid"] for claim in self.standing() for one in claim.gpus or ()]
        assert len(held) == len(set(held))

    @invariant()
    def in_order(self) -> None:
        """The queue is in the order of asking, but for what was moved."""
        assert [one.run for one in self.standing() if not one.is_granted] == self.model


TestQueueing = Queueing.TestCase
TestQueueing.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def ask(home: Path, run: str, count: int = 1, *, gpus: int = 2, wait: bool = True) -> Claim:
    """A claim on behalf of this process."""
    return claims.ask(home, run, f"name of {run}", count, sample(count=gpus), within=None, wait=wait, now=0.0)


class TestLife:
    """A claim lives as long as who holds it."""

    def test_launcher_dies(self, home: Path) -> None:
        """A launcher that is killed leaves nothing claimed, and its file goes."""
        code = ASKING + "print(ask(2, 2).gpus, flush=True); sys.stdin.read()\n"
        launcher = subprocess.Popen(
            [*python(code), ROOT, str(home), "x"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with launcher:
            assert launcher.stdout is not None
            assert launcher.stdout.readline().startswith(b"({")
            assert sorted(claims.reserved(home).values()) == ["x", "x"]
            launcher.kill()
        assert (claims.reserved(home), claims.standing(home)) == ({}, [])
        assert list(claims.folder(home).iterdir()) == []

    def test_ended(self, home: Path) -> None:
        """A run with an exit record holds nothing, though its supervisor still lives."""
        ask(home, "x")
        folder = rundir.attempt_folder(home / "runs" / "x", 1)
        folder.mkdir(parents=True)
        rundir.write_json(folder / rundir.EXIT, {})
        assert claims.standing(home) == []

    def test_another_boot(self, home: Path) -> None:
        """What was claimed before a reboot is free."""
        rewrite(home, ask(home, "x"), boot_id="another")
        assert claims.standing(home) == []

    def test_another_machine(self, home: Path) -> None:
        """The claims of another machine on a shared folder are its own: neither heeded nor taken away."""
        rewrite(home, ask(home, "x"), boot_id="another", host="other")
        assert claims.standing(home) == []
        assert (claims.folder(home) / "x.json").exists()

    def test_another_container(self, home: Path) -> None:
        """In another container of this machine, whose processes we cannot see, a run lives while it beats."""
        rewrite(home, ask(home, "x"), host="other", pid=(1 << 22) + 1)
        folder = rundir.attempt_folder(home / "runs" / "x", 1)
        folder.mkdir(parents=True)
        rundir.write_json(folder / rundir.BEAT, {"at": 1e12})
        assert [one.run for one in claims.standing(home)] == ["x"]
        rundir.write_json(folder / rundir.BEAT, {"at": 1.0})
        assert claims.standing(home) == []

    def test_training_outlives_supervisor(self, home: Path) -> None:
        """Where the supervisor is gone, the GPUs are the run's until its training is gone, which its beat names."""
        rewrite(home, ask(home, "x"), pid=(1 << 22) + 1)
        folder = rundir.attempt_folder(home / "runs" / "x", 1)
        folder.mkdir(parents=True)
        with subprocess.Popen(["sleep", "60"]) as training:
            beat = {"pid": training.pid, "start_ticks": processes.start_ticks(training.pid)}
            rundir.write_json(folder / rundir.BEAT, beat)
            assert claims.reserved(home) == {"GPU-0a": "x"}
            training.kill()
        assert claims.reserved(home) == {}

    def test_training_without_a_beat(self, home: Path) -> None:
        """A supervisor killed between starting the command and writing its pid down leaves the GPUs to the command."""
        rewrite(home, ask(home, "x"), pid=(1 << 22) + 1)
        folder = rundir.attempt_folder(home / "runs" / "x", 1)
        folder.mkdir(parents=True)
        rundir.write_json(folder / claims.ATTEMPT_GPUS, {})
        environment = {**os.environ, "MACHIAI_RUN_ID": "x"}
        with subprocess.Popen(["sleep", "60"], env=environment, start_new_session=True) as training:
            assert claims.reserved(home) == {"GPU-0a": "x"}
            training.kill()
        assert claims.reserved(home) == {}


class TestFiles:
    """The folder as others may leave it."""

    def test_nothing_yet(self, home: Path) -> None:
        """Without a folder there are no claims, and none is made by looking."""
        assert (claims.standing(home), claims.reserved(home), claims.queue_rows(home)) == ([], {}, [])
        assert not home.exists()

    def test_garbage(self, home: Path) -> None:
        """A file that is no claim, and an order that is none, are passed over."""
        ask(home, "x")
        for name in ("empty.json", "list.json", "half.json"):
            (claims.folder(home) / name).write_text({"e": "", "l": "[]", "h": '{"run": "y"}'}[name[0]])
        (home / "gpus" / "order.json").write_text('{"x"')
        assert [one.run for one in claims.standing(home)] == ["x"]

    def test_private(self, home: Path) -> None:
        """Nobody else reads or writes it."""
        ask(home, "x")
        assert all(path.stat().st_mode & 0o077 == 0 for path in (home, home / "gpus", claims.folder(home)))

    def test_the_lock_is_held(self, home: Path) -> None:
        """Who cannot have the lock is told, and does not wait for ever."""
        with claims.lock(home), pytest.raises(TimeoutError, match="holds"), claims.lock(home, seconds=0.05):
            pass

    def test_looking_does_not_wait(self, home: Path) -> None:
        """Where the lock is held, the dead are passed over, and their files taken away another time."""
        rewrite(home, ask(home, "x"), boot_id="another")
        with claims.lock(home):
            assert claims.standing(home) == []
            assert (claims.folder(home) / "x.json").exists()


class TestQueue:
    """Those that wait."""

    def test_rows(self, home: Path) -> None:
        """A reader gets place, number and the supervisor's words."""
        for run in ("x", "y", "z"):
            ask(home, run, 2)
        folder = rundir.attempt_folder(home / "runs" / "y", 1)
        folder.mkdir(parents=True)
        rundir.write_json(folder / rundir.BEAT, {"waiting": {"why": "GPU 0 has run x"}})
        first, second = claims.queue_rows(home)
        numbers = {"count": 2, "place": 1, "asked": 0.0}
        assert first == {"run": "y", "name": "name of y", "why": "GPU 0 has run x", **numbers}
        assert (second["run"], second["place"], second["why"]) == ("z", 2, "")

    def test_move(self, home: Path) -> None:
        """One that waits can be put before another, or last; one that does not wait cannot be moved, nor moved to."""
        for run in ("x", "a", "b", "c"):
            ask(home, run, 2)
        assert claims.move(home, "c", "a") == 1
        assert claims.move(home, "a", None) == 3
        ask(home, "d")
        assert [row["run"] for row in claims.queue_rows(home)] == ["c", "b", "a", "d"]
        for run, before in (("x", None), ("a", "x"), ("nobody", None)):
            with pytest.raises(claims.NotQueued, match="does not wait"):
                claims.move(home, run, before)

    def test_refused(self, home: Path) -> None:
        """Without waiting, nothing is written, and each GPU's holder is named."""
        ask(home, "x")
        with pytest.raises(claims.NotFree) as refusal:
            ask(home, "y", 2, wait=False)
        assert refusal.value.free == 1
        assert [words for _, words in refusal.value.rows] == ["has run name of x (x)", "free"]
        assert [one.run for one in claims.standing(home)] == ["x"]

    def test_adopt(self, home: Path) -> None:
        """A supervisor takes the claim over, but not when its GPUs went to another meanwhile."""
        claim = ask(home, "x", 2)
        assert claims.adopt(home, claim)
        claims.release(home, "x")
        ask(home, "y")
        assert not claims.adopt(home, claim)


def test_many_processes_at_once(home: Path) -> None:
    """Twenty processes that ask at the same moment for one of four GPUs: four have one each, the others none."""
    code = ASKING + (
        "sys.stdin.read()\n"
        "try: print(ask(1, 4).gpus[0]['index'], flush=True)\n"
        "except claims.NotFree: print('none', flush=True)\n"
        "sys.stdout.close(); import os; os.close(1); import time; time.sleep(60)\n"
    )
    gate, opener = os.pipe()
    started = [
        subprocess.Popen([*python(code), ROOT, str(home), f"run-{number}"], stdin=gate, stdout=subprocess.PIPE)
        for number in range(20)
    ]
    os.close(gate)
    os.close(opener)
    try:
        answers = [one.stdout.read().strip() for one in started if one.stdout]
        assert sorted(answers) == sorted([b"0", b"1", b"2", b"3", *[b"none"] * 16])
    finally:
        for one in started:
            one.kill()
            one.wait()
            if one.stdout:
                one.stdout.close()


def rewrite(home: Path, claim: Claim, **changed: Any) -> None:
    """Change a claim's file."""
    path = claims.folder(home) / f"{claim.run}.json"
    rundir.write_json(path, {**(rundir.read_json(path) or {}), **changed})
