"""*Settings*: choices are kept one by one, what cannot be kept is told, secrets stay in their file."""

import sqlite3
import time
from collections.abc import Callable
from datetime import time as clock
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from store import delivery_log, intents, machines, runs, thresholds
from store.alert_rules import RULES
from store.database import write
from store.preferences import AlertPreferences, ChannelChoice, read_preferences, save_preferences
from tests.app.conftest import acts
from tests.fakes import journal

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]
URL = "ntfys://ntfy.example/Quiet-Garden-7731"


@pytest.fixture(name="secrets")
def _secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A secrets file with a token, and a daemon-independent place for channels."""
    path = tmp_path / "secrets.toml"
    path.write_text('PUSHBULLET_TOKEN = "o.token-of-the-test"\n', encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("MACHIAI_SECRETS", str(path))
    return path


def now_key(app: AppTest, name: str) -> str:
    """The key of an input; one that another page has changed is a new one."""
    number = app.session_state[f"settings-seen:{name}"][0]
    return f"{name}~{number}" if number else name


def test_a_choice_is_kept_at_once_and_leaves_those_of_another_page(
    connection: sqlite3.Connection, open_page: Open
) -> None:
    """A page that was opened before another one saved changes only the field that was touched on it."""
    app = open_page("settings")
    save_preferences(connection, AlertPreferences(language="ja", rules={}), time.time())
    app.toggle("rule-on-milestone").set_value(True).run()
    app.selectbox("rule-severity-stalled").set_value("soon").run()
    app.toggle("times-quiet").set_value(True).run()
    app.time_input("times-quiet-begin").set_value(clock(22, 30)).run()
    kept = read_preferences(connection)
    assert kept.rule_on("milestone") and kept.severity("stalled") == "soon"
    assert kept.quiet == ("22:30", "07:00") and kept.language == "ja"
    assert app.selectbox(now_key(app, "times-language")).value == "ja"


def test_what_cannot_be_kept_is_told_and_the_rest_stays(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """A wrong time is not kept, says how a right one looks, and the valid ones before it stay."""
    app = open_page("settings")
    app.text_input(now_key(app, "times-digests")).set_value("8:30、12:00").run()
    assert read_preferences(connection).digests == ("08:30", "12:00")
    app.text_input(now_key(app, "times-digests")).set_value("25:00").run()
    assert read_preferences(connection).digests == ("08:30", "12:00")
    assert "Not kept" in shown(app) and "09:00" in shown(app)
    assert app.text_input(now_key(app, "times-digests")).value == "25:00"
    app.text_input(now_key(app, "times-digests")).set_value("10:00").run()
    assert "Not kept" not in shown(app)


def test_every_rule_is_there_with_its_reason(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Each rule of the table can be switched; a sensitivity only where it changes anything."""
    app = open_page("settings")
    keys = {toggle.key for toggle in app.toggle}
    assert {f"rule-on-{kind}" for kind in RULES} <= keys
    graded = {
        str(box.key).removeprefix("rule-sensitivity-") for box in app.selectbox if "rule-sensitivity-" in str(box.key)
    }
    assert graded == {kind for kind, rule in RULES.items() if rule.graded and rule.on}
    assert RULES["crashed"].why in shown(app)


def test_a_channel_is_added_to_the_secrets_file_and_tested_and_removed(
    connection: sqlite3.Connection, open_page: Open, shown: Shown, secrets: Path
) -> None:
    """Its address is in the secrets file alone; a test is asked of the daemon and its outcome told."""
    journal.beat(connection, time.time())
    app = open_page("settings")
    app.text_input("channel-new-name").set_value("lab-ntfy")
    app.text_input("channel-new-url").set_value(URL)
    app.button("FormSubmitter:channel-add-Add").click().run()
    assert URL in secrets.read_text(encoding="utf-8") and app.text_input("channel-new-url").value == ""
    app.run()
    app.selectbox("channel-least-lab-ntfy").set_value("now").run()
    assert read_preferences(connection).channel("lab-ntfy") == ChannelChoice(least="now")
    app.button("test-lab-ntfy").click().run()
    asked = intents.latest_intents(connection, intents.TEST_CHANNEL, 0.0)
    assert [one.detail for one in asked] == [{"channel": "lab-ntfy"}]
    assert "waiting for the daemon" in shown(app)
    kept = "\n".join(connection.iterdump())
    assert URL not in kept and "o.token-of-the-test" not in kept
    intents.answer(connection, asked[0].id, "refused", f"no answer from {URL}", time.time())
    app.run()
    assert "It failed: no answer from •••" in shown(app)
    app.button("remove-lab-ntfy").click().run()
    assert URL not in secrets.read_text(encoding="utf-8")
    assert read_preferences(connection).channels == {}
    assert URL not in shown(app)


def test_an_address_that_is_none_is_not_kept(
    connection: sqlite3.Connection, open_page: Open, shown: Shown, secrets: Path
) -> None:
    """The form says why, without the address, and the file stays as it was."""
    before = secrets.read_text(encoding="utf-8")
    app = open_page("settings")
    app.text_input("channel-new-name").set_value("phone")
    app.text_input("channel-new-url").set_value("my-secret-word")
    app.button("FormSubmitter:channel-add-Add").click().run()
    assert "channel 'phone' has no address" in shown(app) and "my-secret-word" not in shown(app)
    assert secrets.read_text(encoding="utf-8") == before


