"""`kill -9` of the alerts' engine at random moments: each alert is there once, and what is remembered fits it."""

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from store import deliveries, rule_states, thresholds
from store.database import write
from tests.conftest import ROOT, python
from tests.workers.alerts.lab import Lab
from workers.alerts.watch import FLAGS

# Looks without a pause; a run is stalled as soon as its number is below that in the file.
ENGINE = """
import sys
from pathlib import Path
from store.alert_rules import RULES
from store.database import open_journal
from store.settings import Settings
from workers.alerts.asking import Asking
from workers.alerts.judgement import Judgement
from workers.alerts.watch import AlertWatch

home, told = Path(sys.argv[1]), Path(sys.argv[2])
journal = open_journal(home / "journal.db")
def judge(sight, sensitivity):
    begun = int(sight.run.name.rpartition("-")[2]) < int(told.read_text() or 0)
    return Judgement("stalled", begun, {"how": "silence", "silence": 700.0}, run_id=sight.run.id, attempt=1)
asking = Asking(journal, run_rules={"stalled": judge}, machine_rules={})
watch = AlertWatch(journal, Settings(home=home, secrets=home / "none"), asking=asking)
print("looking", flush=True)
while True:
    watch.tick()
"""
RUNS, KILLS = 30, 12


def end(engine: "subprocess.Popen[bytes]") -> None:
    """Kill it."""
    engine.send_signal(signal.SIGKILL)
    engine.communicate()


def start(home: Path, told: Path) -> "subprocess.Popen[bytes]":
    """An engine in a process of its own, that looks already."""
    engine = subprocess.Popen(python(ENGINE, str(home), str(told)), cwd=ROOT, stdout=subprocess.PIPE)
    assert engine.stdout
    assert engine.stdout.readline() == b"looking\n"
    return engine


def test_killed_at_any_moment(journal: sqlite3.Connection, tmp_path: Path, wait_for: Callable[..., None]) -> None:
    """Each cause is told once, each run has its flag, each condition came true once, and each state knows its alert."""
    lab = Lab(journal, tmp_path)
    lab.wall = time.time() - 3600.0
    chance = random.Random(7)
    made = [lab.launch(f"resnet-{number}") for number in range(RUNS)]
    with write(journal):
        project = lab.run(made[0]).project_id
        mine = thresholds.add(journal, "val_acc > 0.9", lab.wall - 1, project_id=project)
    lab.wall = time.time()
    told = tmp_path / "told"
    told.write_text("0")
    engine = start(tmp_path, told)
    try:
        for kill in range(KILLS):
            for number in range(kill * RUNS // KILLS, (kill + 1) * RUNS // KILLS):
                lab.measure(made[number], "val_acc", [0.5, 0.95, 0.6])
            fresh = told.with_suffix(".new")
            fresh.write_text(str((kill + 1) * RUNS // KILLS))
            os.replace(fresh, told)
            time.sleep(chance.uniform(0.0, 0.03))
            end(engine)
            engine = start(tmp_path, told)
        wait_for(lambda: len(lab.alerts("stalled")) >= RUNS, "every alert")
        wait_for(lambda: len(lab.alerts("threshold")) >= RUNS, "every condition")
    finally:
        end(engine)
    stalled, fired = lab.alerts("stalled"), lab.alerts("threshold")
    assert sorted(str(one.run_id) for one in stalled) == sorted(made)
    assert sorted((str(one.run_id), one.facts["id"], one.count) for one in fired) == sorted(
        (run, mine, 1) for run in made
    )
    assert {one.count for one in stalled} == {1}
    ways = deliveries.deliveries_of(journal, [one.id for one in (*stalled, *fired)])
    assert {len(some) for some in ways.values()} == {1}
    assert all(FLAGS[0] in lab.run(run).health for run in made)
    states = {one.subject: one.data for one in rule_states.read(journal, "stalled")}
    assert {subject: data["alert"] for subject, data in states.items()} == {
        f"run:{one.run_id}/1": one.id for one in stalled
    }
