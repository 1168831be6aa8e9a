"""*Now*, as a browser would get it: empty, busy, silent, in Japanese, read-only, with hostile names."""

import re
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from app import attention, status
from app.views import alert_card
from app.words import Words
from store import alerts, deliveries, heartbeats, mutes
from store.database import write
from store.deliveries import Planned
from tests.app.conftest import acts
from tests.fakes import alert_facts, journal

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]


def test_an_empty_journal_explains_itself(open_page: Open, shown: Shown) -> None:
    """Before the first run the page says how to launch one, offers the demo and says how to start the daemon."""
    app = open_page()
    commands = [code.value for code in app.code]
    assert "machiai run -- python train.py" in commands
    assert "machiai demo" in commands
    assert "machiai daemon --detach" in commands
    assert "No daemon has run here yet" in shown(app)
    assert app.title[0].value == "Nothing is being watched"


def test_the_title_is_the_state_in_a_sentence(busy: dict[str, str], open_page: Open, shown: Shown) -> None:
    """It counts what runs and what needs a person; beside it stands how fresh that is."""
    app = open_page()
    assert app.title[0].value == "2 running · 2 need you"
    assert "daemon alive" in shown(app) and "as of " in shown(app)
    assert "machiai daemon --detach" not in [code.value for code in app.code]


def test_a_crash_comes_first_with_its_cause_and_the_plan_for_it(
    busy: dict[str, str], open_page: Open, shown: Shown
) -> None:
    """The card tells what happened and shows the plan that fits: if-failure for a crash, if-success for an end."""
    text = shown(open_page())
    crash, end = text.index("after 12 m — CUDA out of memory"), text.index("in 2 h 2 m")
    assert crash < end
    assert "*halve the batch, accumulate 2*" in text and "*write the ablation table*" in text


def test_a_running_card_says_its_last_line_and_how_old_it_is(
    busy: dict[str, str], open_page: Open, shown: Shown
) -> None:
    """The last line is plain text, with the age of the log, the number of lines and odd conditions."""
    app = open_page()
    assert "rollout 41  return -11.2  wins 3/21" in [code.value for code in app.code]
    text = shown(app)
    assert "rl-notes · last line 41 s ago · 1 line" in text
    assert ":material/pause_circle: suspended" in text
    assert "**3 h 12 m**" in text


def test_acknowledging_takes_the_card_away(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open
) -> None:
    """The button stores that a person has seen it, and the title counts one fewer."""
    app = open_page()
    crashed = alerts.open_alerts(connection, kinds=["crashed"])[0]
    app.button(key=f"acknowledge-{crashed.id}").click().run()
    assert alerts.open_alerts(connection, kinds=["crashed"]) == []
    assert app.title[0].value == "2 running · 1 needs you"


def test_many_alerts_do_not_fill_the_page(
    busy: dict[str, str], connection: sqlite3.Connection, home: Path, open_page: Open
) -> None:
    """After the first few cards the rest is counted, and can be acknowledged at once."""
    now = time.time()
    for number in range(10):
        run_id = journal.add_run(connection, home, f"many-{number}", created=now - 9000, state="finished", seconds=60)
        journal.add_alert(connection, run_id, "finished", now - 100)
    app = open_page()
    assert app.title[0].value == "2 running · 12 need you"
    assert len([button for button in app.button if button.label == "Acknowledge"]) == 6
    app.button(key="acknowledge-all").click().run()
    assert app.title[0].value == "2 running"


