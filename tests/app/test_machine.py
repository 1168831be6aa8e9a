"""*Machine*: strips of GPUs, what is wrong in words, queue, processes, history; and what *Now* and *Run* show of it."""

import re
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from store import intents, machines
from store.database import write
from tests.app.conftest import acts
from tests.fakes import journal
from tests.fakes.machine import GIB, HOST, gpu, leave_machine, process, uuid

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]
QUEUE = (
    {"run": "q-1", "name": "first-in-line", "count": 2, "place": 1, "why": "1 of 2 GPUs is free"},
    {"run": "q-2", "name": "second", "count": 1, "place": 2, "why": "behind first-in-line"},
    {"run": "q-3", "name": "third", "count": 1, "place": 3, "why": "behind second"},
)


@pytest.fixture(name="leave")
def _leave(connection: sqlite3.Connection) -> Callable[..., None]:
    """Leave a machine in the journal, with a daemon that is alive."""

    def leave(**given: Any) -> None:
        now = time.time()
        journal.beat(connection, now)
        leave_machine(connection, now, **given)

    return leave


def bars(app: AppTest) -> dict[str, int]:
    """The bars of a page: their words without markup, and how full they are."""
    return {re.sub(r":small|[\[\]*\\]", "", bar.proto.text): bar.proto.value for bar in app.get("progress")}


def table(app: AppTest) -> list[dict[str, Any]]:
    """The table of processes."""
    frame = app.dataframe[0].value
    assert isinstance(frame, pd.DataFrame)
    return frame.to_dict("records")


def asked(connection: sqlite3.Connection, kind: str) -> list[intents.Intent]:
    """What the dashboard has asked for."""
    return intents.latest_intents(connection, kind, 0.0)


def test_a_strip_says_what_a_gpu_does_and_who_is_on_it(
    busy: dict[str, str], leave: Callable[..., None], open_page: Open, shown: Shown
) -> None:
    """Bars with figures, the run as a link, somebody else's process by owner and command, limits in words."""
    leave(runs=(busy["resnet-aug"],))
    app = open_page("machine")
    assert app.title[0].value.replace("\\", "") == "3 of 4 GPUs at work · 1 free · nothing wrong"
    assert bars(app)["97 % · 73 °C · 416 / 450 W"] == 97
    assert bars(app)["20.9 / 24.0 GiB"] == 87
    text = shown(app)
    assert "at its power limit" in text and "2,520 / 2,610 MHz" in text
    assert "kana · python -m pretrain --config big.yaml · pid 4711 · 9.2 GiB · 64 %" in text
    links = [link.proto for link in app.get("page_link") if link.proto.query_string]
    assert f"id={busy['resnet-aug']}" in {link.query_string for link in links}


def test_what_is_missing_is_a_dash_with_its_reason(leave: Callable[..., None], open_page: Open) -> None:
    """The reason is told on hover."""
    leave()
    app = open_page("machine")
    caption = next(one for one in app.caption if one.value.startswith("fan –"))
    assert "fan: not supported by this GPU" in caption.help.replace("\\", "")


@pytest.mark.parametrize(
    ("status", "title", "advice"),
    [
        ("mismatch", "The GPUs cannot be read · 1 thing to look at", "The NVIDIA driver was upgraded on lab-1"),
        ("no_driver", "The GPUs cannot be read · 1 thing to look at", "The NVIDIA driver is not loaded on lab-1"),
        ("container", "The GPUs cannot be read · 1 thing to look at", "Restart the container"),
        ("no_permission", "The GPUs cannot be read · 1 thing to look at", "/dev/nvidia"),
        ("failed", "The GPUs cannot be read · 1 thing to look at", "NVML says: Unknown Error"),
        ("no_gpu", "No GPU · 1 thing to look at", "sees no GPU"),
    ],
)
def test_a_driver_in_trouble_has_its_own_words(
    leave: Callable[..., None], open_page: Open, shown: Shown, status: str, title: str, advice: str
) -> None:
    """Each state of the sampler says what it is and what to do; the host is shown all the same."""
    leave(state=status)
    app = open_page("machine")
    assert app.title[0].value.replace("\\", "") == title
    assert advice in shown(app)
    assert "Processor 41 % of 32 cores" in bars(app)


def test_no_gpu_is_a_normal_machine(leave: Callable[..., None], open_page: Open, shown: Shown) -> None:
    """Nothing is wrong with it, and *Now* does not speak of GPUs at all."""
    leave(state="none")
    app = open_page("machine")
    assert app.title[0].value.replace("\\", "") == "No GPU · nothing wrong"
    assert "watched all the same" in shown(app)
    assert "GPUs" not in shown(open_page())


