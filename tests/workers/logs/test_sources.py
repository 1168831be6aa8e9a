"""Which files belong to a run: found through real processes and a real folder."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workers.logs.candidates import is_wanted, named_folders, open_files, prefix_of
from workers.logs.sources import EVENTS, TABLE, Source, SourceFinder, read_source

CSV = "epoch,loss\n1,0.5\n"
Start = Callable[[str], int]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start Python code in the folder; returns its pid once it has printed a line, and ends it with the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(code: str) -> int:
        process = subprocess.Popen(
            [sys.executable, "-c", f"{code}\nprint(flush=True)\nimport time\ntime.sleep(60)"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        process.stdout.readline()
        return process.pid

    yield begin
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def finder(**options: object) -> SourceFinder:
    """One that looks at every call, however slow the machine was at the last, and waits until it is done."""
    return SourceFinder(patience=10.0, interval=0.0, longest_rest=0.0, **options)  # type: ignore[arg-type]


def find(search: SourceFinder, run_id: str, **facts: Any) -> list[Source]:
    """Say where a run stands, and ask for its files; what no process has open is taken up at the second look."""
    search.watch(run_id, **facts)
    search.find_sources(run_id)
    return search.find_sources(run_id)


def write(path: Path, content: str = CSV, modified: float | None = None) -> str:
    """A file with that content, perhaps of an earlier time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    if modified is not None:
        os.utime(path, (modified, modified))
    return str(path)


def names(sources: list[Source]) -> list[str]:
    """The files' names, in order."""
    return sorted(os.path.basename(source.path) for source in sources)


def test_open_files(start: Start, tmp_path: Path) -> None:
    """Files that a process has open for writing are found; those it reads, and those of other names, are not."""
    write(tmp_path / "train.csv")
    pid = start(
        "a = open('metrics.jsonl', 'w'); b = open('train.csv'); c = open('model.bin', 'w'); d = open('x.csv', 'a+')"
    )
    assert open_files([pid]) == {str(tmp_path / "metrics.jsonl"), str(tmp_path / "x.csv")}
    assert open_files([2**22 + 1]) == frozenset()


def test_data_is_no_metric_file(start: Start, tmp_path: Path) -> None:
    """A table that training only reads, written before it began, is not its metric file, whatever it looks like."""
    write(tmp_path / "table.csv", modified=time.time() - 100)
    pid = start("a = open('table.csv')")
    assert find(finder(), "r", pids=[pid], cwd=str(tmp_path), started=time.time() - 10) == []


def test_open_outside(start: Start, tmp_path: Path) -> None:
    """An open event file is found wherever it lies, and so is what is written beside it."""
    outside, cwd = tmp_path / "outside", tmp_path / "cwd"
    cwd.mkdir()
    outside.mkdir()
    began = time.time()
    pid = start(f"a = open({str(outside / 'events.out.tfevents.1.host')!r}, 'wb')")
    write(outside / "progress.csv")
    found = find(finder(), "r", pids=[pid], cwd=str(cwd), started=began)
    assert {source.path: source.kind for source in found} == {
        str(outside / "events.out.tfevents.1.host"): EVENTS,
        str(outside / "progress.csv"): TABLE,
    }


def test_open_append_close(tmp_path: Path) -> None:
    """Files written below the working directory since the run began are found, without a process holding them."""
    began = time.time()
    search = finder()
    assert find(search, "r", pids=[], cwd=str(tmp_path), started=began) == []
    write(tmp_path / "runs/exp/results.csv")
    write(tmp_path / "logs/validation/events.out.tfevents.1.host.5.0.v2")
    write(tmp_path / "out/metrics.json")
    write(tmp_path / "progress.txt")
    write(tmp_path / "old.csv", modified=began - 100)
    for passed_over in (
        ".cache/a.csv",
        "venv/b.csv",
        "data/c.csv",
        "node_modules/d.csv",
        "config.json",
        "submission.csv",
    ):
        write(tmp_path / passed_over)
    found = find(search, "r", pids=[], cwd=str(tmp_path), started=began)
    assert names(found) == ["events.out.tfevents.1.host.5.0.v2", "metrics.json", "progress.txt", "results.csv"]
    assert {source.prefix for source in found} == {"", "validation/"}


def test_by_the_command_line(tmp_path: Path) -> None:
    """The folder that the command line names for output is looked through, also outside the working directory."""
    cwd, out = tmp_path / "cwd", tmp_path / "out"
    cwd.mkdir()
    began = time.time()
    write(out / "version_0/metrics.csv")
    found = find(finder(), "r", pids=[], cwd=str(cwd), started=began, argv=["train.py", "--output_dir", "../out"])
    assert names(found) == ["metrics.csv"]


