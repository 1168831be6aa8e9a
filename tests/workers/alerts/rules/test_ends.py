"""Which ends of a run deserve an alert."""

from dataclasses import replace

import pytest

from store.alert_rules import ENDS
from store.preferences import AlertPreferences
from store.runs import STATES
from tests.workers.alerts.test_messages import RUN
from workers.alerts.rules.ends import alert_kind


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("queued", None),
        ("running", None),
        ("finished", "finished"),
        ("failed", "crashed"),
        ("stopped", None),
        ("killed", "killed"),
        ("lost", "lost"),
    ],
)
def test_alert_kind(state, kind):
    """Every end that the user did not bring about is told; nothing else is."""
    assert alert_kind(replace(RUN, state=state)) == kind


def test_all_ends_are_urgent():
    """Every kind that a state calls for is one of the rules' ends, and told at once unless somebody chose otherwise."""
    kinds = {alert_kind(replace(RUN, state=state)) for state in STATES} - {None}
    assert kinds == set(ENDS)
    assert {AlertPreferences().severity(kind) for kind in kinds if kind} == {"now"}