def test_a_machine_without_a_gpu_stays_calm_for_hours(
    leave: Callable[..., None], connection: sqlite3.Connection, open_page: Open
) -> None:
    """Nobody samples it, so an old word of it is no silence."""
    leave(state="none")
    with write(connection):
        connection.execute("UPDATE readings SET as_of = as_of - 7200 WHERE kind = 'gpus'")
    assert open_page("machine").title[0].value.replace("\\", "") == "No GPU · nothing wrong"


def test_a_lost_gpu_keeps_its_strip(leave: Callable[..., None], open_page: Open, shown: Shown) -> None:
    """It says so, the others go on, and the page says what to do."""
    leave(state="lost")
    app = open_page("machine")
    assert app.title[0].value.replace("\\", "") == "2 of 4 GPUs at work · 1 free · 1 lost · 1 thing to look at"
    text = shown(app)
    assert "**GPU 1**" in text and "The driver no longer reaches this GPU; the others go on." in text
    assert "GPU 1 (NVIDIA RTX A6000) is lost" in text
    assert bars(app)["97 % · 73 °C · 416 / 450 W"] == 97


def test_stale_figures_are_words_of_the_past(
    busy: dict[str, str], leave: Callable[..., None], open_page: Open, shown: Shown
) -> None:
    """Their age is told and no bar pretends that they hold."""
    leave(state="stale")
    app = open_page("machine")
    assert re.match(r"GPUs silent for 4\d s; last known: 3 of 4", app.title[0].value.replace("\\", ""))
    text = shown(app)
    assert "Last known 4" in text and "have not answered for" in text
    assert not any("°C" in words for words in bars(app)) and "73 °C" in text
    short = shown(open_page())
    assert "last known 4" in short


def test_a_silent_daemon_makes_all_of_it_unknown(
    leave: Callable[..., None], connection: sqlite3.Connection, open_page: Open
) -> None:
    """Nothing is said of now by a journal nobody writes."""
    leave()
    journal.beat(connection, time.time() - 300)
    app = open_page("machine")
    assert app.title[0].value.replace("\\", "").startswith("Unknown; last known: 3 of 4 GPUs at work")
    assert bars(app) == {}


def test_a_machine_not_looked_at_yet_says_so(connection: sqlite3.Connection, open_page: Open, shown: Shown) -> None:
    """The first seconds of a daemon."""
    journal.beat(connection, time.time())
    app = open_page("machine")
    assert app.title[0].value == "This machine has not been looked at yet"
    assert "The GPUs have not been read yet." in shown(app)


def test_mig_instances_have_their_memory(leave: Callable[..., None], open_page: Open, shown: Shown) -> None:
    """A bar each; the utilisation of the whole is a dash."""
    leave(state="mig")
    app = open_page("machine")
    assert bars(app)["MIG 2 · 1g.10gb · 6.0 / 9.8 GiB"] == 61
    assert "**–** · 46 °C" in shown(app)


def test_unified_memory_is_said(leave: Callable[..., None], open_page: Open) -> None:
    """The GPU and the machine share it."""
    leave(state="unified")
    app = open_page("machine")
    assert app.title[0].value.replace("\\", "") == "The GPU: at work · nothing wrong"
    assert "0.3 / 119 GiB shared with the machine" in bars(app)
    assert "40 % · 50 °C · 188 W" in bars(app)


