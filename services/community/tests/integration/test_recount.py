"""Counters are what the rows behind them say, and a counter that is not is found."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common.database import Database
from vireo_community.storage.recount import Difference, Kind, Recount
from vireo_community.storage.views import ViewTables
from vireo_testing.mariadb import TestDatabase


@pytest.fixture
def recount(community_database: Database) -> Recount:
    return Recount(community_database)


@pytest.fixture
def seen(http: FlaskClient, stage: Any, token: Any) -> tuple[int, int]:
    """Three views and a follower; the ids of the channel and its video."""
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    made = stage.video(ada)
    for number in range(3):
        body = {"position": 1, "watched": 12, "session": "s"}
        head = {"X-Real-IP": f"198.51.100.{number}"}
        assert http.put(f"/v/{made}/position", json=body, headers=head).status_code == 200
    assert http.put("/channel/Ada/subscription", headers=token(bob)).status_code == 200
    ((video_id,),) = stage.database.query("SELECT VideoID FROM Videos")
    return ada, int(video_id)


def test_they_agree_also_after_the_log_was_folded(
    recount: Recount, seen: Any, clean_tables: TestDatabase, community_database: Database
) -> None:
    assert list(recount.differences()) == []
    clean_tables.query("UPDATE ViewLog SET At = At - INTERVAL 91 DAY ORDER BY ViewID LIMIT 2")
    ViewTables(community_database).fold(90)
    assert clean_tables.query("SELECT COUNT(*) FROM ViewLog") == ((1,),)
    assert list(recount.differences()) == []


def test_each_difference_is_found_and_repaired(
    recount: Recount, seen: tuple[int, int], clean_tables: TestDatabase
) -> None:
    channel, video = seen
    clean_tables.query("UPDATE VideoCounters SET Views = 7")
    clean_tables.query("UPDATE ChannelCounters SET Subscribers = 0")
    clean_tables.query("INSERT INTO ViewBase (VideoID, Views) VALUES (%s, 5)", (video + 10_000,))
    found = list(recount.differences())
    assert found == [
        Difference(Kind.VIEWS, video, 7, 3),
        Difference(Kind.VIEWS, video + 10_000, 0, 5),
        Difference(Kind.SUBSCRIBERS, channel, 0, 1),
        Difference(Kind.CHANNEL_VIEWS, channel, 3, 7),
    ]
    for each in found:
        recount.repair(each)
    assert list(recount.differences()) == []
    assert clean_tables.query("SELECT Views, Subscribers FROM ChannelCounters") == ((3, 1),)


def test_the_command(seen: tuple[int, int], clean_tables: TestDatabase) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        environment = {
            **clean_tables.environment(),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if Path(path).is_dir()),
        }
        done = subprocess.run(
            [sys.executable, "-m", "vireo_community", "recount", *arguments],
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stdout

    assert run() == (0, "0 counters differ.\n")
    clean_tables.query("UPDATE VideoCounters SET Views = 4")
    status, said = run()
    assert status == 1
    assert f"views of {seen[1]}: 4, by its rows 3\n" in said
    assert run("--repair")[0] == 1
    assert run() == (0, "0 counters differ.\n")
