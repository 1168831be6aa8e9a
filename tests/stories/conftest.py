"""A world with a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.pushbullet_server import PushbulletServer
from tests.stories.world import World


@pytest.fixture
def server() -> Iterator[PushbulletServer]:
    with PushbulletServer() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, server: PushbulletServer) -> Iterator[World]:
    made = World(tmp_path, server)
    yield made
    made.close()
