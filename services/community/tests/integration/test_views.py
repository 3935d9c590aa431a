"""Views: what counts and what does not, over HTTP on a real MariaDB."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common.database import Database
from vireo_community.core.viewers import Viewers
from vireo_community.core.views import Views
from vireo_community.storage.history import HistoryTable
from vireo_community.storage.videos import VideoTable
from vireo_community.storage.view_keys import ViewKeyTable
from vireo_community.storage.views import ViewTables
from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase

CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
OUTCOMES = "SELECT Outcome, COUNT(*) FROM ViewLog GROUP BY Outcome ORDER BY Outcome"

Watch = Callable[..., Any]


@pytest.fixture
def watch(http: FlaskClient) -> Watch:
    """``watch(hash, 10, session=..., address=..., agent=..., headers=token)``."""

    def call(
        made: str,
        watched: float,
        *,
        session: str = "one",
        address: str = "198.51.100.7",
        agent: str = "Mozilla/5.0 Firefox",
        headers: Any = None,
    ) -> Any:
        return outcome(
            http.put(
                f"/v/{made}/position",
                json={"position": 12.5, "watched": watched, "session": session},
                headers={"X-Real-IP": address, "User-Agent": agent, **(headers or {})},
            )
        )

    return call


@pytest.fixture
def views(clean_tables: TestDatabase) -> Callable[[str], int]:
    """The counter of a video, which equals its rows and its channel's counter."""

    def count(made: str) -> int:
        ((counted, logged, channels),) = clean_tables.query(
            "SELECT COALESCE(k.Views, 0), (SELECT COUNT(*) FROM ViewLog l WHERE"
            " l.VideoID = v.VideoID AND l.Outcome = 'counted'), COALESCE(o.Views, 0)"
            " FROM Videos v LEFT JOIN VideoCounters k USING (VideoID)"
            " LEFT JOIN ChannelCounters o USING (ChannelID) WHERE v.PathHash = %s",
            (made,),
        )
        assert counted == logged == channels
        return int(counted)

    return count


@pytest.fixture
def made(stage: Any) -> str:
    return str(stage.video(stage.channel("Ada")))


def outcomes(database: TestDatabase) -> dict[str, int]:
    return {str(name): int(count) for name, count in database.query(OUTCOMES)}


def pass_time(database: TestDatabase, seconds: float) -> None:
    """As if the last calls had been so much earlier."""
    for table, column in (
        ("ViewSessions", "LastAt"),
        ("ViewMarks", "At"),
        ("ViewBudgets", "Since"),
        ("ViewLog", "At"),
    ):
        database.query(
            f"UPDATE {table} SET {column} = {column} - INTERVAL %s MICROSECOND",
            (round(seconds * 1e6),),
        )


def test_ten_seconds_count_once_in_six_hours(
    watch: Watch, views: Any, made: str, clean_tables: TestDatabase
) -> None:
    assert watch(made, 9.9) == (200, "")
    assert views(made) == 0
    pass_time(clean_tables, 10)
    assert watch(made, 5) == (200, "")
    assert views(made) == 1
    for session in ("one", "two", "three"):
        watch(made, 15, session=session)
    assert views(made) == 1
    assert outcomes(clean_tables) == {"again": 1, "counted": 1}
    pass_time(clean_tables, 6 * 3600)
    watch(made, 15, session="four")
    assert views(made) == 2


def test_half_of_a_short_video_is_enough(
    watch: Watch, views: Any, made: str, clean_tables: TestDatabase
) -> None:
    clean_tables.query("UPDATE Videos SET Duration = 4")
    watch(made, 1.9)
    assert views(made) == 0
    watch(made, 0.5)
    assert views(made) == 1


def test_viewers_are_accounts_or_addresses_with_browsers(
    watch: Watch, views: Any, made: str, stage: Any, token: Any
) -> None:
    bob, cleo = token(stage.channel("Bob")), token(stage.channel("Cleo"))
    for _ in range(2):
        watch(made, 10, session="a")
        watch(made, 10, session="b", agent="Mozilla/5.0 Chrome")
        watch(made, 10, session="c", address="198.51.100.8")
        watch(made, 10, session="d", headers=bob)
        watch(made, 10, session="e", headers=cleo)
        # Another address of the same /64 network.
        watch(made, 10, session="f", address="2001:db8::1")
        watch(made, 10, session="g", address="2001:db8::2:3")
        # An account is the same viewer everywhere.
        watch(made, 10, session="h", headers=bob, address="198.51.100.9")
    assert views(made) == 6


