"""rsl_rl, and rl_games."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import isaac as family


def block(iteration: int, reward: float) -> str:
    rows = {
        "Computation": "45678 steps/s (collection: 0.512s, learning 0.125s)",
        "Value function loss": "0.0123",
        "Surrogate loss": "-0.0045",
        "Mean action noise std": "0.98",
        "Mean reward": f"{reward:.2f}",
        "Mean episode rew_tracking_lin_vel": "nan",
        "Episode_Reward/track": "0.25",
    }
    text = "#" * 80 + f"\n\033[1m{f' Learning iteration {iteration}/1500 '.center(80)}\033[0m \n\n"
    text += "".join(f"{name + ':':>35} {value}\n" for name, value in rows.items())
    text += "-" * 80 + f"\n{'Total timesteps:':>35} {iteration * 98304}\n{'Iteration time:':>35} 0.64s\n"
    return text + f"{'Total time:':>35} 12.3s\n{'ETA:':>35} 934.5s\n\n"


def test_blocks() -> None:
    """Each row of a block is a value at its iteration; totals and the time left are none."""
    columns, reader = read_with(block(0, 1.5) + "  saved: 3 files\n" + block(1, 2.25))
    assert points(columns, "Mean reward") == [(0, 1.5), (1, 2.25)]
    assert columns["Computation"].values == [45678, 45678]
    assert points(columns, "Episode_Reward/track") == [(0, 0.25), (1, 0.25)]
    assert columns["Mean reward"].unit == "iteration"
    assert not {"ETA", "Total timesteps", "Total time", "saved"} & set(columns)
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (1, 1500)


def test_newer_blocks() -> None:
    """Version 3 and later name their rows otherwise and tell the time left as hours, minutes and seconds."""
    rows = [("Total steps", "98304"), ("Mean value_function loss", "0.5"), ("Mean reward", "3.5"), ("ETA", "00:10:00")]
    text = f"{' Learning iteration 7/100 '.center(80)}\n\n" + "".join(
        f"{name + ':':>40} {value} \n" for name, value in rows
    )
    columns = read(text)
    assert points(columns, "Mean value_function loss") == [(7, 0.5)]
    assert set(columns) == {"Mean value_function loss", "Mean reward"}


def test_rl_games() -> None:
    """One line an epoch, at the frames."""
    line = "fps step: 12345 fps step and policy inference: 9000 fps total: 8000 epoch: 12/500 frames: 393216\n"
    columns, reader = read_with(line)
    assert points(columns, "fps total") == [(393216, 8000)]
    standing = reader.progress.standing()
    assert standing is not None and standing.total == 500


def test_no_rows_outside_a_block() -> None:
    """An indented name with a value is not read unless a block is open."""
    assert not family.recognise(f"{'Mean reward:':>35} 3.5", {})


def test_pieces_and_damage() -> None:
    """Cut anywhere, lines read the same; damaged or hostile ones are harmless."""
    assert_same_in_any_pieces(block(0, 1.5) + block(1, 2.5))
    assert_never_raises(family, block(0, 1.5) + block(1, 2.5))
    assert_quick(family, "                      ")
    assert_quick(family, "fps step: ")
