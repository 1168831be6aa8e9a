"""What of each GPU a run's processes take."""

from tests.fakes.gpu_samples import GB, gpu, process
from workers.machine.shares import gpus_of, mean_figures, sightings


def test_only_where_it_is() -> None:
    """The GPUs that it has a process on, with the memory and the utilisation of all its processes there."""
    gpus = [
        gpu(0, processes=[process(1, run="r1", utilisation=30), process(2, run="r1", utilisation=40, memory=None)]),
        gpu(1, processes=[process(3, run="r2", utilisation=99)]),
        gpu(2, processes=[process(4, run="r1", utilisation=80), process(5, run="r1", utilisation=70)]),
        gpu(3, processes=None),
    ]
    assert gpus_of("r1", gpus) == [
        {"index": 0, "uuid": "GPU-0a", "memory": GB, "utilisation": 70},
        {"index": 2, "uuid": "GPU-2a", "memory": 2 * GB, "utilisation": 100},
    ]
    assert gpus_of("r3", gpus) == []


def test_what_the_driver_does_not_tell() -> None:
    """The GPU's own utilisation stands for a process's where nobody else is there; else it is not known."""
    alone = gpu(0, utilisation=55, processes=[process(1, run="r1"), process(2, run="r1")])
    shared = gpu(1, utilisation=55, processes=[process(1, run="r1", memory=None), process(9, run=None)])
    found = gpus_of("r1", [alone, shared])
    assert [(one["memory"], one["utilisation"]) for one in found] == [(2 * GB, 55), (None, None)]
    assert sightings(found) == {"on:GPU-0a": 55.0, "on:GPU-1a": -1.0}
    assert mean_figures(found) == {"gpu_utilisation": 55.0, "gpu_memory": 2 * GB}


def test_none() -> None:
    """A run that is on no GPU, and a GPU that has no name to be counted by."""
    assert mean_figures([]) == {"gpu_utilisation": None, "gpu_memory": None}
    lost = gpus_of("r1", [gpu(0, uuid=None, processes=[process(1, run="r1")])])
    assert len(lost) == 1
    assert sightings(lost) == sightings([]) == {}
