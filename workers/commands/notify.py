"""`machiai notify`: a push of one's own, and setting up the phone."""

import contextlib
import time
import uuid
from pathlib import Path

import click

from store import alerts, deliveries, delivery_log
from store.database import open_journal, write
from store.errors import MachiaiError, SettingsError
from store.settings import load
from workers import lock
from workers.alerts import raising, setup
from workers.alerts.channels import PUSHBULLET
from workers.commands import say

WATCH_FILE = Path(__file__).resolve().parents[1] / "notebook" / "machiai_watch.py"
_WAIT_SECONDS = 15.0


@click.command()
@click.argument("title", required=False)
@click.argument("body", required=False, default="")
@click.option("--url", help="A link to put on it.")
@click.option("--setup", "set_up", is_flag=True, help="Ask for the Pushbullet token, keep it, send a test push.")
@click.option(
    "--file",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Put machiai_watch.py there: the file for notebooks, Colab and machines without Machiai.",
    metavar="FOLDER",
)
def notify(title: str | None, body: str, url: str | None, set_up: bool, folder: Path | None) -> int:
    """Push TITLE and BODY to the phone; from any script. The daemon sends it, now or when it next runs."""
    if folder is not None:
        if set_up or title:
            raise click.UsageError("--file only copies the file; give it alone")
        return _copy_file(folder)
    if set_up:
        return _set_up()
    if not title:
        raise click.UsageError('what shall it say? machiai notify "title" "body"')
    return _send(title, body, url)


def _send(title: str, body: str, url: str | None) -> int:
    settings = load()
    now = time.time()
    with contextlib.closing(open_journal(settings.journal)) as connection:
        with write(connection):
            alert_id = raising.raise_alert(
                connection,
                settings,
                kind="note",
                occurred=now,
                now=now,
                title=title,
                body=body,
                url=url,
                unique=f"note/{uuid.uuid4()}",
            )
        assert alert_id is not None
        if lock.holder(settings.home) is None:
            say("kept; no daemon is running, it is sent when one starts: machiai daemon --detach")
            return 0
        deadline = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < deadline:
            ways = deliveries.deliveries_of(connection, [alert_id])[alert_id]
            if any(way.state == "sent" for way in ways):
                say("sent")
                return 0
            if ways and all(way.state in ("refused", "suppressed") for way in ways):
                say(f"refused: {'; '.join(way.error or way.state for way in ways)}")
                return 1
            if not any(way.state == "sending" or (way.state == "waiting" and not way.error) for way in ways):
                reasons = (way.error or way.why for way in ways if way.state in ("held", "waiting"))
                say(f"kept; not sent yet: {'; '.join(reason for reason in reasons if reason)}")
                return 0
            time.sleep(0.05)
    say("kept; not sent yet, the daemon goes on trying")
    return 0


def _copy_file(folder: Path) -> int:
    """Put the file there; one that somebody has changed is not overwritten."""
    target = folder / WATCH_FILE.name
    text = WATCH_FILE.read_bytes()
    try:
        if target.exists() and target.read_bytes() != text:
            raise MachiaiError(f"{target} is there already and differs; move it away, or choose another folder")
        folder.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
    except OSError as error:
        raise MachiaiError(f"cannot write {target}: {error.strerror}; choose another folder") from error
    say(f"{target}; in your code: from machiai_watch import watch")
    say("there, it takes the token from MACHIAI_PUSHBULLET_TOKEN or ~/.config/machiai/pushbullet_token")
    return 0


def _set_up() -> int:
    settings = load()
    click.echo("The token is on pushbullet.com under Settings → Account → Create Access Token.")
    token = setup.clean_token(
        click.prompt("Pushbullet token (not shown)", hide_input=True, default="", show_default=False)
    )
    check = setup.check_token(setup.with_token(settings, token))
    click.echo(check.words)
    if check.ok is False:
        raise SettingsError("nothing was changed; create a token there and try again")
    setup.store_token(settings.secrets, token)
    click.echo(f"kept in {settings.secrets} (mode 0600)")
    if check.ok is None:
        click.echo("It could not be checked now; it is used as soon as Pushbullet can be reached.")
        return 0
    return _test_push()


def _test_push() -> int:
    """Send one push straight away, so that the phone shows it while the person is looking."""
    from workers.alerts.channels import Sent
    from workers.alerts.channels.pushbullet import channel_from

    settings = load()
    channel = channel_from(settings)
    assert channel is not None
    now = time.time()
    text = "This is how Machiai will tell you when a run ends."
    guid = f"machiai-test-{uuid.uuid4().hex}"
    test = alerts.Alert(0, None, None, "note", "now", now, now, "Machiai can reach you", text, None, guid, None)
    outcome = channel.send(test, unsure=False)
    if isinstance(outcome, Sent):
        with contextlib.closing(open_journal(settings.journal)) as connection, write(connection):
            delivery_log.record(connection, now, None, PUSHBULLET, delivery_log.SENT, "test")
        click.echo("A test push is on its way to your phone.")
        return 0
    click.echo(f"The test push did not go through: {outcome.error}")
    return 1
