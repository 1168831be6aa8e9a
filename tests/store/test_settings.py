"""Settings: where they come from, and what is wrong with them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import SettingsError
from store.settings import HIDDEN, Settings, describe, load

TOKEN = "o.abcDEF123"


@pytest.fixture(name="environ")
def _environ(home: Path, tmp_path: Path) -> dict[str, str]:
    home.mkdir()
    return {"MACHIAI_HOME": str(home), "MACHIAI_SECRETS": str(tmp_path / "secrets.toml")}


def secrets(environ: dict[str, str], text: str, mode: int = 0o600) -> None:
    """Write the secrets file."""
    path = Path(environ["MACHIAI_SECRETS"])
    path.write_text(text)
    path.chmod(mode)


class TestSources:
    """Environment over secrets over config.toml over default."""

    def test_nothing_set(self) -> None:
        """Defaults need no file."""
        assert load({}).poll_seconds == 0.5
        assert load({}).home == Path.home() / ".machiai"

    def test_the_environment_wins(self, environ: dict[str, str], home: Path) -> None:
        """config.toml holds where the environment says nothing."""
        (home / "config.toml").write_text('poll_seconds = 2\nlanguage = "ja"\nMACHIAI_PORT = 9000\n')
        settings = load({**environ, "MACHIAI_POLL_SECONDS": "3"})
        assert (settings.poll_seconds, settings.language, settings.port) == (3.0, "ja", 9000)

    def test_an_empty_variable_is_not_set(self, environ: dict[str, str]) -> None:
        """`MACHIAI_PORT=` is as good as none."""
        assert load({**environ, "MACHIAI_PORT": "", "MACHIAI_PUSHBULLET_TOKEN": " "}).port == 8501

    def test_a_relative_home_is_made_absolute(self, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        """The daemon changes its folder; the data folder must not move with it."""
        monkeypatch.chdir(environ["MACHIAI_HOME"])
        assert load({**environ, "MACHIAI_HOME": "data"}).home == Path(environ["MACHIAI_HOME"]) / "data"

    @pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://127.0.0.1:9/", "http://127.0.0.1:9/v2/"])
    def test_the_api_address_with_or_without_version(self, environ: dict[str, str], url: str) -> None:
        """However it is written, it is the same address."""
        assert load({**environ, "MACHIAI_PUSHBULLET_URL": url}).pushbullet_url == "http://127.0.0.1:9"


class TestSecrets:
    """The token."""

    @pytest.mark.parametrize("key", ["PUSHBULLET_TOKEN", "pushbullet_token", "MACHIAI_PUSHBULLET_TOKEN"])
    def test_read_from_a_private_file(self, environ: dict[str, str], key: str) -> None:
        """Any spelling of the key will do."""
        secrets(environ, f'{key} = "{TOKEN}"\n')
        assert load(environ).pushbullet_token == TOKEN

    def test_a_file_others_can_read_is_not_used(self, environ: dict[str, str]) -> None:
        """It is named with the command that mends it."""
        secrets(environ, f'PUSHBULLET_TOKEN = "{TOKEN}"\n', 0o640)
        settings = load(environ)
        assert settings.pushbullet_token == ""
        assert "chmod 600" in settings.problems[0]

    def test_the_token_does_not_belong_into_config(self, environ: dict[str, str], home: Path) -> None:
        """config.toml is often shared: a token there is pointed out and not used."""
        (home / "config.toml").write_text(f'pushbullet_token = "{TOKEN}"\n')
        settings = load(environ)
        assert settings.pushbullet_token == ""
        assert "notify --setup" in settings.problems[0]
        assert TOKEN not in settings.problems[0]

    def test_it_shows_nowhere(self, environ: dict[str, str]) -> None:
        """Neither in the repr nor in a text that is redacted."""
        settings = load({**environ, "MACHIAI_PUSHBULLET_TOKEN": TOKEN})
        assert TOKEN not in repr(settings)
        assert settings.redact(f"key={TOKEN}!") == f"key={HIDDEN}!"
        assert load(environ).redact("nothing to hide") == "nothing to hide"


class TestMistakes:
    """What cannot be used is named, with where it stands and what it must be."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("POLL_SECONDS", "fast"),
            ("POLL_SECONDS", "-1"),
            ("POLL_SECONDS", "nan"),
            ("PORT", "80.5"),
            ("PORT", "99999"),
            ("READ_ONLY", "perhaps"),
            ("LANGUAGE", "fr"),
        ],
    )
    def test_bad_values(self, environ: dict[str, str], name: str, value: str) -> None:
        """Type and range are checked when settings are read, not when they are used."""
        with pytest.raises(SettingsError, match=name.lower()) as caught:
            load({**environ, f"MACHIAI_{name}": value})
        assert value in str(caught.value)
        assert f"MACHIAI_{name}" in str(caught.value)

    def test_a_misspelt_key(self, environ: dict[str, str], home: Path) -> None:
        """An unknown key does no harm, and the nearest is suggested."""
        (home / "config.toml").write_text("poll_second = 2\n")
        settings = load(environ)
        assert settings.poll_seconds == 0.5
        assert "did you mean poll_seconds?" in settings.problems[0]

    @given(st.text())
    def test_any_text_in_the_environment(self, text: str) -> None:
        """Any value is taken or refused with words; nothing else is raised."""
        for name in ("MACHIAI_PORT", "MACHIAI_READ_ONLY", "MACHIAI_LANGUAGE"):
            try:
                load({name: text})
            except SettingsError as error:
                assert "must be" in str(error)


def test_every_setting_is_described() -> None:
    """The table has each setting once, with words for it."""
    rows = describe()
    assert len({name for name, _, _ in rows}) == len(rows) == len(Settings.__dataclass_fields__) - 1
    assert all(words for _, _, words in rows)
