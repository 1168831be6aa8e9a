"""What `machiai review` tells of a life that has been lived until now."""

import contextlib
import json
import time
from zoneinfo import ZoneInfo

import pytest

from store.database import open_journal
from store.settings import Settings
from tests.fakes.command import Machiai
from tests.life.account import count_week
from tests.life.differences import differences
from tests.life.rows import write_rows
from tests.life.years import DAY, live
from tests.life.zones import weeks_of


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/New_York"])
def test_for_scripts(zone: str, machiai: Machiai, settings: Settings) -> None:
    """Every figure that it prints for a zone is that of the account."""
    machiai.inside = True
    now = time.time() // 1
    begin = (now // DAY - 28) * DAY
    life = live(9, begin, 4)
    with contextlib.closing(open_journal(settings.journal)) as journal:
        write_rows(journal, life.rows, life.holds, now)
    name, first, last = next(one for one in weeks_of(begin, now, zone, "mon") if one[1] > begin)
    assert last < now
    done = machiai.call("review", "--week", name, "--zone", zone, "--json")
    assert done.returncode == 0, done.stderr
    known = {"week": name, "zone": ZoneInfo(zone).key, **count_week(life, first, last, now)}
    assert known["runs"]["at_work"] > 0
    assert differences(known, json.loads(done.stdout)) == []