def test_what_does_not_count_is_logged_once_with_the_reason(
    watch: Watch, views: Any, made: str, token: Any, clean_tables: TestDatabase
) -> None:
    ((ada,),) = clean_tables.query("SELECT ChannelID FROM Channels")
    for session in ("x", "y", "z"):
        watch(made, 15, session=session, headers=token(ada))
        watch(made, 15, session=session, agent=CRAWLER)
    assert views(made) == 0
    assert outcomes(clean_tables) == {"own": 1, "robot": 1}


def test_a_client_can_not_claim_more_than_the_time_that_has_passed(
    watch: Watch, views: Any, made: str, clean_tables: TestDatabase
) -> None:
    watch(made, 1)
    for _ in range(20):
        watch(made, 1e6)
    ((seconds,),) = clean_tables.query("SELECT Seconds FROM ViewSessions")
    assert 10 <= seconds < 21, "15 s for all calls together, and the time that has passed"
    assert views(made) == 1


def test_slack_comes_back_with_time_and_never_grows(
    watch: Watch, made: str, clean_tables: TestDatabase
) -> None:
    watch(made, 0)
    pass_time(clean_tables, 3600)
    watch(made, 0)
    watch(made, 1e6)
    ((seconds,),) = clean_tables.query("SELECT Seconds FROM ViewSessions")
    assert 15 <= seconds < 18


def test_a_clock_that_goes_back_takes_nothing(
    watch: Watch, made: str, clean_tables: TestDatabase
) -> None:
    watch(made, 5)
    pass_time(clean_tables, -60)
    watch(made, 5)
    ((seconds,),) = clean_tables.query("SELECT Seconds FROM ViewSessions")
    assert seconds == 10


@pytest.mark.parametrize(
    "given",
    [
        {"watched": -1},
        {"position": -0.1},
        {"watched": 1e7},
        {"watched": "10"},
        {"watched": True},
        {"position": None},
        {"session": ""},
        {"session": "x" * 101},
        {"session": 7},
    ],
)
def test_what_can_not_be(http: FlaskClient, made: str, given: dict[str, Any]) -> None:
    body = {"position": 1, "watched": 1, "session": "s", **given}
    answer = http.put(f"/v/{made}/position", json=body)
    assert outcome(answer) == (400, "invalid_body")
    assert set(answer.json["response"]["fields"]) == set(given)


def test_a_video_that_one_may_not_see_has_no_views(
    watch: Watch, stage: Any, token: Any, clean_tables: TestDatabase
) -> None:
    ada = stage.channel("Ada")
    waiting = stage.video(ada, state="waiting")
    assert watch(waiting, 10) == (404, "not_found")
    assert watch("nothing", 10) == (404, "not_found")
    assert watch("a b", 10) == (404, "not_found")
    assert watch(waiting, 10, headers={"Authorization": "nonsense"}) == (400, "token_invalid")
    assert watch(waiting, 10, headers=token(ada)) == (200, "")
    assert outcomes(clean_tables) == {"own": 1}


