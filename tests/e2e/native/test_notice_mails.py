"""Mails of notices of a whole Vireo: an inbox after a flood, a digest, and the end of both."""

import email
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pymysql
import pytest
import requests
from pymysql.cursors import Cursor

from vireo_ops.runtime import Runtime
from vireo_ops.secrets_store import read_secret
from vireo_testing.clips import Library
from vireo_testing.person import PATIENCE_SECONDS, Person, eventually

SOME_TIME = 86400 + 3600


class Inbox:
    """What came to somebody's address, as files of the mail folder."""

    def __init__(self, runtime: Runtime, person: Person) -> None:
        self._folder: Path = runtime.layout.mail
        self._to = f"{person.name}@example.com"

    def mails(self) -> list[EmailMessage]:
        found = []
        for file in sorted(self._folder.glob("*.eml")):
            mail = email.message_from_bytes(file.read_bytes(), policy=policy.default)
            if mail["To"] == self._to:
                found.append(mail)
        return found  # type: ignore[return-value]

    def notices(self) -> list[EmailMessage]:
        """Those about notices."""
        return [mail for mail in self.mails() if mail["List-Unsubscribe"]]


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def unsubscribe(mail: EmailMessage) -> str:
    """The address in the header, at this gateway."""
    found = re.fullmatch(r"<(https?://\S+)>", str(mail["List-Unsubscribe"]))
    assert found, mail["List-Unsubscribe"]
    return f"{urlsplit(found[1]).path}?{urlsplit(found[1]).query}"


@contextmanager
def database(runtime: Runtime) -> Iterator[Cursor]:
    """The database, as its root."""
    with (
        pymysql.connect(
            unix_socket=str(runtime.layout.database_socket),
            user="root",
            password=read_secret(runtime.layout.secrets, "db_root_password"),
            database="vireo",
            autocommit=True,
        ) as connection,
        connection.cursor() as cursor,
    ):
        yield cursor


def later(runtime: Runtime) -> None:
    """Let a day pass for mails that wait."""
    with database(runtime) as cursor:
        cursor.execute(
            "UPDATE NoticeMails SET WaitsSince = WaitsSince - INTERVAL %s SECOND", (SOME_TIME,)
        )


@pytest.fixture
def ada(runtime: Runtime, url: str) -> Person:
    """Somebody with a verified address."""
    runtime.up()
    person = Person(url)
    inbox = Inbox(runtime, person)
    eventually(lambda: len(inbox.mails()) == 1)
    token = text(inbox.mails()[0]).split("#token=")[1].split()[0]
    person.client.verify_email(token)
    return person


@pytest.fixture
def bob(runtime: Runtime, ada: Person, url: str) -> Person:
    """Somebody who has been there for long, and may write much."""
    person = Person(url)
    with database(runtime) as cursor:
        cursor.execute(
            "UPDATE Channels SET CreatedAt = CreatedAt - INTERVAL 30 DAY WHERE Username = %s",
            (person.name,),
        )
    return person


def unread(person: Person) -> int:
    return int(person.get("/notifications?limit=1").headers["Vireo-Unread"])


def told(person: Person, kind: str, count: int) -> bool:
    """Whether the notice of a kind has this number."""
    return any(each.kind == kind and each.count == count for each in person.client.list_notices())