def test_a_silent_daemon_makes_states_unknown(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Nothing is frozen: what was running is unknown, with what was last known and when, and the way out."""
    heard = time.time() - 300
    journal.beat(connection, heard)
    app = open_page()
    text = shown(app)
    assert "The daemon has been silent for 5 m" in text
    assert "machiai daemon --detach" in [code.value for code in app.code]
    assert app.title[0].value == "Unknown; last known: 2 running · 2 need you"
    assert ":gray-badge[:material/help: unknown]" in text and ":blue-badge" not in text
    assert "last known: running, as of 2" in text
    assert "daemon alive" not in text


def test_a_stopped_daemon_is_told_from_a_silent_one(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Stopped on purpose is said so."""
    journal.beat(connection, time.time(), status="stopped")
    assert "The daemon was stopped at" in shown(open_page())


def test_an_unhealthy_worker_is_named(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """One worker that fails is told apart from a daemon that is gone."""
    now = time.time()
    sick = heartbeats.Heartbeat("outbox", 4242, now, now, "unhealthy", "ValueError: *bad*")
    heartbeats.beat(connection, [sick])
    assert "worker “outbox” is unhealthy: ValueError: *bad*" in shown(open_page())


def test_the_page_is_japanese_for_a_japanese_browser(busy: dict[str, str], open_page: Open, shown: Shown) -> None:
    """Sentences and states are translated; names, causes and last lines stay as they are."""
    app = open_page(locale="ja-JP")
    assert app.title[0].value == "2 件実行中 · 2 件の確認待ち"
    text = shown(app)
    assert "クラッシュ" in text and "このときの計画:" in text and "3 時間 12 分" in text
    assert "CUDA out of memory" in text and "resnet-aug" in text


def test_a_link_can_ask_for_a_language(busy: dict[str, str], open_page: Open) -> None:
    """``?lang=ja`` wins over the browser."""
    assert "件実行中" in open_page(lang="ja").title[0].value


def test_the_setting_fixes_the_language(busy: dict[str, str], open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shared screen speaks one language whatever the link says."""
    monkeypatch.setenv("MACHIAI_LANGUAGE", "en")
    assert open_page(locale="ja-JP", lang="ja").title[0].value == "2 running · 2 need you"


def test_read_only_has_no_buttons(busy: dict[str, str], open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is shown and nothing can be changed."""
    monkeypatch.setenv("MACHIAI_READ_ONLY", "true")
    app = open_page()
    assert app.title[0].value == "2 running · 2 need you"
    assert acts(app) == []


def test_without_a_token_the_page_says_how_to_set_one(busy: dict[str, str], open_page: Open, shown: Shown) -> None:
    """Alerts stay visible here, and the command is named."""
    text = shown(open_page())
    assert "alerts stay on this page" in text and "machiai notify --setup" in text
    assert "no Pushbullet token" in text


def test_the_state_of_each_push_is_shown_and_never_the_token(
    busy: dict[str, str],
    connection: sqlite3.Connection,
    open_page: Open,
    shown: Shown,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sent with its time, waiting with its reason; a token in a service's answer does not reach the page."""
    token = "o.SecretSecretSecret"
    monkeypatch.setenv("MACHIAI_PUSHBULLET_TOKEN", token)
    now = time.time()
    first, second = (deliveries.claim_due(connection, "pushbullet", now, 30) for _ in range(2))
    assert first is not None and second is not None
    deliveries.record_sent(connection, first[1], now, "receipt")
    deliveries.record_retry(connection, second[1], f"503 for {token}", now + 60, unsure=False, now=now)
    text = shown(open_page())
    assert "· pushed " in text and "push waiting: 503 for •••; next try " in text
    assert token not in text


def test_news_that_was_held_says_so_wherever_it_is_told(
    busy: dict[str, str],
    connection: sqlite3.Connection,
    open_page: Open,
    shown: Shown,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On its card, on its run's page and in the delivery log: sent later on purpose, and why; in Japanese too."""
    monkeypatch.setenv("MACHIAI_PUSHBULLET_TOKEN", "o.AbCdEfGhIjKl")
    now, run_id = time.time(), busy["lm-tiny"]
    planned = [Planned("pushbullet", "held", now - 60, "session", "waits for the end of your session")]
    with write(connection):
        connection.execute("DELETE FROM alerts")
        alert_id = alerts.raise_alert(
            connection, kind="finished", severity="now", occurred=now - 1200, now=now - 1200, title="✔ lm-tiny", body="",
            run_id=run_id, attempt=1, planned=planned, channels=(),
        )  # fmt: skip
        assert alert_id is not None
        [one] = deliveries.deliveries_of(connection, [alert_id])[alert_id]
        deliveries.release(connection, [one.id], now - 60)
    claimed = deliveries.claim_due(connection, "pushbullet", now, 30)
    assert claimed is not None
    deliveries.record_sent(connection, claimed[1], now, "receipt")
    for page in (open_page(), open_page("run", id=run_id)):
        assert "kept back before: waits for the end of your session" in shown(page)
    rows = open_page("settings", locale="ja-JP").dataframe[0].value
    assert rows["理由"][0] == "それまで保留: " + Words("ja").say("waits for the end of your session")


def test_settings_that_cannot_be_used_are_shown_not_raised(home: Path, open_page: Open, shown: Shown) -> None:
    """A broken file gives its message; a doubtful key is pointed out above the page."""
    home.mkdir()
    (home / "config.toml").write_text("langage = 'ja'\n")
    assert "did you mean language?" in shown(open_page())
    (home / "config.toml").write_text("port = 'many'\n")
    assert "it must be a number" in shown(open_page())


def test_a_journal_that_cannot_be_read_is_explained(home: Path, open_page: Open, shown: Shown) -> None:
    """The page stays up, names the file and tries again."""
    home.mkdir()
    (home / "journal.db").write_bytes(b"this is no database" * 100)
    text = shown(open_page())
    assert "trying again" in text and "journal.db" in text


MARKS = ("**x**", "<script", ":red[hi]", "$x$", ":tada:", "](http", "://")
HOSTILE = "**x** <script>alert(1)</script> :red[hi] $x$ :tada: [a](http://example.org)"


def test_names_causes_and_last_lines_are_never_markup(
    connection: sqlite3.Connection, home: Path, open_page: Open
) -> None:
    """What a training or its author wrote goes to the browser escaped, or as code."""
    now = time.time()
    journal.beat(connection, now)
    journal.add_run(connection, home, "h-1", created=now - 60, name=HOSTILE, log=HOSTILE.encode() + b"\n")
    journal.add_run(
        connection, home, "h-2", created=now - 60, name=HOSTILE, state="failed", seconds=9, cause=HOSTILE,
        if_failure=HOSTILE,
    )  # fmt: skip
    journal.add_alert(connection, "h-2", "crashed", now)
    app = open_page()
    assert HOSTILE in [code.value for code in app.code]
    labels = [link.proto.label for link in app.get("page_link")]
    for text in [element.value for element in (*app.markdown, *app.caption)] + labels:
        stripped = re.sub(r"\\.", "", text)
        assert not any(mark in stripped for mark in MARKS), text


def test_a_running_card_shows_progress_metrics_and_a_sparkline(
    measured: dict[str, str], open_page: Open, shown: Shown
) -> None:
    """The bar, the time left with its interval, the main loss and one quality with their last values, a tiny curve."""
    app = open_page()
    assert [bar.proto.value for bar in app.get("progress")] == [63, 40]
    text = shown(app)
    assert "**about 42 min, 35–58**" in text and "**about 3 h**" in text
    assert "no interval" not in text  # a card is short; the run's page says why
    assert "train/loss" in text and "val_acc" in text and "ep_rew_mean" in text
    pictures = app.get("image")
    assert len(pictures) == 2
    assert "train/loss" in str(pictures[0].proto)


def test_a_card_without_metrics_is_as_short_as_before(busy: dict[str, str], open_page: Open) -> None:
    """No empty bar, no empty picture."""
    app = open_page()
    assert len(app.get("progress")) == len(app.get("image")) == 0


def raise_fact(
    connection: sqlite3.Connection, kind: str, occurred: float, *, run_id: str | None = None, place: int = 0
) -> int:
    """Raise an alert of that kind with the facts that its rule tells; its id."""
    facts = {**alert_facts.RUN_FACTS, **alert_facts.MACHINE_FACTS}[kind][place]
    with write(connection):
        alert_id = alerts.raise_alert(
            connection,
            kind=kind,
            severity="now",
            occurred=occurred,
            now=occurred,
            title="stored",
            body="stored",
            run_id=run_id,
            attempt=1 if run_id else None,
            facts=facts,
        )
    assert alert_id is not None
    return alert_id


def test_alerts_of_one_run_share_a_card_and_the_machine_has_its_own(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Words come from the facts; what is worst stands first; one acknowledgement takes the whole card."""
    now = time.time()
    run_id = busy["resnet-aug"]
    stalled = raise_fact(connection, "stalled", now - 60, run_id=run_id)
    slipped = raise_fact(connection, "eta_slipped", now - 30, run_id=run_id)
    lost = raise_fact(connection, "gpu_lost", now - 90)
    with write(connection):
        alerts.note_again(connection, stalled, now - 20)
    app = open_page()
    assert app.title[0].value == "2 running · 4 need you"
    text = shown(app)
    assert "no output for 42 m" in text and "GPU and CPU idle · 2 times" in text and "stored" not in text
    assert "Likely a hang" in text
    cards = [button.key for button in app.button if (button.key or "").startswith("acknowledge-")]
    assert f"acknowledge-{lost}" in cards and f"acknowledge-{slipped}" not in cards
    assert cards.index(f"acknowledge-{lost}") < cards.index(f"acknowledge-{stalled}")
    app.button(key=f"acknowledge-{stalled}").click().run()
    assert {alert.id for alert in alerts.open_alerts(connection)} & {stalled, slipped} == set()
    assert app.title[0].value == "2 running · 3 need you"


def test_every_kind_that_needs_a_person_has_a_card(
    connection: sqlite3.Connection, busy: dict[str, str], open_page: Open, shown: Shown
) -> None:
    """Each kind's card can be drawn in both languages; those that are only good to know have none."""
    now = time.time()
    kinds = list({**alert_facts.RUN_FACTS, **alert_facts.MACHINE_FACTS})
    for kind in kinds:
        raise_fact(connection, kind, now - 10, run_id=busy["resnet-aug"])
    for locale in ("en-US", "ja-JP"):
        app = open_page(locale=locale)
        text = shown(app)
        assert not app.exception and "just now" not in text
        for kind in ("best", "milestone", "review"):
            assert kind not in attention.NEEDS
        words = Words(locale[:2])
        for kind in attention.NEEDS:
            assert f"{status.KINDS[kind].icon} {words.say(status.KINDS[kind].word)}" in text or kind in (
                "killed",
                "lost",
            )


def test_a_snoozed_card_comes_back(busy: dict[str, str], connection: sqlite3.Connection, open_page: Open) -> None:
    """One hour, or until nine of the reader's next morning: the card is away until then, and unacknowledged."""
    now = time.time()
    stalled = raise_fact(connection, "stalled", now - 60, run_id=busy["resnet-aug"])
    app = open_page()
    app.button(key=f"snooze-hour-{stalled}").click().run()
    assert app.title[0].value == "2 running · 2 need you"
    found = {alert.id: alert for alert in alerts.open_alerts(connection)}[stalled]
    assert found.snoozed_until == pytest.approx(now + 3600, abs=30)
    alerts.snooze(connection, stalled, now - 1)
    assert open_page().title[0].value == "2 running · 3 need you"


def test_next_morning_is_the_readers() -> None:
    """Nine o'clock of the next day in the zone of the browser, also just after midnight."""
    midnight = datetime(2026, 11, 22, 0, 10, tzinfo=ZoneInfo("Asia/Tokyo"))
    morning = alert_card.next_morning(midnight.timestamp(), Words("en", ZoneInfo("Asia/Tokyo")))
    assert morning == datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo")).timestamp()


def test_muting_a_rule_for_a_run(busy: dict[str, str], connection: sqlite3.Connection, open_page: Open) -> None:
    """The rule is muted, its card goes and none of that rule comes back for that run; ends cannot be muted."""
    now = time.time()
    run_id = busy["resnet-aug"]
    stalled = raise_fact(connection, "stalled", now - 60, run_id=run_id)
    app = open_page()
    assert [button.key for button in app.button if "mute-" in (button.key or "")] == [f"mute-stalled-{stalled}"]
    app.button(key=f"mute-stalled-{stalled}").click().run()
    assert mutes.is_muted(connection, run_id, "stalled")
    assert app.title[0].value == "2 running · 2 need you"
    mutes.unmute(connection, run_id, "stalled")
    assert open_page().title[0].value == "2 running · 2 need you"
