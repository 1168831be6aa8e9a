"""The dashboard's settings file: known to Streamlit, closed to the outside, and legible."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit import config

SETTINGS = tomllib.loads((Path(__file__).resolve().parents[2] / ".streamlit/config.toml").read_text("utf-8"))
COLOURS = ("blue", "green", "orange", "red", "violet", "yellow", "gray")
FAINTEST = 0.6  # captions and placeholders: Streamlit draws them in the text colour at this opacity
BADGE = {"light": 0.1, "dark": 0.2}  # a badge's background: its colour at this opacity

Colour = tuple[float, float, float]


def read_colour(text: str) -> Colour:
    red, green, blue = (int(text[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def lay(front: Colour, back: Colour, opacity: float) -> Colour:
    red, green, blue = (opacity * a + (1 - opacity) * b for a, b in zip(front, back, strict=True))
    return red, green, blue


def luminance(colour: Colour) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio of two opaque colours, 1 to 21, as WCAG 2 defines it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def flatten(table: dict, prefix: str = "") -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key


@pytest.fixture(name="theme", params=["light", "dark"])
def _theme(request):
    return request.param, SETTINGS["theme"][request.param]


def test_streamlit_knows_every_setting():
    """No setting is misspelt or from another version: Streamlit ignores what it does not know."""
    assert set(flatten(SETTINGS)) <= set(config.get_config_options())


def test_dashboard_is_closed():
    """It listens on loopback alone, refuses foreign Host headers, and tells nobody anything."""
    server = SETTINGS["server"]
    assert server["address"] == "127.0.0.1"
    assert set(server["allowedHosts"]) == {"localhost", "127.0.0.1"}
    assert server["enableCORS"]
    assert server["enableXsrfProtection"]
    assert not server["enableAgentApi"]
    assert not server["enableStaticServing"]
    assert SETTINGS["browser"]["gatherUsageStats"] is False
    assert SETTINGS["client"]["showErrorDetails"] == "none"


def test_both_themes_set_the_same(theme):
    """A colour set in one theme is set in the other: none falls back to Streamlit's own."""
    _, colours = theme
    assert set(colours) == set(SETTINGS["theme"]["light"])


def test_text_reads(theme):
    """Text, captions, links and code have a contrast of 4.5 or more on the page and on panels."""
    _, colours = theme
    text = read_colour(colours["textColor"])
    for name in ("backgroundColor", "secondaryBackgroundColor"):
        back = read_colour(colours[name])
        for other in ("linkColor", "codeTextColor", "textColor"):
            assert contrast(read_colour(colours[other]), back) >= 4.5, (other, name)
        assert contrast(lay(text, back, FAINTEST), back) >= 4.5, ("caption", name)


@pytest.mark.parametrize("colour", COLOURS)
def test_status_reads(theme, colour):
    """The words of every status colour read on the page, on panels and on their own badge on either."""
    name, colours = theme
    word = read_colour(colours[f"{colour}TextColor"])
    for back in (read_colour(colours["backgroundColor"]), read_colour(colours["secondaryBackgroundColor"])):
        assert contrast(word, back) >= 4.5
        assert contrast(word, lay(read_colour(colours[f"{colour}Color"]), back, BADGE[name])) >= 4.5


def test_primary_button_reads(theme):
    """White reads on the primary colour, which itself stands out from the page."""
    _, colours = theme
    primary = read_colour(colours["primaryColor"])
    assert contrast((255, 255, 255), primary) >= 4.5
    assert contrast(primary, read_colour(colours["backgroundColor"])) >= 3
