"""Which GPUs are free, who may have them, and the words for why not."""

import os
from typing import Any

import pytest

from tests.fakes.gpu_samples import GB, gpu, process, sample
from workers.machine import processes
from workers.runs import gpu_choice
from workers.runs.gpu_choice import Claim

NO_PID = (1 << 22) + 1
"""Greater than any pid that Linux gives."""


def claim(run: str, count: int = 1, *indices: int, turn: int = 0, within: str | None = None) -> Claim:
    """A claim that has those GPUs, or waits where there are none."""
    gpus = tuple({"index": index, "uuid": f"GPU-{index}a", "name": "Fake GPU"} for index in indices)
    return Claim(run, run, count, 0.0, turn, "here", "boot", 1, 1, within, gpus or None, 0.0 if gpus else None)


def why(**more: Any) -> str | None:
    """Why GPU 0 is not free when it is like that; None where it is."""
    return gpu_choice.free_gpus(sample(gpu(0, **more)), [])[1].get(0)


class TestFree:
    """What free means."""

    @pytest.mark.parametrize(
        "state",
        [
            pytest.param({}, id="nobody on it"),
            pytest.param({"memory_used": 2 * GB}, id="a little memory in use"),
            pytest.param(
                {"memory_used": 9 * GB, "processes": [process(1, "G", 9 * GB)]}, id="a desktop, however greedy"
            ),
            pytest.param({"unified": True, "memory_used": 20 * GB}, id="the machine's own memory in use"),
            pytest.param({"memory_used": None, "memory_total": None}, id="memory not told"),
            pytest.param(
                {"memory_used": 9 * GB, "processes": [process(NO_PID, memory=9 * GB, start_ticks=1)]},
                id="what was on it has ended since",
            ),
        ],
    )
    def test_free(self, state: dict[str, Any]) -> None:
        """A GPU that nobody computes on and that has its memory is free."""
        assert why(**state) is None

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            pytest.param(
                {"processes": [process(7, user="yuki", command="/usr/bin/python train.py")]},
                "has process 7 (python) of yuki",
                id="somebody's training",
            ),
            pytest.param({"processes": [process(7, "M")]}, "has process 7", id="through MPS"),
            pytest.param({"processes": [process(7, "C+G", None)]}, "has process 7", id="computing and drawing"),
            pytest.param(
                {"processes": [process(pid) for pid in range(1, 6)]},
                "has process 1, process 2, process 3 and 2 more",
                id="many",
            ),
            pytest.param({"memory_used": 3 * GB}, "has 3 of 24 GB in use by nobody we can see", id="memory in use"),
            pytest.param({"mig": []}, "is split by MIG, which --gpus does not choose from", id="split"),
            pytest.param({"trouble": "lost", "note": "fell off"}, "is lost (fell off)", id="lost"),
            pytest.param({"trouble": "reset_required"}, "needs a reset", id="to be reset"),
            pytest.param({"trouble": "error"}, "does not answer", id="another error"),
        ],
    )
    def test_taken(self, state: dict[str, Any], words: str) -> None:
        """A GPU that is not free says by whom, or why."""
        assert why(**state) == words

    def test_a_process_that_lives(self) -> None:
        """A process that was seen with its start, and is still there, is on its GPU."""
        here = process(os.getpid(), start_ticks=processes.start_ticks(os.getpid()))
        assert why(processes=[here]) == f"has process {os.getpid()}"

    def test_claimed(self) -> None:
        """A GPU that a run has is not free, though nothing computes there yet."""
        free, taken = gpu_choice.free_gpus(sample(count=2), [claim("x", 1, 0)])
        assert ([one["index"] for one in free], taken) == ([1], {0: "has run x"})

    def test_the_desktop_last(self) -> None:
        """GPUs without a desktop on them are given first."""
        free, _ = gpu_choice.free_gpus(sample(gpu(0, processes=[process(1, "G")]), gpu(1)), [])
        assert [one["index"] for one in free] == [1, 0]


class TestVisible:
    """The user's own CUDA_VISIBLE_DEVICES is read as CUDA reads it."""

    @pytest.mark.parametrize(
        ("within", "indices"),
        [
            (None, [0, 1, 2]),
            ("", []),
            ("-1", []),
            ("2,0", [2, 0]),
            (" 1 , 2", [1, 2]),
            ("1,-1,0", [1]),
            ("0,7,1", [0]),
            ("GPU-2", [2]),
            ("GPU-", []),
            ("1,1", [1]),
            ("MIG-1,0", []),
        ],
    )
    def test_words(self, within: str | None, indices: list[int]) -> None:
        """Indices, and beginnings of uuids that name one, up to the first word that names none."""
        assert [one["index"] for one in gpu_choice.visible(sample(count=3)["gpus"], within)] == indices


