"""Streams of notices: the real program on a real MariaDB, heard by a client over TCP."""

import contextlib
import http.client
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vireo_common import event_log
from vireo_common.database import Database
from vireo_common.events import VideoStateChanged, publish
from vireo_community.core.notices import Kind, Note
from vireo_community.storage.notices import NoticeTable, add
from vireo_testing import programs
from vireo_testing.mariadb import TestDatabase, free_port
from vireo_testing.person import eventually
from vireo_testing.services import service_variables

SECONDS = 60.0

MOST_OF_ACCOUNT = 3


@dataclass(frozen=True)
class Heard:
    """One server-sent event."""

    event: str
    data: Any
    id: int | None


class Listener:
    """A client of the stream."""

    def __init__(self, port: int, headers: dict[str, str], method: str = "GET") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        self._connection.request(method, "/notifications/stream", headers=headers)
        self.response = self._connection.getresponse()

    def next(self) -> Heard | None:
        """The next event, waited for; ``None`` where the stream has ended."""
        fields: dict[str, str] = {}
        while line := self.response.readline():
            name, colon, text = line.decode().rstrip("\n").partition(": ")
            if colon:
                fields[name] = text
            elif "data" in fields:
                number = fields.get("id")
                return Heard(fields["event"], json.loads(fields["data"]), number and int(number))
        return None

    def refusal(self) -> tuple[int, str]:
        """The status and the code of an answer that is no stream."""
        return self.response.status, json.load(self.response)["response"]["error"]

    def close(self) -> None:
        self._connection.close()


class Streams:
    """The program, which may be killed and started again."""

    def __init__(self, variables: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self._variables = {**variables, "VIREO_BIND": f"127.0.0.1:{self.port}"}
        self._log = log
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "vireo_community.stream"]
        self.program = programs.start(command, self._variables, self._log)
        programs.wait_until_ready(self.program, self._log, self._ready, SECONDS)

    def _ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        with contextlib.suppress(ConnectionError), contextlib.closing(connection):
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        return False


@pytest.fixture
def streams(clean_tables: TestDatabase, tmp_path: Path) -> Iterator[Streams]:
    most = {"VIREO_STREAMS_OF_ACCOUNT": str(MOST_OF_ACCOUNT)}
    running = Streams({**service_variables(clean_tables, tmp_path), **most}, tmp_path / "log")
    yield running
    programs.end(running.program, SECONDS)
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.fixture
def listen(streams: Streams) -> Iterator[Callable[..., Listener]]:
    """``listen(headers, last=...)``: a client, closed at the end."""
    opened: list[Listener] = []

    def make(headers: dict[str, str], last: int | None = None, method: str = "GET") -> Listener:
        seen = {"Last-Event-ID": str(last)} if last is not None else {}
        opened.append(Listener(streams.port, {**headers, **seen}, method))
        return opened[-1]

    yield make
    for listener in opened:
        listener.close()


@pytest.fixture
def tell(community_database: Database) -> Callable[[int, str], None]:
    """``tell(recipient, subject)``."""

    def make(recipient: int, subject: str) -> None:
        note = Note(recipient, Kind.MILESTONE, subject, count=100)
        community_database.transaction("test", lambda cursor: add(cursor, note))

    return make


