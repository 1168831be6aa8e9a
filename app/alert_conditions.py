"""What the page *Settings* reads and changes about conditions on metrics, and when one would have fired before."""

import time
from dataclasses import dataclass

from app import reads
from store import choices, thresholds
from store.catalogue import list_runs
from store.database import write
from store.expressions import parse
from store.projects import Project, list_projects
from store.settings import Settings
from store.thresholds import Replayed, Threshold

PAST_RUNS = 20


@dataclass(frozen=True)
class Conditions:
    """The conditions that are looked for, and the projects that one can be added to, the last used first."""

    known: list[Threshold]
    projects: list[Project]


@dataclass(frozen=True)
class Trial:
    """A condition as it reads, and when it would have been told in the last runs of a project, newest first.

    ``near`` is None where the project knows the metric, else the names nearest to it.
    """

    expression: str
    metric: str
    project: Project
    found: list[Replayed]
    near: list[str] | None

    @property
    def fired(self) -> int:
        """In how many runs it would have been told."""
        return sum(one.count > 0 for one in self.found)

    @property
    def measured(self) -> int:
        """In how many runs there is such a metric."""
        return sum(one.found for one in self.found)


def read_conditions(settings: Settings) -> Conditions:
    """What is looked for, and where it can be."""
    with reads.open_journal(settings) as connection:
        projects = list_projects(connection)
        last = list_runs(connection, limit=1).runs
        latest = last[0].project_id if last else None
        return Conditions(thresholds.list_all(connection), sorted(projects, key=lambda one: one.id != latest))


def try_out(settings: Settings, text: str, project: Project) -> Trial:
    """Read a condition and look through the project's past runs. Raises ExpressionError where it cannot be read."""
    expression = parse(text)
    with reads.open_journal(settings) as connection:
        thresholds.check_direction(expression, choices.read_directions(connection, project.id))
        found = thresholds.replay(connection, expression, project.id, PAST_RUNS)
        near = thresholds.near_names(connection, project.id, expression.metric)
    return Trial(str(expression), expression.metric, project, found, near)


def add(settings: Settings, text: str, project: Project, severity: str) -> Trial:
    """Keep a condition for all runs of a project, and tell what it would have told. Raises as ``try_out`` does."""
    reads.refuse_read_only(settings)
    trial = try_out(settings, text, project)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        thresholds.add(connection, trial.expression, time.time(), project_id=project.id, severity=severity)
    return trial


def remove(settings: Settings, threshold_id: int) -> None:
    """Look for a condition no longer; one that is gone already stays gone."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        thresholds.remove(connection, threshold_id, time.time())
