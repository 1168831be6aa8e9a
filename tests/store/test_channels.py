"""Names and addresses of channels: what the secrets file may say, and what of an address must not be shown."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.alerts import raise_alert
from store.channels import ChannelUrl, awaited, names, read_channels, refuse, secret_parts
from store.database import open_journal, write
from store.deliveries import Planned
from store.settings import HIDDEN, Settings, load
from store.symptoms import Phrase

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general"
NTFY = "ntfys://tk_AgQdq7mVBoFD37zQVN29@ntfy.example.org/lab-7Hq2?auth=token&priority=high"
TELEGRAM = "tgram://123456789:AAF_bcdefghijklmnop/-1001234567"
MAIL = "mailto://yamada:Kq9-8w2zz@example.org?smtp=smtp.example.org&to=lab@example.org"


def write_secrets(folder: Path, text: str, mode: int = 0o600) -> Settings:
    """The settings with a secrets file of that text."""
    path = folder / "secrets.toml"
    path.write_text(text)
    path.chmod(mode)
    return load({"MACHIAI_HOME": str(folder), "MACHIAI_SECRETS": str(path)})


def test_names(tmp_path: Path) -> None:
    """Pushbullet is always there and first, then the channels of the secrets file as they stand."""
    text = f'[[channels]]\nname = "lab"\nurl = "{SLACK}"\n[[channels]]\nname = "an-other"\nurl = "{NTFY}"\n'
    settings = write_secrets(tmp_path, text)
    assert names(settings) == ["pushbullet", "lab", "an-other"]
    assert settings.channels == (ChannelUrl("lab", SLACK), ChannelUrl("an-other", NTFY))
    assert settings.problems == ()
    assert names(Settings()) == ["pushbullet"]


def test_others_can_read_it(tmp_path: Path) -> None:
    """Addresses in a file that others can read are not used, and the way out is said."""
    settings = write_secrets(tmp_path, f'[[channels]]\nname = "lab"\nurl = "{SLACK}"\n', 0o644)
    assert settings.channels == ()
    assert "chmod 600" in str(settings.problems[0])


def test_not_in_the_config(tmp_path: Path) -> None:
    """Addresses in config.toml are not used, and not repeated."""
    (tmp_path / "config.toml").write_text(f'[[channels]]\nname = "lab"\nurl = "{SLACK}"\n')
    settings = write_secrets(tmp_path, "")
    assert settings.channels == ()
    assert "secrets file" in str(settings.problems[0])
    assert "TIiaj" not in str(settings.problems)


@pytest.mark.parametrize(
    ("name", "url", "words"),
    [
        ("Lab", SLACK, "no name for a channel"),
        ("", SLACK, "no name for a channel"),
        (None, SLACK, "no name for a channel"),
        ("x" * 40, SLACK, "no name for a channel"),
        ("pushbullet", SLACK, "always there"),
        ("lab", None, "has no address"),
        ("lab", "T1JJ3T3L2/A1BRTD4JD", "has no address"),
        ("lab", "slack://T1JJ 3T3L2", "characters"),
        ("lab", "slack://T1JJ3T3L2\x1b[31m", "characters"),
        ("lab", "slack://" + "T1JJ3T3L2" * 300, "too many"),
    ],
)
def test_refused(name: object, url: object, words: str) -> None:
    """What cannot be a channel is told in words without its address; the others are used."""
    assert words in str(refuse(name, url))
    problems: list[Phrase] = []
    tables = [{"name": name, "url": url}, {"name": "good", "url": NTFY}]
    assert read_channels(tables, Path("secrets.toml"), problems) == (ChannelUrl("good", NTFY),)
    assert len(problems) == 1
    assert "T1JJ" not in str(problems[0])


def test_two_of_a_name() -> None:
    """Of two channels of one name the first is used."""
    problems: list[Phrase] = []
    tables = [{"name": "lab", "url": SLACK}, {"name": "lab", "url": NTFY}, "nothing"]
    assert read_channels(tables, Path("secrets.toml"), problems) == (ChannelUrl("lab", SLACK),)
    assert len(problems) == 2


@pytest.mark.parametrize(
    ("url", "secrets", "shown"),
    [
        (SLACK, ["T1JJ3T3L2", "A1BRTD4JD", "TIiajkdnlazkcOXrIdevi7FQ"], ["general", "slack"]),
        (NTFY, ["tk_AgQdq7mVBoFD37zQVN29", "lab-7Hq2"], ["ntfy.example.org", "high", "token"]),
        (TELEGRAM, ["123456789", "AAF_bcdefghijklmnop", "-1001234567"], ["tgram"]),
        (
            MAIL,
            ["Kq9-8w2zz", base64.b64encode(b"yamada:Kq9-8w2zz").decode()],
            ["yamada", "example.org", "smtp.example.org"],
        ),
        ("ntfys://lab-secret-topic", ["lab-secret-topic"], ["ntfys"]),
        ("ntfy://localhost:8080/training", [], ["localhost", "8080", "training"]),
        ("gotifys://gpu-server/AbCdEf123", ["AbCdEf123"], ["gpu"]),
        ("https://discord.com/api/webhooks/417429632/JHMHI8qB", ["417429632", "JHMHI8qB"], ["discord.com", "webhooks"]),
        (
            "json://user%40x:p%40ssword@host.example/%E8%A8%93%E7%B7%B4?token=abcdEF12",
            ["p@ssword", "abcdEF12"],
            ["host"],
        ),
    ],
)
def test_what_is_secret(url: str, secrets: list[str], shown: list[str]) -> None:
    """Keys, tokens, passwords and topics of an address are taken out of any text; hosts and plain words stay."""
    settings = Settings(channels=(ChannelUrl("x", url),))
    assert settings.redact(f"<{url}>") == f"<{HIDDEN}>"
    for secret in secrets:
        assert settings.redact(f"said {secret}!") == f"said {HIDDEN}!"
    for word in shown:
        assert settings.redact(f"said {word}!") == f"said {word}!"
    assert secret_parts(url)[0] not in repr(settings)


@given(st.text(max_size=60))
def test_any_address(url: str) -> None:
    """No text as an address breaks the settings, and none shows through."""
    settings = Settings(channels=(ChannelUrl("x", url),))
    assert len(url) < 6 or url not in settings.redact(f"<{url}>") or url in HIDDEN


def test_awaited(tmp_path: Path) -> None:
    """Channels are awaited as long as something is held, waiting or under way for them."""
    connection = open_journal(tmp_path / "journal.db")
    with write(connection):
        raise_alert(
            connection,
            kind="test",
            severity="now",
            occurred=1.0,
            now=1.0,
            title="t",
            body="b",
            channels=["waits"],
            planned=[Planned("held", "held", 5.0), Planned("not", "suppressed")],
            unique="one",
        )
    assert awaited(connection) == ["held", "waits"]
    connection.close()