def test_a_device_is_chosen_from_those_the_account_has(
    connection: sqlite3.Connection, open_page: Open, secrets: Path
) -> None:
    """The daemon is asked for the list; the choice is kept by the account's identifier."""
    app = open_page("settings")
    app.button("list-devices").click().run()
    assert len(intents.latest_intents(connection, intents.LIST_DEVICES, 0.0)) == 1
    devices = [{"iden": "ujdev1", "nickname": "Pixel", "kind": "android", "active": True}]
    with write(connection):
        machines.record_reading(
            connection, "devices", "pushbullet", host="lab", as_of=time.time(), data={"devices": devices}
        )
    app.run()
    box = app.selectbox("channel-device-pushbullet")
    assert box.options == ["All devices", "Pixel"]
    box.set_value("ujdev1").run()
    assert read_preferences(connection).channel("pushbullet").device == "ujdev1"


def test_a_dashboard_that_only_shows_changes_nothing(
    connection: sqlite3.Connection, open_page: Open, shown: Shown, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read-only: the choices are seen and cannot be touched; there is no button and no form."""
    monkeypatch.setenv("MACHIAI_READ_ONLY", "1")
    app = open_page("settings")
    assert not acts(app) and {box.key for box in app.text_input} == {"times-digests", "search-text"}
    inputs = [*app.toggle, *app.selectbox, *app.checkbox, *app.text_input, *app.number_input]
    assert inputs and all(one.disabled for one in inputs if one.key != "search-text")
    assert "nothing can be changed here" in shown(app)


def test_the_budget_and_the_log_tell_what_was_sent(
    connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Pushes are counted against the month's limit; each line says what came of it, and a lower limit is kept."""
    with write(connection):
        for _ in range(3):
            delivery_log.record(connection, time.time(), None, "pushbullet", "sent")
        delivery_log.record(connection, time.time(), None, "pushbullet", "suppressed", "this rule is off")
    app = open_page("settings")
    assert "3 of 500 pushes" in app.get("progress")[0].proto.text.replace("\\", "")
    rows = app.dataframe[0].value
    assert list(rows["Outcome"]) == ["left out", "delivered", "delivered", "delivered"]
    assert rows["Why"][0] == "this rule is off"
    app.number_input("budget-limit").set_value(3).run()
    assert read_preferences(connection).push_budget == 3
    assert "Used up" in shown(app)


def project_of(connection: sqlite3.Connection, run_id: str) -> int:
    """The project of a run."""
    run = runs.get_run(connection, run_id)
    assert run is not None
    return run.project_id


def test_a_condition_is_tried_added_and_removed(
    connection: sqlite3.Connection, measured: dict[str, str], open_page: Open, shown: Shown
) -> None:
    """A trial tells in how many past runs it would have fired and keeps nothing; adding keeps it for the project."""
    app = open_page("settings")
    assert "No condition is set" in shown(app)
    app.selectbox("condition-project").set_value(project_of(connection, measured["vit-base"]))
    app.text_input("condition-text").set_value("train_loss < 1")
    app.button("FormSubmitter:condition-form-Try it on past runs").click().run()
    assert "train_loss < 1 would have been told in 3 of the last 3 runs of cifar-robust" in shown(app)
    assert thresholds.list_all(connection) == []
    app.selectbox("condition-severity").set_value("soon")
    app.button("FormSubmitter:condition-form-Add").click().run()
    [kept] = thresholds.list_all(connection)
    assert (kept.expression, kept.severity, kept.run_id) == ("train_loss < 1", "soon", None)
    assert "Added: train_loss < 1" in shown(app) and app.text_input("condition-text").value == ""
    app.button(f"condition-remove-{kept.id}").click().run()
    assert thresholds.list_all(connection) == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("train_loss >", "cannot be read at character"),
        ("", "cannot be read"),
        ("strange_x best", "write `strange_x best higher` or `strange_x best lower`"),
        ("trainloss < 1", "Did you mean train_loss"),
    ],
)
def test_a_condition_that_is_not_right(
    connection: sqlite3.Connection,
    measured: dict[str, str],
    open_page: Open,
    shown: Shown,
    typed: str,
    told: str,
) -> None:
    """It says what is wrong with it, and what was typed stays to be mended."""
    app = open_page("settings")
    app.selectbox("condition-project").set_value(project_of(connection, measured["vit-base"]))
    app.text_input("condition-text").set_value(typed)
    app.button("FormSubmitter:condition-form-Try it on past runs").click().run()
    assert told in shown(app)
    assert app.text_input("condition-text").value == typed


def test_a_condition_needs_a_project(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """Before the first run there is nothing to choose: the page says how a project comes about."""
    app = open_page("settings")
    assert "a project comes with its first run" in shown(app)
    assert "condition-text" not in {box.key for box in app.text_input}
