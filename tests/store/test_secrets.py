"""The secrets file: what is pasted, where it is kept, and that the rest of the file stays as it was."""

import os
import stat
import tomllib
from pathlib import Path

import pytest

from store.errors import SettingsError
from store.secrets import clean_token, remove_channel, store_channel, store_token
from store.settings import load

TOKEN = "o.FakeTokenOfNobody0123456789abcdef"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
NTFY = "ntfys://ntfy.example.org/lab-7Hq2"


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


def test_new_channel(tmp_path: Path) -> None:
    """A channel is kept in a file of its owner's own, which the settings then read."""
    path = tmp_path / "secrets.toml"
    store_channel(path, "lab", f" {SLACK} ")
    store_channel(path, "phone", NTFY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = load({"MACHIAI_HOME": str(tmp_path), "MACHIAI_SECRETS": str(path)})
    assert [(channel.name, channel.url) for channel in found.channels] == [("lab", SLACK), ("phone", NTFY)]
    assert found.problems == ()


FILE = f"""\
# mine
PUSHBULLET_TOKEN = "{TOKEN}"

[[channels]] # the lab's
url = "{SLACK}"
name = "lab"
# about the next

[other]
key = 1 # kept
[[channels]]
name = "phone"
url = "{NTFY}"
"""


def test_channel_is_changed(tmp_path: Path) -> None:
    """Another address takes the place of the one before; comments and other tables stay."""
    path = tmp_path / "secrets.toml"
    path.write_text(FILE)
    store_channel(path, "phone", "ntfy://other:1/topic")
    assert path.read_text() == FILE.replace(NTFY, "ntfy://other:1/topic")
    store_channel(path, "lab", "ntfy://other:2/topic")
    said = tomllib.loads(path.read_text())
    assert said["channels"][0] == {"name": "lab", "url": "ntfy://other:2/topic"}
    assert said["other"] == {"key": 1}
    assert "# about the next\n" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_channel_is_removed(tmp_path: Path) -> None:
    """A channel is taken out and nothing else; one that is not there changes nothing."""
    path = tmp_path / "secrets.toml"
    path.write_text(FILE)
    assert not remove_channel(path, "nobody")
    assert path.read_text() == FILE
    assert remove_channel(path, "lab")
    gone = f'[[channels]] # the lab\'s\nurl = "{SLACK}"\nname = "lab"\n'
    assert path.read_text() == FILE.replace(gone, "")
    assert remove_channel(path, "phone")
    assert "channels" not in tomllib.loads(path.read_text())
    assert tomllib.loads(path.read_text())["PUSHBULLET_TOKEN"] == TOKEN


@pytest.mark.parametrize("text", ["", "a = 1", "[other]\nkey = 1\n", "\r\n# 注\r\n"])
def test_added_and_removed(tmp_path: Path, text: str) -> None:
    """Adding a channel and taking it out again leaves what the file said."""
    path = tmp_path / "secrets.toml"
    path.write_text(text, newline="")
    store_channel(path, "lab", SLACK)
    assert path.read_bytes().decode().startswith(text)
    remove_channel(path, "lab")
    assert path.read_bytes().decode().rstrip("\n") == text.rstrip("\n")


@pytest.mark.parametrize(
    "text",
    [
        f'channels = [{{name = "lab", url = "{SLACK}"}}]\n',
        f'text = """\n[[channels]]\nname = "lab"\nurl = "{SLACK}"\n"""\n[[channels]]\nurl="{SLACK}"\nname="l\\u0061b"\nx = [\n[1]]\n',
        "this is no TOML",
    ],
)
def test_channel_that_cannot_be_told_apart(tmp_path: Path, text: str) -> None:
    """Where a channel cannot be told from the rest the file is left alone, and the message repeats no address."""
    path = tmp_path / "secrets.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as refused:
        store_channel(path, "lab", NTFY)
    assert path.read_text() == text
    assert "T1JJ" not in str(refused.value)
    assert "ntfy.example" not in str(refused.value)
    assert os.listdir(tmp_path) == ["secrets.toml"]


def test_no_channel(tmp_path: Path) -> None:
    """A name or an address that cannot be one is refused with words that say how one looks."""
    with pytest.raises(SettingsError, match="small letters"):
        store_channel(tmp_path / "secrets.toml", "My Lab", SLACK)
    with pytest.raises(SettingsError, match="ntfys://"):
        store_channel(tmp_path / "secrets.toml", "lab", "T1JJ3T3L2")
    assert os.listdir(tmp_path) == []
