"""Fields of lines with a known layout."""

import math

from hypothesis import given
from hypothesis import strategies as st

from workers.logs.fields import load_object, numbers_of, split_fields, to_value


def test_values() -> None:
    """Units, brackets and averages are taken off; what is no number gives none."""
    assert to_value("2.1 (2.2)") == 2.1
    assert to_value("[0.01]") == 0.01
    assert to_value("0.412s") == 0.412
    assert to_value("54.01K") == 54010
    assert to_value("11811M", "max_mem") == 11811
    assert to_value("19.4 images/s") == 19.4
    assert to_value("tensor(0.5)") == 0.5
    assert math.isnan(to_value("nan") or 0)
    for text in ("0:12:00", "1 day", "n/a", "", "3 files", "1.2.3"):
        assert to_value(text) is None, text


def test_fields() -> None:
    """An ETA with a comma in it leaves no field behind."""
    text = "lr: 1e-4, eta: 1 day, 0:09:32, loss: 2.5, name: x"
    assert split_fields(text, ", ", ": ") == {"lr": 1e-4, "loss": 2.5}


def test_objects() -> None:
    """Truth values are no numbers; bare NaN is one; what is no object gives none."""
    known = load_object('{"loss": NaN, "step": 3, "done": true, "name": "x"}')
    assert known is not None
    assert set(numbers_of(known)) == {"loss", "step"}
    assert load_object("[1, 2]") is None
    assert load_object("{" * 100_000) is None


@given(st.text(max_size=300), st.sampled_from([", ", "  ", "|"]), st.sampled_from([": ", "=", " "]))
def test_any_text(text: str, separator: str, sign: str) -> None:
    """Any text gives fields or none."""
    assert all(isinstance(value, float) for value in split_fields(text, separator, sign).values())