def test_a_gpu_that_is_held_and_idle_is_the_warning(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """Full load is calm; a run that holds memory and computes nothing for a quarter of an hour is not."""
    now = time.time()
    journal.beat(connection, now)
    run = busy["resnet-aug"]
    holding = [gpu(0, processes=(process(31337, 20 * GIB, run=run, utilisation=0),))]
    leave_machine(connection, now, sampled=holding, runs=(run,), history=3000.0)
    app = open_page("machine")
    assert app.title[0].value.replace("\\", "") == "The GPU: held, idle · 1 thing to look at"
    assert "resnet-aug has held 20.0 GiB of GPU 0" in shown(app)


def test_a_reserved_gpu_names_its_run(
    busy: dict[str, str], leave: Callable[..., None], open_page: Open, shown: Shown
) -> None:
    """Before the run computes, its GPU is not free."""
    leave(reserved={uuid(3): busy["pong-pg-baseline"]})
    app = open_page("machine")
    assert app.title[0].value.replace("\\", "") == "3 of 4 GPUs at work · 1 reserved · nothing wrong"
    assert "reserved; it has not begun to compute" in shown(app)


def test_the_queue_is_reordered_by_asking(
    leave: Callable[..., None], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """First, up and down name the run to go before; until it is answered the buttons rest."""
    leave(queue=QUEUE)
    app = open_page("machine")
    waiting = next(one for one in app.caption if one.value.startswith("2 GPUs"))
    assert "1 of 2 GPUs is free" in waiting.help
    app.button(key="first-q-3").click().run()
    app.button(key="down-q-1").click().run()
    app.button(key="up-q-2").click().run()
    wishes = {one.run_id: one.detail["before"] for one in asked(connection, intents.MOVE_QUEUED)}
    assert wishes == {"q-3": "q-1", "q-1": "q-3", "q-2": "q-1"}
    assert app.button(key="up-q-3").disabled and "the daemon has not answered yet" in shown(app)
    assert app.button(key="first-q-1").disabled  # it is first
    wish = asked(connection, intents.MOVE_QUEUED)[0]
    intents.answer(connection, wish.id, "refused", "q-2 is not in the queue any more", time.time())
    app.run()
    assert "q-2 is not in the queue any more" in shown(app)


def test_an_unclaimed_process_of_ours_can_be_watched(
    busy: dict[str, str], leave: Callable[..., None], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """One button a job, for its top process; then what was asked and the run that came of it."""
    leave(runs=(busy["resnet-aug"],))
    app = open_page("machine")
    watch = [button for button in app.button if str(button.key).startswith("watch-")]
    assert [button.key for button in watch] == ["watch-5100"]  # not the run's, not kana's, not the display's
    watch[0].click().run()
    (wish,) = asked(connection, intents.WATCH_PID)
    assert wish.detail == {"pid": 5100, "start_ticks": None} and wish.run_id is None
    assert app.button(key="watch-5100").disabled and "the daemon has not answered yet" in shown(app)
    intents.answer(connection, wish.id, "done", "watched as sweep", time.time(), busy["pong-pg-baseline"])
    app.run()
    assert "done " in shown(app) and "watched as sweep" in shown(app)
    links = [link.proto.query_string for link in app.get("page_link")]
    assert f"id={busy['pong-pg-baseline']}" in links


def test_the_start_of_the_top_process_goes_with_the_request(connection: sqlite3.Connection, open_page: Open) -> None:
    """So that another process of that number is never watched in its place."""
    now = time.time()
    journal.beat(connection, now)
    leave_machine(connection, now, sampled=[gpu(0, utilisation=50, processes=(process(77, GIB),))])
    open_page("machine").button(key="watch-77").click().run()
    assert asked(connection, intents.WATCH_PID)[0].detail == {"pid": 77, "start_ticks": 1077}


def test_processes_are_listed_under_their_runs(
    busy: dict[str, str], leave: Callable[..., None], open_page: Open
) -> None:
    """A run's tree with CPU and memory, its GPU processes where there are several, then those of no run."""
    leave(runs=(busy["resnet-aug"],))
    rows = table(open_page("machine"))
    assert [row["pid"] for row in rows] == ["9 processes", "4711", "5120", "980"]
    assert rows[0]["run"].endswith("#resnet-aug") and rows[0]["cpu"] == "312 %" and rows[0]["memory"] == "4.2 GiB"
    assert rows[0]["gpu_memory"] == "20.6 GiB" and rows[1]["user"] == "kana" and rows[1]["gpu"] == "1"


def test_disks_say_when_they_will_be_full(leave: Callable[..., None], open_page: Open, shown: Shown) -> None:
    """A bar, what is free, and the days that are left."""
    leave()
    words = "/ run folder, home, temporary files · 212 GiB free of 1.8 TiB · full in about 3 days"
    assert bars(open_page("machine"))[words] == 88


def test_history_is_drawn_for_what_there_is(
    busy: dict[str, str], leave: Callable[..., None], open_page: Open, shown: Shown
) -> None:
    """GPU charts with a line a GPU, host and disks; without a GPU the rest; without history a word."""
    leave(runs=(busy["resnet-aug"],), history=900.0)
    app = open_page("machine")
    assert len(app.get("echarts_chart")) == 8
    first = str(app.get("echarts_chart")[0].proto)
    assert all(f"GPU {index}" in first for index in range(4))
    leave(state="none")
    assert len(open_page("machine").get("echarts_chart")) == 4


def test_without_history_a_word_says_so(leave: Callable[..., None], open_page: Open, shown: Shown) -> None:
    """No empty chart."""
    leave()
    app = open_page("machine")
    assert len(app.get("echarts_chart")) == 0 and "Nothing is known of this time." in shown(app)


def test_read_only_has_no_buttons_here(
    leave: Callable[..., None], open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Queue and processes are shown and cannot be touched."""
    monkeypatch.setenv("MACHIAI_READ_ONLY", "true")
    leave(queue=QUEUE)
    app = open_page("machine")
    assert acts(app) == [] and "first-in-line" in shown(app) and "Not watched yet" in shown(app)


def test_the_page_speaks_japanese(leave: Callable[..., None], open_page: Open, shown: Shown) -> None:
    """Title, states and findings."""
    leave(state="mismatch")
    app = open_page("machine", locale="ja-JP")
    assert app.title[0].value.replace("\\", "") == "GPU を読み取れません · 要確認 1 件"
    assert "upgraded" not in shown(app)


def test_commands_and_owners_are_never_markup(connection: sqlite3.Connection, open_page: Open) -> None:
    """Whatever somebody calls a program."""
    hostile = "**x** <script>alert(1)</script> :red[hi] $x$ [a](http://example.org)"
    now = time.time()
    journal.beat(connection, now)
    one = process(77, GIB, command=hostile, user=hostile)
    queue = ({"run": "q-1", "name": hostile, "count": 1, "why": hostile},)
    leave_machine(connection, now, sampled=[gpu(0, utilisation=9, processes=(one,), name=hostile)], queue=queue)
    app = open_page("machine")
    labels = [link.proto.label for link in app.get("page_link")] + [bar.proto.text for bar in app.get("progress")]
    for text in [element.value for element in (*app.markdown, *app.caption)] + labels:
        stripped = re.sub(r"\\.", "", text)
        assert not any(mark in stripped for mark in ("**x**", "<script", ":red[hi]", "$x$", "](http")), text


def test_now_has_a_line_and_a_bar_a_gpu(
    busy: dict[str, str], leave: Callable[..., None], open_page: Open, shown: Shown
) -> None:
    """The figures and who; the heading leads to *Machine*; a running card says what its run takes."""
    leave(runs=(busy["resnet-aug"],))
    app = open_page()
    assert bars(app)["GPU 0 97 % · 20.9 / 24.0 GiB · 73 °C · 416 W · resnet-aug"] == 97
    assert "GPU 3 0 % · 0.4 / 80.0 GiB · 34 °C · 28 W · free" in bars(app)
    text = shown(app)
    assert "GPU 0 · 97 % · 20.6 GiB · CPU 312 % · 4.2 GiB" in text
    assert "GPUs" in [element.value for element in app.subheader]


def test_what_a_run_took_long_ago_is_not_said_of_now(
    busy: dict[str, str], leave: Callable[..., None], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """A reading of minutes ago does not stand on the card."""
    leave(runs=(busy["resnet-aug"],))
    with write(connection):
        connection.execute("UPDATE readings SET as_of = as_of - 120 WHERE kind = ?", (machines.USAGE,))
    assert "CPU 312 %" not in shown(open_page())


def test_a_runs_page_has_its_own_system_figures(
    busy: dict[str, str], leave: Callable[..., None], open_page: Open, shown: Shown
) -> None:
    """What it takes now in a line, and charts over its life; nothing for a run that nobody measured."""
    leave(runs=(busy["resnet-aug"],), history=900.0)
    app = open_page("run", id=busy["resnet-aug"])
    assert "GPU 0 · 97 % · 20.6 GiB · CPU 312 % · 4.2 GiB" in shown(app)
    assert "9 processes · 80 threads · reads 49.6 MiB/s · writes 1.0 MiB/s" in shown(app)
    assert len(app.get("echarts_chart")) == 5 and "System" in [element.value for element in app.subheader]
    assert "System" not in [element.value for element in open_page("run", id=busy["lm-tiny"]).subheader]


def test_only_the_newest_machine_is_shown(
    leave: Callable[..., None], connection: sqlite3.Connection, home: Path, open_page: Open
) -> None:
    """A reading under the name the machine had before does not come in between."""
    leave()
    with write(connection):
        data = {"status": "ok", "gpus": [gpu(0, utilisation=1)]}
        machines.record_reading(connection, machines.GPUS, "old", host="old", as_of=time.time() - 9000, data=data)
    assert "3 of 4" in open_page("machine").title[0].value
    assert HOST != "old"