@pytest.mark.parametrize(
    "words",
    [
        ["--logdir", "out"],
        ["--log_dir=out"],
        ["--output-dir=out"],
        ["output_dir=out"],
        ["hydra.run.dir=out"],
        ["--trainer.default_root_dir", "out"],
        ["--work-dir", "./out/"],
        ["--save_path=out"],
    ],
)
def test_named_folders(tmp_path: Path, words: list[str]) -> None:
    """Options for an output folder are known in their usual spellings."""
    (tmp_path / "out").mkdir()
    assert named_folders(["python", "train.py", *words], str(tmp_path)) == {str(tmp_path / "out")}


@pytest.mark.parametrize(
    "words", [["--data_dir", "out"], ["--logdir"], ["--logdir", "/"], ["--log_dir", "none"], ["out"]]
)
def test_not_named_folders(tmp_path: Path, words: list[str]) -> None:
    """Folders of data, those that are not there and those that hold everything are none of them."""
    (tmp_path / "out").mkdir()
    assert named_folders(["python", "train.py", *words], str(tmp_path)) == frozenset()


def test_appended_to(tmp_path: Path) -> None:
    """Of a file that an earlier run left, only what this one appends is read."""
    began = time.time()
    path = write(tmp_path / "metrics.csv", "epoch,loss\n1,0.5\n2,0.4\n", modified=began - 100)
    search = finder()
    assert find(search, "r", pids=[], cwd=str(tmp_path), started=began) == []
    with open(path, "a") as file:
        file.write("3,0.3\n")
    (source,) = find(search, "r", pids=[], cwd=str(tmp_path), started=began)
    (batch,) = read_source(source, {}).batches
    assert (list(batch.steps), list(batch.values)) == ([3.0], [0.3])


def test_begun_anew(tmp_path: Path) -> None:
    """A file of an earlier run that this one begins anew is read from its beginning, though it has grown longer."""
    began = time.time()
    path = tmp_path / "metrics.csv"
    write(path, "epoch,loss\n1,0.5\n2,0.4\n", modified=began - 100)
    search = finder()
    find(search, "r", pids=[], cwd=str(tmp_path), started=began)
    write(path, "epoch,loss\n1,0.9\n2,0.8\n3,0.7\n")
    (source,) = find(search, "r", pids=[], cwd=str(tmp_path), started=began)
    assert [list(batch.values) for batch in read_source(source, {}).batches] == [[0.9, 0.8, 0.7]]


def test_two_runs_in_one_folder(start: Start, tmp_path: Path) -> None:
    """Of two runs in one folder each has what it holds open; what either may have written belongs to neither."""
    began = time.time()
    one, two = start("a = open('one.csv', 'w')"), start("a = open('two.csv', 'w')")
    write(tmp_path / "either.csv")
    write(tmp_path / f"events.out.tfevents.1.host.{two}.0")
    search = finder()
    search.watch("1", pids=[one], cwd=str(tmp_path), started=began)
    search.watch("2", pids=[two], cwd=str(tmp_path), started=began)
    for run_id in ("1", "2"):
        search.find_sources(run_id)
    assert names(search.find_sources("1")) == ["one.csv"]
    assert names(search.find_sources("2")) == [f"events.out.tfevents.1.host.{two}.0", "two.csv"]


def test_another_run_has_it_open(start: Start, tmp_path: Path) -> None:
    """A file that another run's process holds open is that run's, whoever else works in the folder."""
    began = time.time()
    holder = start("a = open('held.csv', 'w')")
    search = finder()
    assert names(find(search, "holder", pids=[holder], cwd=str(tmp_path), started=began)) == ["held.csv"]
    assert find(search, "other", pids=[], cwd=str(tmp_path), started=began) == []


def test_folders_apart(tmp_path: Path) -> None:
    """Two runs in one folder that were each told an output folder of their own keep their files apart."""
    began = time.time()
    write(tmp_path / "a/metrics.csv")
    write(tmp_path / "b/metrics.csv")
    search = finder()
    for name in "ab":
        search.watch(name, pids=[], cwd=str(tmp_path), started=began, argv=["train.py", f"--log_dir={name}"])
    for name in "ab":
        search.find_sources(name)
        assert [source.path for source in search.find_sources(name)] == [str(tmp_path / name / "metrics.csv")]


def test_after_the_end(tmp_path: Path) -> None:
    """Of a run that is over, what was written between its start and its end is found, and nothing later."""
    began = time.time() - 1000
    write(tmp_path / "during.csv", modified=began + 50)
    write(tmp_path / "after.csv", modified=began + 500)
    found = find(finder(), "r", pids=[], cwd=str(tmp_path), started=began, ended=began + 100)
    assert names(found) == ["during.csv"]


