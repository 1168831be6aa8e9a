"""Setting up the token: what is pasted, whether it is known, and where it is kept."""

import os
import stat
import tomllib

import pytest

from store.errors import SettingsError
from store.settings import Settings, load
from tests.fakes.pushbullet_server import TOKEN, PushbulletServer, answer, drop, status
from workers.alerts.setup import check_token, clean_token, store_token, with_token


@pytest.mark.parametrize(
    "pasted",
    ["o.Abc_123", "  o.Abc_123\n", '"o.Abc_123"', "'o.Abc_123' ", 'PUSHBULLET_TOKEN = "o.Abc_123"', "“o.Abc_123”"],
)
def test_pasted_token(pasted):
    """Blanks, quotes and the name of the setting around a token do no harm."""
    assert clean_token(pasted) == "o.Abc_123"


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "no token was given"),
        (' "" ', "no token was given"),
        ("o.Abc 123", "no blanks"),
        ("https://www.pushbullet.com/#settings", "an address"),
        ("o.鍵", "characters"),
        ('o.a"b', "characters"),
        ("o.a\\b", "characters"),
        ("o.a\x1b[31m", "characters"),
        ("o." + "x" * 300, "too many"),
    ],
)
def test_no_token(pasted, words):
    """What cannot be a token is refused in words that do not repeat it."""
    with pytest.raises(SettingsError, match=words) as refused:
        clean_token(pasted)
    assert not pasted.strip(' "') or pasted not in str(refused.value)


def test_new_file(tmp_path):
    """The token is kept in a file of its owner's own, which the settings then read."""
    path = tmp_path / "made" / "secrets.toml"
    umask = os.umask(0)
    try:
        store_token(path, TOKEN)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = load({"MACHIAI_HOME": str(tmp_path), "MACHIAI_SECRETS": str(path)})
    assert (found.pushbullet_token, found.problems) == (TOKEN, ())
    assert os.listdir(path.parent) == ["secrets.toml"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# mine\n[other]\nkey = 1 # kept\n", 'PUSHBULLET_TOKEN = "T"\n# mine\n[other]\nkey = 1 # kept\n'),
        ('a = 1\nPUSHBULLET_TOKEN = "old"\nb = 2\n', 'a = 1\nPUSHBULLET_TOKEN = "T"\nb = 2\n'),
        ('machiai_pushbullet_token="old"\nPushbullet_Token="x"', 'PUSHBULLET_TOKEN = "T"\n'),
        ('[x]\nPUSHBULLET_TOKEN = "its own"\n', 'PUSHBULLET_TOKEN = "T"\n[x]\nPUSHBULLET_TOKEN = "its own"\n'),
        ('PUSHBULLET_URL = "http://x"', 'PUSHBULLET_TOKEN = "T"\nPUSHBULLET_URL = "http://x"'),
        ("\r\n# 注\r\n", 'PUSHBULLET_TOKEN = "T"\n\r\n# 注\r\n'),
    ],
)
def test_rest_is_kept(tmp_path, before, after):
    """Only the token's line changes; comments and other keys stay."""
    path = tmp_path / "secrets.toml"
    path.write_text(before, newline="")
    path.chmod(0o644)
    store_token(path, "T")
    assert path.read_bytes().decode() == after
    assert tomllib.loads(after)["PUSHBULLET_TOKEN"] == "T"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "before",
    ["this is no TOML\nPUSHBULLET_TOKEN = secret", 'text = """\nPUSHBULLET_TOKEN = "secret"\n"""\n', "a = 1\xff"],
)
def test_strange_file(tmp_path, before):
    """A file whose token cannot be told from the rest is left alone, and the message repeats none of it."""
    path = tmp_path / "secrets.toml"
    path.write_bytes(before.encode("latin-1"))
    with pytest.raises(SettingsError) as refused:
        store_token(path, "T")
    assert path.read_bytes() == before.encode("latin-1")
    assert "secret\n" not in f"{refused.value}\n{refused.value.__cause__}\n"
    assert os.listdir(tmp_path) == ["secrets.toml"]


def test_link_is_followed(tmp_path):
    """A secrets file that is a link stays one."""
    (tmp_path / "real").mkdir()
    link = tmp_path / "secrets.toml"
    link.symlink_to(tmp_path / "real" / "secrets.toml")
    store_token(link, "T")
    assert link.is_symlink()
    assert (tmp_path / "real" / "secrets.toml").read_text() == 'PUSHBULLET_TOKEN = "T"\n'


def test_folder_is_a_file(tmp_path):
    """Where nothing can be written the message says so and names the way out."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"cannot (read|write)"):
        store_token(tmp_path / "file" / "secrets.toml", "T")


def test_check_token(server: PushbulletServer):
    """A good token is known by its owner's name, a bad one is refused, and a fault is neither."""
    settings = Settings(pushbullet_url=server.url, pushbullet_token=TOKEN, push_timeout_seconds=15.0)
    assert check_token(settings) == (True, "Pushbullet knows this token as that of A Researcher")
    assert [request.path for request in server.requests] == ["/v2/users/me"]
    wrong = check_token(with_token(settings, "o.wrong"))
    assert (wrong.ok, wrong.words) == (
        False,
        "Pushbullet refuses the token (HTTP 401); run `machiai notify --setup`",
    )
    assert check_token(with_token(settings, "")).ok is False
    for fault in (status(500, on="GET"), drop(on="GET"), answer(b"[]", on="GET"), answer(b"", code=204, on="GET")):
        server.script(fault)
        check = check_token(settings)
        assert check.ok is None
        assert check.words