def test_an_inbox_after_a_flood(runtime: Runtime, ada: Person, bob: Person, clips: Library) -> None:
    ada.client.change_notice_settings(kinds={"comment": {"mail": True}, "video": {"mail": True}})
    ada.client.follow_channel(bob.name)
    video = ada.publish(clips.path("plain.mp4"), "Cats")
    for number in range(30):
        bob.client.post_comment(video, f"comment {number}")
    for number in range(5):
        bob.publish(clips.path("plain.mp4"), f"Film {number}")
    eventually(lambda: told(ada, "comment", 30) and told(ada, "video", 5))
    inbox = Inbox(runtime, ada)
    assert inbox.notices() == []
    later(runtime)
    eventually(lambda: len(inbox.notices()) == 2)
    subjects = sorted(str(mail["Subject"]) for mail in inbox.notices())
    assert subjects == [
        f"{bob.name} published 5 new videos.",
        f"“Cats” has 30 new comments, the latest by {bob.name}.",
    ]
    # A mail program unsubscribes by itself, from the one kind.
    (about_comments,) = (mail for mail in inbox.notices() if "comments" in mail["Subject"])
    address = unsubscribe(about_comments)
    looked = requests.get(ada.url + address, timeout=PATIENCE_SECONDS)
    assert looked.json() == {"response": {"mail": "comment"}}
    assert ada.client.show_notice_settings().kinds["comment"]["mail"]
    clicked = requests.post(
        ada.url + address,
        data={"List-Unsubscribe": "One-Click"},
        headers={"Origin": "https://mail.example.org"},
        timeout=PATIENCE_SECONDS,
    )
    assert (clicked.status_code, clicked.json()) == (200, {"response": {"mail": "comment"}})
    assert not ada.client.show_notice_settings().kinds["comment"]["mail"]
    assert ada.client.show_notice_settings().kinds["video"]["mail"]
    bob.client.post_comment(video, "one more")
    bob.publish(clips.path("plain.mp4"), "Last film")
    eventually(lambda: told(ada, "comment", 31) and told(ada, "video", 6))
    later(runtime)
    eventually(lambda: len(inbox.notices()) == 3)
    assert "6 new videos" in str(inbox.notices()[-1]["Subject"])
    # No log has what switches mails off.
    token = address.partition("token=")[2]
    logs = [file for file in runtime.layout.logs.glob("*") if file.is_file()]
    assert logs
    assert not [file.name for file in logs if token in file.read_text(errors="replace")]


def test_a_browser_is_asked_first(runtime: Runtime, ada: Person, bob: Person) -> None:
    ada.client.change_notice_settings(kinds={"follow": {"mail": True}})
    bob.client.follow_channel(ada.name)
    eventually(lambda: unread(ada) == 1)
    later(runtime)
    inbox = Inbox(runtime, ada)
    eventually(lambda: len(inbox.notices()) == 1)
    address, browser = ada.url + unsubscribe(inbox.notices()[0]), {"Accept": "text/html"}
    page = requests.get(address, headers=browser, timeout=PATIENCE_SECONDS)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "<button" in page.text
    assert ada.client.show_notice_settings().kinds["follow"]["mail"]
    done = requests.post(address, headers=browser, timeout=PATIENCE_SECONDS)
    assert "Switched off" in done.text
    assert not ada.client.show_notice_settings().kinds["follow"]["mail"]


def test_a_digest_once_though_programs_die(runtime: Runtime, ada: Person, bob: Person) -> None:
    ada.client.change_notice_settings(digest="daily")
    bob.client.follow_channel(ada.name)
    eventually(lambda: unread(ada) == 1)
    later(runtime)
    # Somewhere between making it and handing it over.
    for name in ("community-worker", "auth-worker", "courier"):
        (process,) = (each.pid for each in runtime.status() if each.name == name)
        os.kill(process, signal.SIGKILL)
    inbox = Inbox(runtime, ada)
    eventually(lambda: len(inbox.notices()) == 1)
    (digest,) = inbox.notices()
    assert f"- {bob.name} follows you." in text(digest)
    later(runtime)
    with database(runtime) as cursor:

        def none_waits() -> bool:
            cursor.execute("SELECT 1 FROM NoticeMails WHERE WaitsSince < NOW(3)")
            waits = cursor.fetchone()
            cursor.execute("SELECT 1 FROM Jobs WHERE Queue = 'notice_mail'")
            return not waits and not cursor.fetchone()

        eventually(none_waits)
    assert len(inbox.notices()) == 1, "nothing is new"


def test_who_is_gone_gets_none(runtime: Runtime, ada: Person, bob: Person) -> None:
    ada.client.change_notice_settings(kinds={"follow": {"mail": True}})
    bob.client.follow_channel(ada.name)
    eventually(lambda: unread(ada) == 1)
    ada.client.delete_channel(ada.password)
    with database(runtime) as cursor:
        cursor.execute("SELECT ChannelID FROM Channels WHERE Username = %s", (ada.name,))
        assert cursor.fetchone() is None

        def nothing_is_left() -> bool:
            cursor.execute(
                "SELECT m.ChannelID FROM NoticeMails m LEFT JOIN Channels c USING (ChannelID)"
                " WHERE c.ChannelID IS NULL"
            )
            return cursor.fetchone() is None

        later(runtime)
        eventually(nothing_is_left)
    assert Inbox(runtime, ada).notices() == []