def test_tabs_and_threads_at_once_are_one_view(
    make_app: Any, views: Any, made: str, clean_tables: TestDatabase
) -> None:
    apps = [make_app("community") for _ in range(2)]
    barrier = threading.Barrier(12)
    found: list[int] = []

    def tab(number: int) -> None:
        with apps[number % 2].test_client() as client:
            barrier.wait(10)
            answer = client.put(
                f"/v/{made}/position",
                json={"position": 1, "watched": 15, "session": f"tab {number % 6}"},
                headers={"X-Real-IP": "198.51.100.7"},
            )
            found.append(answer.status_code)

    threads = [threading.Thread(target=tab, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [200] * 12
    assert views(made) == 1
    assert clean_tables.query("SELECT COUNT(*) FROM ViewSessions") == ((6,),)


def test_many_viewers_at_once_are_all_counted(make_app: Any, views: Any, made: str) -> None:
    apps = [make_app("community") for _ in range(2)]
    barrier = threading.Barrier(16)

    def viewer(number: int) -> None:
        with apps[number % 2].test_client() as client:
            barrier.wait(10)
            for turn in range(5):
                client.put(
                    f"/v/{made}/position",
                    json={"position": 1, "watched": 15, "session": "s"},
                    headers={"X-Real-IP": f"198.51.{number}.{turn}"},
                )

    threads = [threading.Thread(target=viewer, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert views(made) == 80


def test_sessions_of_one_source_are_bounded(
    watch: Watch, views: Any, made: str, clean_tables: TestDatabase
) -> None:
    watch(made, 0, session="first")
    clean_tables.query("UPDATE ViewBudgets SET Used = 10000 WHERE VideoID = 0")
    assert watch(made, 15, session="second") == (200, "")
    assert views(made) == 0
    assert clean_tables.query("SELECT COUNT(*) FROM ViewSessions") == ((1,),)
    pass_time(clean_tables, 10)
    watch(made, 10, session="first")
    assert views(made) == 1, "what has begun goes on"
    pass_time(clean_tables, 6 * 3600)
    watch(made, 15, session="third")
    assert views(made) == 2
    (used,) = clean_tables.query("SELECT Used FROM ViewBudgets WHERE VideoID = 0")
    assert used == (1,), "a window later it begins anew"


def test_an_address_that_changes_its_browser_all_the_time_is_bounded(
    watch: Watch, views: Any, made: str, stage: Any, token: Any, clean_tables: TestDatabase
) -> None:
    watch(made, 10, agent="browser 1")
    clean_tables.query("UPDATE ViewBudgets SET Used = 1000 WHERE VideoID > 0")
    watch(made, 10, agent="browser 1", session="two")
    for session in ("a", "b"):
        watch(made, 10, agent="browser 2", session=session)
    assert views(made) == 1
    assert outcomes(clean_tables) == {"again": 1, "counted": 1, "crowd": 1}
    watch(made, 10, headers=token(stage.channel("Bob")))
    assert views(made) == 2, "accounts are bounded by themselves"


def test_no_row_has_an_address_and_sweeps_leave_none(
    watch: Watch, made: str, clean_tables: TestDatabase, community_database: Database
) -> None:
    watch(made, 10)
    tables = ViewTables(community_database)
    for table in ("ViewSessions", "ViewMarks", "ViewBudgets", "ViewLog"):
        rows = repr(clean_tables.query(f"SELECT * FROM {table}"))
        assert "198.51" not in rows
        assert "Firefox" not in rows
    tables.sweep()
    assert clean_tables.query("SELECT COUNT(*) FROM ViewSessions") == ((1,),)
    pass_time(clean_tables, 6 * 3600 + 1)
    tables.sweep()
    for table in ("ViewSessions", "ViewMarks", "ViewBudgets"):
        assert clean_tables.query(f"SELECT * FROM {table}") == ()


def test_old_rows_are_folded_into_the_base(
    watch: Watch, made: str, clean_tables: TestDatabase, community_database: Database
) -> None:
    tables = ViewTables(community_database)
    watch(made, 10)
    watch(made, 10, session="again")
    pass_time(clean_tables, 91 * 86_400)
    watch(made, 10, session="new")
    tables.fold(90)
    assert outcomes(clean_tables) == {"counted": 1}
    assert clean_tables.query("SELECT Views FROM ViewBase") == ((1,),)
    assert clean_tables.query("SELECT Views FROM VideoCounters") == ((2,),)
    tables.fold(90)
    assert clean_tables.query("SELECT Views FROM ViewBase") == ((1,),)


def test_midnight_counts_nobody_twice(
    clean_tables: TestDatabase, community_database: Database, stage: Any, views: Any
) -> None:
    made = stage.video(stage.channel("Ada"))
    evening = dt.datetime(2026, 3, 1, 23, tzinfo=dt.UTC)
    rules = Views(
        ViewTables(community_database),
        HistoryTable(community_database),
        VideoTable(community_database),
    )
    for hours, seen in ((0, 1), (2, 1), (26, 2)):
        now = evening + dt.timedelta(hours=hours)
        viewers = Viewers(ViewKeyTable(community_database), lambda now=now: now)
        viewer = viewers.identify(None, "198.51.100.7", "Firefox")
        rules.note(made, viewer, f"session {hours}", 1.0, 12.0)
        assert views(made) == seen, hours


def test_keys_of_days_are_random_one_for_all_and_deleted(
    clean_tables: TestDatabase, community_database: Database
) -> None:
    tables = [ViewKeyTable(community_database) for _ in range(2)]
    today = dt.datetime.now(dt.UTC).date()
    days = [today - dt.timedelta(days=ago) for ago in range(4)]
    keys = [[table.key(day) for day in days] for table in tables]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 4
    tables[0].sweep()
    left = [day for (day,) in clean_tables.query("SELECT Day FROM ViewKeys ORDER BY Day DESC")]
    assert left == days[:2]
