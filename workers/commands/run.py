"""`machiai run` and `machiai demo`: launch a command and watch it."""

import importlib.util
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import click

from store import expressions
from store.durations import spell
from store.errors import ExpressionError, LaunchError, SettingsError
from store.settings import Settings, load
from workers import address, lock
from workers.commands import say
from workers.runs import gpu_choice, launcher, rundir, viewer

_DEMO = Path(__file__).resolve().parents[1] / "demo" / "pong.py"


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--name", help="Name of the run; by default its script's.")
@click.option("--project", help="Project; by default the git repository, or the folder.")
@click.option("--hypothesis", metavar="TEXT", help="What this run shall show.")
@click.option("--expect", "expected", metavar="TEXT", help="The effect you expect, in a number if you can.")
@click.option("--if-success", metavar="TEXT", help="What to do when it finishes; pushed with the news.")
@click.option("--if-failure", metavar="TEXT", help="What to do when it crashes; pushed with the news.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A word to find it by; may be repeated.")
@click.option("--alert", "alerts", multiple=True, metavar="CONDITION", help="Tell when it comes true; may be repeated.")
@click.option("--tty", is_flag=True, help="Give the command a terminal of its own, for one that asks questions.")
@click.option("--gpus", type=int, metavar="N", help="Take N GPUs that are free, and let the command see those alone.")
@click.option("--wait", is_flag=True, help="Where fewer are free: wait for them in the queue.")
@click.option("--detach", "-d", is_flag=True, help="Return at once and print the run's id.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(
    name: str | None,
    project: str | None,
    hypothesis: str | None,
    expected: str | None,
    if_success: str | None,
    if_failure: str | None,
    tags: tuple[str, ...],
    alerts: tuple[str, ...],
    tty: bool,
    gpus: int | None,
    wait: bool,
    detach: bool,
    command: tuple[str, ...],
) -> int:
    """Run COMMAND under watch: `machiai run -- python train.py --lr 3e-4`.

    The command writes straight into the run's log; closing this terminal, or anything of Machiai dying, leaves
    it alone. Ctrl-C is forwarded (twice SIGTERM, three times SIGKILL). The exit code is the command's own, 128 + n
    for a signal; 125, 126 and 127 when it could not be started.

    --gpus takes GPUs that no other run has and nobody computes on, out of those in your CUDA_VISIBLE_DEVICES. With
    --wait the run starts when there are enough, in order of asking: one that wants fewer never overtakes one that
    waits for more. Ctrl-C takes it out of the queue; closing the terminal leaves it there. `machiai queue` shows it.

    --alert tells when a condition on a metric comes true: 'val_acc > 0.9', 'loss[50].mean > 3', 'loss is nan',
    'reward best'; `machiai alert --help` has more.
    """
    plan = launcher.Plan(
        name, project, hypothesis, if_success, if_failure, tags, alerts=read_conditions(alerts), expected=expected
    )
    return start(command, plan, tty=tty, detach=detach, gpus=gpus, wait=wait)


@click.command()
@click.option("--crash", is_flag=True, help="Let it run out of memory half-way.")
@click.option("--detach", "-d", is_flag=True, help="Return at once and print the run's id.")
def demo(crash: bool, detach: bool) -> int:
    """Train a two-layer network to play a tiny Pong, under watch: about two minutes on one CPU core."""
    require_torch()
    plan = launcher.Plan(
        name="demo-pong-crash" if crash else "demo-pong",
        project="demo",
        hypothesis="policy gradient learns to win rallies from pixels alone",
        if_success="look at the learning curve, then run your own: machiai run -- python train.py",
        if_failure="read the cause and the last lines; halve the batch",
        tags=("demo",),
    )
    command = (sys.executable, "-u", str(_DEMO), *(("--crash",) if crash else ()))
    return start(command, plan, tty=False, detach=detach)


def require_torch(find: Callable[[str], object] = importlib.util.find_spec) -> None:
    """LaunchError where PyTorch was left out of the installation: the demo would only crash."""
    if find("torch") is None:
        raise LaunchError("the demo needs PyTorch, which was left out; `python3 -m app --with-torch` adds it")


