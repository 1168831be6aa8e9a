"""The subcommands of `machiai`, a module a verb."""

import click


def say(text: str) -> None:
    """A line to the user, beside the output of whatever runs."""
    click.echo(f"machiai: {text}", err=True)
