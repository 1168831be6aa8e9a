"""The `machiai` command. Each subcommand lives in a module of ``workers/commands``, loaded when it is called."""

import importlib
import os
import signal
import sys

import click

from store.errors import LaunchError, MachiaiError
from workers.commands import say

COMMANDS = {
    "up": ("workers.commands.services", "start daemon and dashboard"),
    "daemon": ("workers.commands.services", "watch the runs and send the alerts"),
    "service": ("workers.commands.services", "keep the daemon alive over logout and reboot"),
    "run": ("workers.commands.run", "run a command under watch"),
    "watch": ("workers.commands.watch", "watch a job that is running already"),
    "demo": ("workers.commands.run", "run a small real training, to see what Machiai does"),
    "ls": ("workers.commands.reading", "list runs"),
    "show": ("workers.commands.reading", "show all that is known of a run"),
    "log": ("workers.commands.reading", "print or follow a run's log"),
    "stop": ("workers.commands.stop", "stop a run"),
    "conclude": ("workers.commands.conclude", "write down what a run showed"),
    "queue": ("workers.commands.queue", "show or reorder the runs that wait for GPUs"),
    "export": ("workers.commands.export", "write a run's metrics as CSV or Parquet"),
    "gpus": ("workers.commands.gpus", "show the GPUs and who is on them"),
    "alert": ("workers.commands.alert", "be told when a metric does what you wait for"),
    "task": ("workers.commands.task", "keep what there is to do"),
    "project": ("workers.commands.project", "keep the projects that runs and tasks belong to"),
    "paper": ("workers.commands.paper", "follow arXiv, sort out what it finds, and read"),
    "session": ("workers.commands.session", "time a block of your own work; ask what to do now"),
    "note": ("workers.commands.note", "write a line into the journal"),
    "search": ("workers.commands.search", "find anything written, run or logged"),
    "review": ("workers.commands.review", "look back on a week, or on what was read"),
    "drift": ("workers.commands.drift", "show how the code has changed since a run began"),
    "code": ("workers.commands.code", "get the exact code of a run, or compare two"),
    "notify": ("workers.commands.notify", "push a message to the phone, or set that up"),
    "doctor": ("workers.commands.doctor", "check that everything is in order"),
}


class Commands(click.Group):
    """Loads a subcommand's module only when it is called: `machiai run` must start at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All subcommands, in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        found: click.Command = getattr(module, cmd_name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help text, without loading any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option("0.1.0", prog_name="machiai")
def machiai() -> None:
    """Machiai watches deep-learning training and tells your phone when it ends.

    Begin with `machiai run -- python train.py`.
    """


def main() -> None:
    """Run the command line of this process."""
    _mend_inheritance()
    sys.exit(call())


def call(arguments: list[str] | None = None) -> int:
    """Carry out a command line, this process's own by default, and return its exit code; errors of ours are one line
    on stderr."""
    try:
        code = machiai.main(arguments, standalone_mode=False, prog_name="machiai")
    except MachiaiError as error:
        say(str(error))
        code = error.exit_code if isinstance(error, LaunchError) else 1
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        code = 130
    except BrokenPipeError:
        sys.stderr.close()
        code = 141
    return code if isinstance(code, int) else 0


def _mend_inheritance() -> None:
    """Undo what a careless parent leaves us: closed standard streams, whose numbers our own files would then get,
    and SIGCHLD ignored, which hides how children end."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


if __name__ == "__main__":
    main()
