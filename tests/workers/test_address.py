"""Where alerts link to."""

from dataclasses import replace

import pytest

from store.settings import Settings
from workers import address


def test_the_dashboard_started_last(settings: Settings) -> None:
    """Before any: the default port of this machine; then where the last one was started."""
    settings.home.mkdir()
    assert address.find(settings) == "http://127.0.0.1:8501"
    address.remember(settings, "http://127.0.0.1:8507")
    assert address.find(settings) == "http://127.0.0.1:8507"


def test_the_setting_wins(settings: Settings) -> None:
    """An address the phone can reach is put into alerts whatever was started."""
    settings.home.mkdir()
    address.remember(settings, "http://127.0.0.1:8507")
    assert address.find(replace(settings, dashboard_url="https://lab.example:8443")) == "https://lab.example:8443"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "null"])
def test_a_damaged_file_is_as_none(settings: Settings, text: str) -> None:
    """What cannot be read does not keep an alert back."""
    settings.home.mkdir()
    (settings.home / "dashboard.json").write_text(text)
    assert address.find(settings) == "http://127.0.0.1:8501"