def read_conditions(alerts: tuple[str, ...]) -> tuple[str, ...]:
    """Conditions as they are kept; LaunchError for one that cannot be read: a typing error costs no run."""
    if not alerts:
        return ()
    from store.thresholds import check_direction

    try:
        read = [expressions.parse(text) for text in alerts]
        for one in read:
            check_direction(one, {})
    except ExpressionError as error:
        raise LaunchError(f"--alert: {error}\nNothing was started") from error
    return tuple(dict.fromkeys(map(str, read)))


def start(
    command: tuple[str, ...],
    plan: launcher.Plan,
    *,
    tty: bool,
    detach: bool,
    gpus: int | None = None,
    wait: bool = False,
) -> int:
    """Launch ``command`` and, unless detached, stay with it to its end; the exit code for the shell."""
    if gpus is not None and gpus < 1:
        raise LaunchError(
            f"--gpus {gpus} asks for no GPU; to hide them all from the command: CUDA_VISIBLE_DEVICES= machiai run …. "
            "Nothing was started"
        )
    if wait and gpus is None:
        raise LaunchError("--wait waits for GPUs: say for how many, as in --gpus 1 --wait. Nothing was started")
    try:
        settings = load()
    except SettingsError as error:
        raise LaunchError(f"{error}. Nothing was started") from error
    if tty and not (os.isatty(0) and os.isatty(1)):
        raise LaunchError("--tty needs a terminal on both sides; leave it out here")
    terminal = None
    if not detach and os.isatty(1):
        size = os.get_terminal_size(1)
        terminal = launcher.Terminal(size.lines, size.columns, tty)
    # Ctrl-C waits until the viewer can forward it: a run must not start behind the back of a user who gave up.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    launched = launcher.launch(command, plan, settings, terminal=terminal, pass_input=not detach, gpus=gpus, wait=wait)
    if launched.failure:
        say(f"{launched.failure}; the run is kept as {launched.id}")
        launched.supervisor.wait()
        return launched.exit_code or 127
    say(_opening(launched, settings))
    if detach:
        if launched.waiting:
            say(gpu_choice.spell_wait(launched.waiting))
        click.echo(launched.id)
        return 0
    return _watch(launched)


def _opening(launched: launcher.Launched, settings: Settings) -> str:
    line = f"{launched.name} · {launched.id} · {address.find(settings)}/run?id={launched.id}"
    if lock.holder(settings.home) is None:
        line += " · no daemon is running: alerts wait for `machiai up`"
    if launched.gpus:
        line += f"\nmachiai: on GPU {', '.join(str(gpu['index']) for gpu in launched.gpus)}"
    return line


def _watch(launched: launcher.Launched) -> int:
    watching = viewer.Viewer(launched.folder, launched.name, 1, say)
    try:
        code = watching.follow()
    except BrokenPipeError:
        say(f"nobody reads this output any more; the run goes on: machiai log -f {launched.id}")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141
    except OSError as error:
        say(f"cannot write the output: {error.strerror}; the run goes on: machiai log -f {launched.id}")
        return viewer.UNKNOWN_EXIT
    if (launched.folder / rundir.EXIT).exists():
        launched.supervisor.wait()
    say(_closing(launched))
    return code


def _closing(launched: launcher.Launched) -> str:
    """The last line: how it ended, as the exit record has it. The daemon's verdict may add the cause."""
    from workers.evidence import judge_folder

    verdict = judge_folder(launched.directory)
    took = spell(verdict.seconds)
    if verdict.state == "finished":
        return f"✔ finished in {took} — {launched.name}"
    if verdict.state == "stopped" and verdict.started is None:
        return f"■ {verdict.cause} — {launched.name}"
    if verdict.state == "stopped":
        return f"■ stopped after {took} — {launched.name}"
    if verdict.certainty == "inferred":
        return f"? {verdict.state}, as far as can be told: {verdict.cause or 'see its log'} — {launched.name}"
    return (
        f"✖ {'crashed' if verdict.state == 'failed' else verdict.state} after {took}: {verdict.cause} — {launched.name}"
    )