class TestAllot:
    """Who can be served, in the order of asking."""

    def given(self, state: dict[str, Any], *claims: Claim) -> dict[str, list[int]]:
        """The indices of those that can be served."""
        served = gpu_choice.allot(state, claims)
        return {run: [int(one["index"]) for one in gpus] for run, gpus in served.items()}

    def test_in_order(self) -> None:
        """As many as there are GPUs for, each with its own."""
        assert self.given(sample(count=3), claim("a", 2), claim("b"), claim("c")) == {"a": [0, 1], "b": [2]}

    def test_nobody_overtakes(self) -> None:
        """Who wants one waits behind who wants three, though one is free."""
        assert self.given(sample(count=3), claim("x", 1, 0), claim("a", 3), claim("b", 1)) == {}

    def test_what_the_first_could_not_have(self) -> None:
        """A GPU that the first may not have is not kept for it."""
        first = claim("a", 1, within="0")
        assert self.given(sample(count=2), claim("x", 1, 0), first, claim("b", 2), claim("c")) == {}
        assert self.given(sample(count=2), claim("x", 1, 0), first, claim("b", 1)) == {"b": [1]}

    def test_only_its_own(self) -> None:
        """A run gets GPUs of its CUDA_VISIBLE_DEVICES only."""
        assert self.given(sample(count=4), claim("a", 2, within="3,1")) == {"a": [1, 3]}


class TestWords:
    """What the user is told."""

    @pytest.mark.parametrize(
        ("state", "count", "within", "words"),
        [
            (sample(count=2), 2, None, None),
            (sample(count=2), 3, None, "this machine has 2 GPUs, and 3 were asked for"),
            (sample(count=2), 2, "1", "CUDA_VISIBLE_DEVICES=1 allows 1 GPU, and 2 were asked for"),
            (sample(gpu(0), gpu(1, mig=[])), 2, None, "GPU 1 split by MIG, which --gpus does not choose from"),
            (sample(status="no_library"), 1, None, "no NVIDIA GPU"),
            (sample(status="no_gpu"), 1, None, "there is no GPU here"),
            (sample(status="mismatch", reason="the driver was upgraded; reboot"), 1, None, "upgraded; reboot"),
            (sample(status="failed"), 1, None, "(failed)"),
        ],
    )
    def test_never(self, state: dict[str, Any], count: int, within: str | None, words: str | None) -> None:
        """What waiting would not help against is said in its own words; a GPU that is only busy is worth waiting."""
        if state["status"] != "ok":
            state["gpus"] = []
        found = gpu_choice.explain_impossible(state, count, within)
        assert words in found if words and found else found == words

    def test_what_it_waits_for(self) -> None:
        """Who has the GPUs, and who asked before."""
        claims = [claim("x", 2, 0, 1), claim("a", 2), claim("b")]
        state = sample(count=3)
        assert gpu_choice.explain_wait(state, claims, "a") == "GPU 0, 1 have run x"
        assert (
            gpu_choice.explain_wait(state, claims, "b") == "GPU 0, 1 have run x; GPU 2 is free, but run a waits for it"
        )

    def test_each(self) -> None:
        """Every GPU has its line, those outside of CUDA_VISIBLE_DEVICES too."""
        rows = gpu_choice.explain_each(sample(count=3), [claim("x", 1, 0)], within="0,1")
        assert [words for _, words in rows] == ["has run x", "free", "is not in CUDA_VISIBLE_DEVICES=0,1"]

    def test_waiting(self) -> None:
        """The line in the terminal has the number, the reason and the place."""
        waiting = {"gpus": 2, "since": 0.0, "place": 2, "why": "GPU 0 has run x"}
        assert gpu_choice.spell_wait(waiting) == "waiting for 2 GPUs: GPU 0 has run x · 2nd in the queue"
        places = [gpu_choice.spell_place(place) for place in (1, 3, 4, 11, 12, 13, 21, 22, 111)]
        assert places == ["1st", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "111th"]

    def test_environment(self) -> None:
        """CUDA numbers GPUs as we do only in PCI order."""
        assert gpu_choice.environment([gpu(3), gpu(1)]) == {
            "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
            "CUDA_VISIBLE_DEVICES": "1,3",
        }


def test_a_claim_is_what_was_written() -> None:
    """A claim comes back from its file as it went in, waiting or granted; what is none is refused."""
    for one in (claim("a", 2, within="0,1"), claim("b", 2, 0, 3)):
        assert Claim.from_json(one.to_json()) == one
    with pytest.raises(KeyError):
        Claim.from_json({"run": "x"})
