"""CycleGAN and its kin."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import cyclegan

OLD = "".join(
    f"(epoch: {epoch}, iters: {iters}, time: 0.101, data: 0.201) D_A: 0.{epoch}01 G_A: 0.501 cycle_A: nan idt_A: 0.5 \n"
    + ("" if iters < 300 else f"End of epoch {epoch} / 200 \t Time Taken: 123 sec\n")
    for epoch in (1, 2)
    for iters in (100, 200, 300)
)
NEW = "[Rank 0] (epoch: 1, iters: 100, time: 1.294, data: 0.907) , D_A: 1.016, G_A: 1.631, cycle_A: 1.308\n"


def test_images_are_counted_over_epochs() -> None:
    """Images begin anew with each epoch and are counted on."""
    columns, reader = read_with(OLD)
    assert points(columns, "D_A") == [
        (100, 0.101),
        (200, 0.101),
        (300, 0.101),
        (400, 0.201),
        (500, 0.201),
        (600, 0.201),
    ]
    assert set(columns) == {"D_A", "G_A", "cycle_A", "idt_A", "time", "data"}
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total) == (2, 200)


def test_commas_ranks_and_bars() -> None:
    """The newer form has commas and a rank, and may stand behind a progress bar without a line end."""
    columns = read("\rEpoch 1/9:  55%|█████▌    | 99/180 [01:41<01:21,  1.01s/it]" + NEW)
    assert columns["D_A"].values == [1.016]
    assert columns["cycle_A"].values == [1.308]


def test_false_friends() -> None:
    """An epoch in parentheses alone is not enough."""
    assert not cyclegan.recognise("saved (epoch: 3) to latest", {})


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(OLD + NEW)
    assert_never_raises(cyclegan, OLD + NEW)
    for start in ("(epoch: 1, iters: 2, ", "(epoch: 1, iters: 2) a: ", "End of epoch "):
        assert_quick(cyclegan, start)