def test_parts_of_a_training(tmp_path: Path) -> None:
    """Folders and names that say which part of the training a file is about stand before its series' names."""
    assert prefix_of("/x/logs/validation/events.out.tfevents.1.h.2.0.v2") == "validation/"
    assert prefix_of("/x/logs/train/events.out.tfevents.1.h.2.0.v2") == ""
    assert prefix_of("/x/eval/events.out.tfevents.1.h") == "eval/"
    assert prefix_of("/x/lightning_logs/version_0/events.out.tfevents.1.h.2.0") == ""
    assert prefix_of("/x/val_metrics.jsonl") == "val/"
    assert prefix_of("/x/metrics.csv") == ""
    assert prefix_of("/x/training_set.csv") == ""
    assert prefix_of("/x/0.monitor.csv") == ""
    assert prefix_of("/x/3.monitor.csv") == "3/"


def test_events_below_events(tmp_path: Path) -> None:
    """Writers of several curves in one chart leave a folder each: it tells the curves apart; a bare number does not."""
    began = time.time()
    write(tmp_path / "tb/events.out.tfevents.1.h.2.0")
    write(tmp_path / "tb/loss_val/events.out.tfevents.1.h.2.1")
    write(tmp_path / "tb/1700000000.25/events.out.tfevents.1.h.2.2")
    found = find(finder(), "r", pids=[], cwd=str(tmp_path), started=began)
    assert sorted(source.prefix for source in found) == ["", "", "loss_val/"]


def test_wanted_names() -> None:
    """Names of metric files are told from those of data, settings, predictions and other ranks."""
    wanted = """events.out.tfevents.1668394608.host.19599.0 progress.csv results.csv 0.monitor.csv metrics.json
    None.log.json 20220612_101112.log.json scalars.json trainer_log.jsonl progress.txt log log.txt result.json
    trainer_state.json train_metrics.jsonl loss.tsv"""
    passed = """events.out.tfevents.1.host.profile-empty config.json submission.csv predictions.csv hparams.csv
    train.py model.bin dataset.csv vocab.tsv metrics_rank1.jsonl generated.jsonl samples.csv package.json log.py"""
    assert [name for name in wanted.split() if not is_wanted(name)] == []
    assert [name for name in passed.split() if is_wanted(name)] == []


def test_folders_of_many_files(tmp_path: Path) -> None:
    """A folder with thousands of files is passed over, and so is a symbolic link."""
    began = time.time()
    (tmp_path / "many").mkdir()
    for number in range(2100):
        (tmp_path / "many" / f"{number}.csv").touch()
    (tmp_path / "out").mkdir()
    write(tmp_path / "out/metrics.csv")
    (tmp_path / "link").symlink_to(tmp_path / "out")
    (tmp_path / "metrics_link.csv").symlink_to(tmp_path / "out/metrics.csv")
    found = find(finder(), "r", pids=[], cwd=str(tmp_path), started=began)
    assert [source.path for source in found] == [str(tmp_path / "out/metrics.csv")]


def test_found_later(tmp_path: Path, wait_for: Callable[..., None]) -> None:
    """Folders and files that appear while the run goes on are found at a later look."""
    began, search = time.time(), finder()
    for number in range(3):
        write(tmp_path / f"a/b{number}/metrics{number}.csv")
        wait_for(
            lambda number=number: len(find(search, "r", pids=[], cwd=str(tmp_path), started=began)) == number + 1,
            "a later look",
        )


def test_spared_folders(tmp_path: Path) -> None:
    """Machiai's own folder, where it lies below the working directory, is not looked through."""
    began = time.time()
    write(tmp_path / "home/runs/x/metrics.jsonl")
    search = finder(spare=[str(tmp_path / "home")])
    assert find(search, "r", pids=[], cwd=str(tmp_path), started=began) == []


def test_looks_now_and_then(tmp_path: Path) -> None:
    """Between two looks a call returns what is known; the end of a run is looked at once more."""
    began = time.time()
    search = SourceFinder(patience=10.0, interval=3600.0)
    assert find(search, "r", pids=[], cwd=str(tmp_path), started=began) == []
    write(tmp_path / "metrics.csv")
    assert find(search, "r", pids=[], cwd=str(tmp_path), started=began) == []
    assert names(find(search, "r", pids=[], cwd=str(tmp_path), started=began, ended=time.time())) == ["metrics.csv"]


def test_a_fifo_is_not_read(tmp_path: Path) -> None:
    """Reading a source that has become a pipe does not hang."""
    os.mkfifo(tmp_path / "metrics.csv")
    assert read_source(Source(str(tmp_path / "metrics.csv"), TABLE), {}).batches == []
    assert read_source(Source(str(tmp_path / "metrics.csv"), EVENTS), {}).batches == []


def test_files_nobody_has_open_wait_for_the_second_look(tmp_path: Path) -> None:
    """A run that was launched beside this one a moment ago is known by then, and may be the one that wrote it."""
    began = time.time()
    write(tmp_path / "metrics.csv")
    search = finder()
    search.watch("1", pids=[], cwd=str(tmp_path), started=began - 5)
    assert search.find_sources("1") == []
    assert names(search.find_sources("1")) == ["metrics.csv"]
