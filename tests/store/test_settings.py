"""Where settings come from, which ones are refused, and that the token does not show."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import SettingsError
from store.settings import HIDDEN, PREFIX, Settings, describe, load

TOKEN = "o.abcdefghijklmnopqrstuvwxyz012345"


@pytest.fixture(name="environ")
def _environ(tmp_path: Path) -> dict[str, str]:
    """An environment with a data folder and a secrets file of its own."""
    (tmp_path / "home").mkdir()
    return {"MACHIAI_HOME": str(tmp_path / "home"), "MACHIAI_SECRETS": str(tmp_path / "secrets.toml")}


def config(environ: dict[str, str], text: str) -> None:
    """Write config.toml."""
    Path(environ["MACHIAI_HOME"], "config.toml").write_text(text)


def secrets(environ: dict[str, str], text: str, mode: int = 0o600) -> None:
    """Write the secrets file."""
    path = Path(environ["MACHIAI_SECRETS"])
    path.write_text(text)
    path.chmod(mode)


def test_defaults(environ: dict[str, str]) -> None:
    """With nothing set, the defaults; and the paths that follow from the data folder."""
    settings = load(environ)
    assert (settings.port, settings.language, settings.read_only, settings.problems) == (8501, "auto", False, ())
    assert settings.journal == settings.home / "journal.db"


def test_order(environ: dict[str, str]) -> None:
    """The environment comes before config.toml, and that before the default."""
    config(environ, "port = 9000\npoll_seconds = 2\n")
    settings = load({**environ, "MACHIAI_PORT": "9001"})
    assert (settings.port, settings.poll_seconds) == (9001, 2.0)


def test_empty_is_unset(environ: dict[str, str]) -> None:
    """An empty or blank variable is as good as none."""
    assert load({**environ, "MACHIAI_PORT": " ", "MACHIAI_LANGUAGE": ""}).port == 8501


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80a"),
        ("POLL_SECONDS", "nan"),
        ("POLL_SECONDS", "-1"),
        ("POLL_SECONDS", "inf"),
        ("READ_ONLY", "perhaps"),
        ("LANGUAGE", "fr"),
    ],
)
def test_refused(environ: dict[str, str], name: str, value: str) -> None:
    """A value that cannot be used is refused with its name, the value, where it stands and what is allowed."""
    with pytest.raises(SettingsError, match=f"{name.lower()} is .*{value}.*{PREFIX}{name}.*must be"):
        load({**environ, PREFIX + name: value})


@given(st.sampled_from([name for name, _, _ in describe()]), st.text(max_size=20))
def test_any_text(name: str, text: str) -> None:
    """Any text in any variable gives settings, or a refusal in words."""
    try:
        load({"MACHIAI_HOME": "/nowhere", "MACHIAI_SECRETS": "/nowhere/secrets.toml", name: text.replace("\0", "")})
    except SettingsError as error:
        assert str(error)


@pytest.mark.parametrize(
    "text",
    ["port = ", "port = 'x'", "port = true", "secrets = '~no-such-user-here/x'", "[port]\na=1", "poll_seconds = []"],
)
def test_a_config_that_cannot_be_used(environ: dict[str, str], text: str) -> None:
    """A broken config.toml is refused with its path."""
    config(environ, text)
    with pytest.raises(SettingsError, match=r"config\.toml"):
        load(environ)


def test_a_config_that_is_no_text(environ: dict[str, str]) -> None:
    """A config.toml in another encoding, or a folder of that name, is refused with its path."""
    path = Path(environ["MACHIAI_HOME"], "config.toml")
    path.write_bytes(b"language = '\xff'")
    with pytest.raises(SettingsError, match=r"cannot read .*config\.toml"):
        load(environ)
    path.unlink()
    path.mkdir()
    with pytest.raises(SettingsError, match=r"cannot read .*config\.toml"):
        load(environ)


def test_an_unknown_key(environ: dict[str, str]) -> None:
    """A key that does not exist is reported with the nearest one, and the rest is used."""
    config(environ, "pol_seconds = 3\nport = 9000\n")
    settings = load(environ)
    assert settings.port == 9000
    assert "did you mean poll_seconds" in str(settings.problems[0])


def test_token(environ: dict[str, str]) -> None:
    """The token comes from the secrets file in either spelling, or from the environment."""
    for name in ("pushbullet_token", "MACHIAI_PUSHBULLET_TOKEN"):
        secrets(environ, f'{name} = "{TOKEN}"')
        assert load(environ).pushbullet_token == TOKEN
    assert load({**environ, "MACHIAI_PUSHBULLET_TOKEN": "o.other"}).pushbullet_token == "o.other"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_secrets_that_others_can_read(environ: dict[str, str], mode: int) -> None:
    """A secrets file that others can read is not used, and the way out is said."""
    secrets(environ, f'pushbullet_token = "{TOKEN}"', mode)
    settings = load(environ)
    assert settings.pushbullet_token == ""
    assert "chmod 600" in str(settings.problems[0])


def test_no_token_in_the_config(environ: dict[str, str]) -> None:
    """A token in config.toml is not used, and not repeated in the words about it."""
    config(environ, f'pushbullet_token = "{TOKEN}"')
    settings = load(environ)
    assert settings.pushbullet_token == ""
    assert TOKEN not in str(settings.problems)


def test_private(environ: dict[str, str]) -> None:
    """Alerts can be kept free of what tells of the machine, by the file or the environment."""
    assert load(environ).private is False
    config(environ, "private = true")
    assert load(environ).private is True
    assert load({**environ, "MACHIAI_PRIVATE": "no"}).private is False


def test_the_token_does_not_show(environ: dict[str, str]) -> None:
    """The token is not in the settings' own words, and is taken out of others."""
    settings = load({**environ, "MACHIAI_PUSHBULLET_TOKEN": TOKEN})
    assert TOKEN not in repr(settings) + str(settings)
    assert settings.redact(f"Access-Token: {TOKEN}!") == f"Access-Token: {HIDDEN}!"
    assert Settings().redact("as it is") == "as it is"


@pytest.mark.parametrize("address", ["http://h:1", "http://h:1/", "http://h:1/v2", "http://h:1/v2/"])
def test_addresses(environ: dict[str, str], address: str) -> None:
    """However the address of the API is written, it is the same one."""
    assert load({**environ, "MACHIAI_PUSHBULLET_URL": address}).pushbullet_url == "http://h:1"


def test_home(environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data folder: `~` is the home, a relative path is one from here, and one that cannot be told is refused."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert load({**environ, "MACHIAI_HOME": "~/x"}).home == tmp_path / "x"
    assert load({**environ, "MACHIAI_HOME": "x"}).home == tmp_path / "x"
    for name in ("MACHIAI_HOME", "MACHIAI_SECRETS"):
        with pytest.raises(SettingsError, match=name):
            load({**environ, name: "~no-such-user-here/x"})


def test_every_setting_is_described() -> None:
    """Each setting has a name for the environment, a default and words."""
    rows = describe()
    assert all(name.startswith(PREFIX) and words for name, _, words in rows)
    assert ("MACHIAI_PORT", "8501", "first port to try for the dashboard") in rows
