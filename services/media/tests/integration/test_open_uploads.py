"""Open uploads in a real MariaDB: what two processes decide at once, and what the dead leave."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.grant_key_table import GrantKeyTable
from vireo_common.grant_keys import KeyRing
from vireo_common.grants import Grants, Purpose
from vireo_media.core.open_uploads import Kind, OpenUpload, OpenUploads, Room
from vireo_media.storage.open_uploads import OpenUploadTable
from vireo_media.storage.staging import Staging
from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase
from vireo_testing.neighbours import Call, Neighbour
from vireo_testing.sessions import open_session

SIZE = 1000


def rules(table: OpenUploadTable, free: int = 1 << 60, most_open: int = 1000) -> OpenUploads:
    return OpenUploads(
        table, lambda: Room(free, []), reserve_bytes=0, most_open=most_open, least_rate=1000
    )


@pytest.fixture
def tables(open_pool: Any) -> list[OpenUploadTable]:
    """Those of three processes."""
    return [OpenUploadTable(open_pool("media")) for _ in range(3)]


def at_once(count: int, work: Callable[[int], object]) -> tuple[list[object], list[Failure]]:
    """What so many threads get that begin together, and how the others fail."""
    start = threading.Barrier(count)
    results: list[object] = []
    failures: list[Failure] = []

    def run(number: int) -> None:
        start.wait(30)
        try:
            results.append(work(number))
        except Failure as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results, failures


def count(clean: TestDatabase) -> int:
    ((number,),) = clean.query("SELECT COUNT(*) FROM OpenUploads")
    return int(number)


def test_the_last_room_is_given_once(
    tables: list[OpenUploadTable], clean_tables: TestDatabase
) -> None:
    """Twelve accounts ask three processes at once, and there is room for four."""
    room = [rules(table, free=5 * SIZE) for table in tables]
    opened, failures = at_once(
        12, lambda n: room[n % 3].open(Kind.VIDEO, n, f"192.0.2.{n}", [SIZE])
    )
    assert len(opened) == 4
    assert {failure.code for failure in failures} == {Code.DISK_FULL}
    assert count(clean_tables) == 4


def test_few_of_one_account_whatever_process_it_asks(
    tables: list[OpenUploadTable], clean_tables: TestDatabase
) -> None:
    few = [rules(table, most_open=3) for table in tables]
    opened, failures = at_once(12, lambda n: few[n % 3].open(Kind.VIDEO, 7, "192.0.2.1", [SIZE]))
    assert len(opened) == 3
    assert {failure.code for failure in failures} == {Code.RATE_LIMITED}
    assert count(clean_tables) == 3


def test_one_picture_of_one_account_whatever_process_it_asks(
    tables: list[OpenUploadTable],
) -> None:
    few = [rules(table) for table in tables]
    opened, failures = at_once(9, lambda n: few[n % 3].open(Kind.PICTURE, 7, "192.0.2.1", [SIZE]))
    assert len(opened) == 1
    assert {failure.code for failure in failures} == {Code.RATE_LIMITED}


def test_a_grant_is_used_once(tables: list[OpenUploadTable]) -> None:
    some = [rules(table) for table in tables]
    opened = some[0].open(Kind.VIDEO, 7, "192.0.2.1", [SIZE])
    arrived, failures = at_once(
        6, lambda n: some[n % 3].arrived(opened.open_id, Kind.VIDEO, SIZE, 60)
    )
    assert len(arrived) == 1
    assert {failure.code for failure in failures} == {Code.REQUEST_TIMEOUT}


def test_what_nobody_ends_ends_by_itself(
    tables: list[OpenUploadTable], clean_tables: TestDatabase
) -> None:
    """The gateway or the service was killed, and gave no word."""
    one = rules(tables[0], most_open=1)
    lost = one.open(Kind.VIDEO, 7, "192.0.2.1", [SIZE])
    ((lease,),) = clean_tables.query(
        "SELECT TIMESTAMPDIFF(MICROSECOND, OpenedAt, LeaseUntil) FROM OpenUploads"
    )
    assert lease == 61_000_000
    with pytest.raises(Failure, match="rate_limited"):
        one.open(Kind.VIDEO, 7, "192.0.2.1", [SIZE])
    clean_tables.query("UPDATE OpenUploads SET LeaseUntil = NOW(3) - INTERVAL 1 SECOND")
    with pytest.raises(Failure, match="request_timeout"):
        one.arrived(lost.open_id, Kind.VIDEO, SIZE, 60)
    one.open(Kind.VIDEO, 7, "192.0.2.1", [SIZE])
    tables[0].sweep()
    assert count(clean_tables) == 1


def test_ages_are_those_of_the_database(
    tables: list[OpenUploadTable], clean_tables: TestDatabase
) -> None:
    rules(tables[0]).open(Kind.VIDEO, 7, "192.0.2.1", [SIZE])
    clean_tables.query("UPDATE OpenUploads SET OpenedAt = NOW(3) - INTERVAL 100 SECOND")
    seen: list[OpenUpload] = []

    def look(uploads: Sequence[OpenUpload]) -> OpenUpload:
        seen.extend(uploads)
        raise Failure(Code.DISK_FULL)

    with pytest.raises(Failure):
        tables[1].change(look)
    (row,) = seen
    assert (row.kind, row.channel_id, row.address) == (Kind.VIDEO, 7, "192.0.2.1")
    assert (row.size, row.arrived) == (SIZE, False)
    assert 100 <= row.age < 160


class Gateway:
    """What the gateway does with a body, against media in this process."""

    def __init__(self, make_app: Any, clean: TestDatabase, root: Path, **settings: str) -> None:
        clean.query("INSERT INTO Channels (ChannelID, Username, Password) VALUES (7, 'a', 'x')")
        self.token = open_session(clean, 7)
        self.app = make_app("media", VIREO_MEDIA_ROOT=str(root), **settings)
        self.root = root

    def ask(self, size: int | None = SIZE, hash_path: str = "aB3dE6g") -> Any:
        length = "" if size is None else str(size)
        headers = {"Authorization": self.token, "X-Vireo-Body-Length": length}
        return self.app.test_client().get(f"/gateway/may_upload/{hash_path}", headers=headers)

    def send(self, grant: str, body: str = "", hash_path: str = "aB3dE6g", **more: str) -> Any:
        headers = {"X-Vireo-Grant": grant, "X-Vireo-Body-File": body, **more}
        return self.app.test_client().post(f"/upload/v/{hash_path}", headers=headers)

    def ended(self, grant: str) -> Any:
        headers = {"X-Vireo-Grant": grant}
        return self.app.test_client().post("/gateway/upload_ended", headers=headers)


@pytest.fixture
def gateway(
    make_app: Any, clean_tables: TestDatabase, tmp_path: Path, service_environment: dict[str, str]
) -> Any:
    def owner(call: Call) -> tuple[int, Any]:
        return 200, {"channel_id": 7}

    with Neighbour(owner) as catalog:
        service_environment["VIREO_CATALOG_URL"] = catalog.url
        yield Gateway(make_app, clean_tables, tmp_path / "media", VIREO_OPEN_UPLOADS="2")


def test_no_body_without_the_grant_of_the_gateway(gateway: Gateway) -> None:
    """Whoever speaks to media itself, with a token of the owner, gets nothing taken."""
    body = gateway.root / "incoming" / "0001"
    body.write_bytes(b"x" * SIZE)
    grant = gateway.ask().headers["X-Vireo-Grant"]
    for wrong in ("", "7", grant[:-1], grant.replace("aB3dE6g", "aB3dE6h")):
        answer = gateway.send(wrong, str(body), Authorization=gateway.token)
        assert outcome(answer) == (403, "forbidden")
        picture = gateway.app.test_client().post(
            "/channel/picture",
            data=b"x",
            headers={"Authorization": gateway.token, "X-Vireo-Grant": wrong},
        )
        assert outcome(picture) == (403, "forbidden")
    assert outcome(gateway.send(grant, str(body), "aB3dE6h")) == (403, "forbidden")
    assert [path.name for path in gateway.root.rglob("*") if path.is_file()] == ["0001"]


def test_a_grant_is_good_for_its_purpose_alone(gateway: Gateway) -> None:
    body = gateway.root / "incoming" / "0001"
    body.write_bytes(b"x" * SIZE)
    client = gateway.app.test_client()
    token = {"Authorization": gateway.token}
    picture = client.get("/gateway/may_set_picture", headers=token).headers["X-Vireo-Grant"]
    upload = gateway.ask().headers["X-Vireo-Grant"]
    assert outcome(gateway.send(picture, str(body))) == (403, "forbidden")
    sent = client.post("/channel/picture", data=b"x", headers={**token, "X-Vireo-Grant": upload})
    assert outcome(sent) == (403, "forbidden")
    for grant in (picture, upload):
        read = client.get(
            "/gateway/may_read/export/aB3dE6g", headers={**token, "X-Vireo-Grant": grant}
        )
        assert (read.status_code, read.headers["X-Vireo-Refusal-Status"]) == (403, "403")
    assert [path.name for path in gateway.root.rglob("*") if path.is_file()] == ["0001"]


def test_a_grant_outlives_the_slowest_body_that_is_taken_and_no_more(gateway: Gateway) -> None:
    """At the least speed, with a minute for the start of it and one for the clocks."""
    for size, seconds in ((SIZE, 120), (1 << 30, 120 + (1 << 30) // 65536)):
        grant = gateway.ask(size).headers["X-Vireo-Grant"]
        expires = int(grant.split(".")[6])
        assert -60 < expires - time.time() - seconds < 2
        gateway.ended(grant)


def test_an_expired_grant_is_of_no_use(
    gateway: Gateway, media_database: Database, clean_tables: TestDatabase, secrets_dir: Path
) -> None:
    """Also where the row of its upload was left for some reason."""
    body = gateway.root / "incoming" / "0001"
    body.write_bytes(b"x" * SIZE)
    open_id = gateway.ask().headers["X-Vireo-Grant"].split(".")[5]
    clean_tables.query("UPDATE OpenUploads SET LeaseUntil = NOW(3) + INTERVAL 1 DAY")
    token = (secrets_dir / "service_token").read_text()
    before = Grants(
        KeyRing(GrantKeyTable(media_database).valid, token), now=lambda: time.time() - 3600
    )
    grant = before.make(Purpose.UPLOAD, "aB3dE6g", 7, 3599, open_id)
    assert outcome(gateway.send(grant, str(body))) == (408, "request_timeout")
    assert gateway.ended(grant).status_code == 204
    assert count(clean_tables) == 1, "the lease ends it"
    assert [path.name for path in gateway.root.rglob("*") if path.is_file()] == ["0001"]


def test_a_grant_is_of_no_use_after_its_body(gateway: Gateway, clean_tables: TestDatabase) -> None:
    """Nor does it close what its account has opened since."""
    body = gateway.root / "incoming" / "0001"
    body.write_bytes(b"")
    grant = gateway.ask().headers["X-Vireo-Grant"]
    assert outcome(gateway.send(grant, str(body))) == (400, "no_bytes")
    second = gateway.ask().headers["X-Vireo-Grant"]
    body.write_bytes(b"x" * SIZE)
    assert outcome(gateway.send(grant, str(body))) == (408, "request_timeout")
    assert gateway.ended(grant).status_code == 204
    assert clean_tables.query("SELECT OpenID FROM OpenUploads") == ((second.split(".")[5],),)


def test_the_word_that_it_ended_gives_the_place_back(
    gateway: Gateway, clean_tables: TestDatabase
) -> None:
    grants = [gateway.ask().headers["X-Vireo-Grant"] for _ in range(2)]
    refused = gateway.ask()
    assert refused.status_code == 403
    assert refused.headers["X-Vireo-Refusal-Status"] == "429"
    assert refused.headers["Retry-After"] == "5"
    assert gateway.ended("").status_code == 403
    for _ in range(2):
        assert gateway.ended(grants[0]).status_code == 204
    assert count(clean_tables) == 1
    assert gateway.ask().status_code == 200


def test_a_body_that_ended_is_not_taken(gateway: Gateway) -> None:
    body = gateway.root / "incoming" / "0001"
    body.write_bytes(b"x" * SIZE)
    grant = gateway.ask().headers["X-Vireo-Grant"]
    gateway.ended(grant)
    assert outcome(gateway.send(grant, str(body))) == (408, "request_timeout")
    assert [path.name for path in gateway.root.rglob("*") if path.is_file()] == ["0001"]


def test_every_answer_gives_the_place_back(gateway: Gateway, clean_tables: TestDatabase) -> None:
    grant = gateway.ask().headers["X-Vireo-Grant"]
    assert outcome(gateway.send(grant, "no such file")) == (400, "no_bytes")
    assert count(clean_tables) == 0


def test_without_a_length_where_there_is_little_room(
    gateway: Gateway, make_app: Any, clean_tables: TestDatabase
) -> None:
    """The gateway learns that the body may have less: 401 in place of 200."""
    assert gateway.ask(None).status_code == 200
    assert clean_tables.query("SELECT Bytes FROM OpenUploads") == ((10 << 30,),)
    clean_tables.query("DELETE FROM OpenUploads")
    # Of the room that there is all but some is to be left free.
    reserve = Staging(gateway.root).free_bytes() - (8 << 30)
    root = str(gateway.root)
    gateway.app = make_app("media", VIREO_MEDIA_ROOT=root, VIREO_DISK_RESERVE_BYTES=str(reserve))
    partial = gateway.ask(None)
    assert partial.status_code == 401
    assert partial.headers["X-Vireo-Grant"]
    assert clean_tables.query("SELECT Bytes FROM OpenUploads") == ((10 << 26,),)
