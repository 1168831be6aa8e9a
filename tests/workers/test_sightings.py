"""What the daemon sees of a process that nobody else watches."""

from workers.machine.processes import GONE, RUNNING, SUSPENDED
from workers.sightings import KEPT_SECONDS, MOMENT_SECONDS, Sighting

NOW = 1_790_000_000.0


def test_an_end_is_when_it_was_missed() -> None:
    """Only where it was alive a moment before, seen by this daemon itself; and the first time it was missed counts."""
    seen = Sighting()
    seen.note(RUNNING, NOW)
    seen.note(GONE, NOW + 1)
    seen.note(GONE, NOW + 2)
    assert (seen.seen, seen.vanished) == (NOW, NOW + 1)
    late = Sighting()
    late.note(RUNNING, NOW)
    late.note(GONE, NOW + MOMENT_SECONDS + 1)
    assert late.vanished is None
    another = Sighting.known(NOW, [])
    another.note(GONE, NOW + 1)
    assert (another.seen, another.vanished) == (NOW, None)


def test_suspensions_have_their_times() -> None:
    """From the look that saw it suspended to the one that saw it run; a later daemon goes on with an open one."""
    seen = Sighting()
    for offset, status in enumerate((RUNNING, SUSPENDED, SUSPENDED, RUNNING, SUSPENDED)):
        seen.note(status, NOW + offset)
    assert seen.spans == [[NOW + 1, NOW + 3], [NOW + 4, None]]
    later = Sighting.known(NOW + 4, [(NOW + 1, NOW + 3), (NOW + 4, None)])
    later.note(SUSPENDED, NOW + 9)
    later.note(RUNNING, NOW + 10)
    assert later.spans == [[NOW + 1, NOW + 3], [NOW + 4, NOW + 10]]


def test_the_journal_is_told_about_once_a_minute() -> None:
    """What is to be kept changes with the minute, and not with each look."""
    seen = Sighting()
    assert seen.minute is None
    kept: set[int | None] = set()
    for offset in range(int(3 * KEPT_SECONDS)):
        seen.note(RUNNING, NOW + offset)
        kept.add(seen.minute)
    assert 3 <= len(kept) <= 4