def test_a_notice_is_heard_and_then_how_many_are_unread(
    stage: Any, token: Any, listen: Any, tell: Any
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    hers, his = listen(token(ada)), listen(token(bob))
    assert hers.response.headers["Content-Type"] == "text/event-stream"
    assert hers.next() == Heard("unread", {"unread": 0}, 0)
    assert his.next() == Heard("unread", {"unread": 0}, 0)
    tell(ada, "a")
    notice = hers.next()
    assert (notice.event, notice.id) == ("notification", 1)
    assert set(notice.data) == {
        *("id", "kind", "text", "video", "title", "channel", "comment", "count", "created", "read")
    }
    assert notice.data["text"] == "You have 100 followers."
    assert hers.next() == Heard("unread", {"unread": 1}, 1)
    # Bob's next is his own, and not hers.
    tell(bob, "b")
    assert his.next().id == 1


def test_whoever_comes_back_gets_what_they_missed(
    stage: Any, token: Any, listen: Any, tell: Any
) -> None:
    ada = stage.channel("Ada")
    who = token(ada)
    first = listen(who)
    assert first.next().event == "unread"
    tell(ada, "a")
    last = first.next().id
    first.close()
    for subject in "bcd":
        tell(ada, subject)
    again = listen(who, last)
    assert again.next() == Heard("unread", {"unread": 4}, last)
    assert [again.next().id for _ in range(3)] == [2, 3, 4]
    assert again.next() == Heard("unread", {"unread": 4}, 4)


@pytest.mark.parametrize("last", ["", "x", "-1", "99", "9" * 30, "²"])
def test_a_number_that_is_none_begins_at_the_present(
    stage: Any, token: Any, listen: Any, tell: Any, last: str
) -> None:
    ada = stage.channel("Ada")
    tell(ada, "a")
    found = listen({**token(ada), "Last-Event-ID": last.encode("utf-8").decode("latin-1")})
    assert found.next() == Heard("unread", {"unread": 1}, 1)
    tell(ada, "b")
    assert found.next().id == 2


def test_reading_elsewhere_is_heard(
    stage: Any, token: Any, listen: Any, tell: Any, community_database: Database
) -> None:
    ada = stage.channel("Ada")
    tell(ada, "a")
    found = listen(token(ada))
    assert found.next() == Heard("unread", {"unread": 1}, 1)
    notices = NoticeTable(community_database)
    notices.read_these(ada, [notices.page(ada, 1, None, unread=True).rows[0].notice_id])
    assert found.next() == Heard("unread", {"unread": 0}, 2)


def test_it_goes_on_after_a_kill(
    stage: Any, token: Any, listen: Any, tell: Any, streams: Streams
) -> None:
    ada = stage.channel("Ada")
    who = token(ada)
    cut = listen(who)
    assert cut.next().id == 0
    programs.kill(streams.program)
    with contextlib.suppress(ConnectionError, http.client.IncompleteRead):
        assert cut.next() is None
    tell(ada, "a")
    streams.start()
    again = listen(who, 0)
    assert again.next().data == {"unread": 1}
    assert again.next().event == "notification"


def test_a_stream_ends_with_its_session_its_account_and_its_token(
    stage: Any, token: Any, listen: Any, tell: Any
) -> None:
    ada, bob, cleo = (stage.channel(name) for name in ("Ada", "Bob", "Cleo"))
    ended = listen(token(ada))
    ((session,),) = stage.database.query("SELECT SessionID FROM Sessions")
    staying, deleted = listen(token(ada)), listen(token(bob))
    # Tokens are valid for three hours.
    expiring = listen(token(cleo, time.time() - 3 * 3600 + 10))
    for listener in (ended, deleted, expiring, staying):
        assert listener.next().event == "unread"
    stage.database.query("DELETE FROM Sessions WHERE SessionID = %s", (session,))
    stage.database.query("DELETE FROM Channels WHERE ChannelID = %s", (bob,))
    assert [listener.next() for listener in (ended, deleted, expiring)] == [None] * 3
    tell(ada, "a")
    assert staying.next().event == "notification"


def test_states_of_ones_own_videos_are_heard(
    stage: Any, token: Any, listen: Any, community_database: Database
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    hers, his = stage.video(ada), stage.video(bob)
    found = listen(token(ada))
    assert found.next().event == "unread"

    def both(cursor: Any) -> None:
        for video in (his, "gone123", hers):
            publish(cursor, VideoStateChanged(video, "failed", "no picture in it"))

    community_database.transaction("test", both)
    # Whoever consumes events gives them their places in the log.
    reader = event_log.consumer("community", community_database, {}, threading.Event())
    eventually(lambda: not reader.read())
    said = {"video": hers, "state": "failed", "reason": "no picture in it"}
    assert found.next() == Heard("video", said, None)
    # Whoever comes back hears how their latest videos are.
    again = listen(token(ada), 0)
    assert again.next().event == "unread"
    assert again.next() == Heard("video", {**said, "state": "ready", "reason": ""}, None)


def test_what_is_refused(stage: Any, token: Any, listen: Any) -> None:
    who = token(stage.channel("Ada"))
    assert listen({}).refusal() == (400, "token_missing")
    assert listen({"Authorization": "Bearer x"}).refusal() == (400, "token_invalid")
    old = token(stage.channel("Bob"), time.time() - 4 * 3600)
    assert listen(old).refusal() == (401, "token_expired")
    assert listen(who, method="POST").refusal() == (405, "method_not_allowed")
    head = listen(who, method="HEAD")
    assert head.response.status == 200 and head.response.read() == b""
    for _ in range(MOST_OF_ACCOUNT):
        assert listen(who).next().event == "unread"
    refused = listen(who)
    assert refused.response.headers["Retry-After"] == "10"
    assert refused.refusal() == (429, "rate_limited")


def test_a_place_is_free_when_a_client_is_gone(stage: Any, token: Any, listen: Any) -> None:
    who = token(stage.channel("Ada"))
    for _ in range(3 * MOST_OF_ACCOUNT):
        one = listen(who)
        while one.response.status == 429:
            # The program has not heard yet that the one before is gone.
            one.close()
            one = listen(who)
        assert one.next().event == "unread"
        one.close()
