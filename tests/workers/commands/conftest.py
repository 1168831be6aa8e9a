"""Commands that only read and write the journal are called in the process of the tests."""

import pytest

from tests.fakes.command import Machiai

INSIDE = {
    "test_alert",
    "test_code",
    "test_conclude",
    "test_drift",
    "test_explain",
    "test_export",
    "test_note",
    "test_paper",
    "test_project",
    "test_reading",
    "test_review",
    "test_search",
    "test_session",
    "test_task",
}


@pytest.fixture(autouse=True)
def _inside(request: pytest.FixtureRequest) -> None:
    if request.module.__name__.rpartition(".")[2] in INSIDE and "machiai" in request.fixturenames:
        machiai: Machiai = request.getfixturevalue("machiai")
        machiai.inside = True
