"""How long there is until a run ends."""

from hypothesis import given
from hypothesis import strategies as st

from store.situations import Job, OpenTask, Situation, wait_of

NOW = 1_000_000.0
seconds = st.floats(-9000, 9000)
jobs = st.builds(
    lambda at, low, high, state, health: Job(
        "r", "n", 1, state, health=health, eta_at=None if at is None else NOW + at,
        eta_low=None if low is None else NOW + low, eta_high=None if high is None else NOW + high,
    ),
    st.none() | seconds, st.none() | seconds, st.none() | seconds, st.sampled_from(("running", "queued")),
    st.sampled_from(((), ("stalled",), ("diverged",))),
)  # fmt: skip


def running(at: float | None, low: float | None = None, high: float | None = None) -> Job:
    """A run that ends in so many seconds."""
    times = [None if one is None else NOW + one for one in (low, at, high)]
    return Job("r", f"at {at}", 1, eta_low=times[0], eta_at=times[1], eta_high=times[2])


def budget(*given_jobs: Job) -> float | None:
    """Seconds that a thing may take while these run."""
    return wait_of(Situation(NOW, jobs=given_jobs)).budget


def test_the_nearest() -> None:
    """The end that comes first counts, beside runs of which no end is known."""
    assert budget(running(900), running(None), running(600)) == 600
    assert budget(running(None)) is None and budget() is None


def test_due_any_moment() -> None:
    """A run past its time but within its interval leaves a quarter of an hour at most, less where the interval ends or
    another run ends before; past its interval nothing is known."""
    assert budget(running(-60, -90, 7200)) == 900
    assert budget(running(-60, -90, 300)) == 300
    assert budget(running(-60, -90, 7200), running(300)) == 300
    assert budget(running(-60, -90, -5)) is None
    assert budget(running(-60)) is None


@given(st.lists(jobs, max_size=4))
def test_never_beyond(several: list[Job]) -> None:
    """The time left never lies beyond an end that is known, and its interval is around it."""
    wait = wait_of(Situation(NOW, jobs=tuple(several)))
    for job in several:
        if job.state == "running" and job.eta_at is not None and job.eta_at > NOW and "stalled" not in job.health:
            assert wait.budget is not None and wait.budget <= job.eta_at - NOW
    if wait.low is not None and wait.at is not None and wait.high is not None:
        assert 0 <= wait.low <= wait.at <= wait.high
    assert (wait.job is None) == (not any(job.state == "running" for job in several))


def test_what_is_left_of_a_task() -> None:
    """The estimate less what was spent; unknown when that is used up."""
    assert OpenTask(1, "x", estimate=600.0, spent=100.0).remaining == 500
    assert OpenTask(1, "x", estimate=600.0, spent=600.0).remaining is None
    assert OpenTask(1, "x").remaining is None
