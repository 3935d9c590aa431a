"""The whole way of moderation through the gateway: a brigade, a decision, an appeal, the log."""

from collections.abc import Iterator

import pytest
import requests

from vireo_client import VireoError
from vireo_ops.commands import run_command
from vireo_ops.database import _as_root
from vireo_ops.runtime import Runtime
from vireo_testing.clips import Library
from vireo_testing.person import Person, eventually

SECONDS = 5.0
"""In so long bytes of what was hidden are served no more, and of what was restored again."""


@pytest.fixture
def moderator(runtime: Runtime, url: str) -> Iterator[Person]:
    made = Person(url)
    assert run_command(runtime, "auth", "grant", made.name, "moderator") == 0
    yield made
    assert run_command(runtime, "auth", "revoke", made.name) == 0


def bytes_of(url: str, video: str) -> tuple[int, int]:
    paths = (f"/video/d/{video}", f"/thumbnails/{video}")
    video_status, thumbnail = (requests.get(url + path, timeout=30).status_code for path in paths)
    return video_status, thumbnail


def listed(client: Person, video: str, owner: str) -> bool:
    return video in [row.thumbnail for row in client.client.list_channel_videos(owner)]


def test_the_whole_story(
    runtime: Runtime, url: str, person: Person, stranger: Person, moderator: Person, clips: Library
) -> None:
    title = f"Otters {person.name}"
    video = person.publish(clips.path("plain.mp4"), title)
    for number in range(50):
        reporter = Person(url, f"mob{number}{person.name}"[:25])
        reporter.client.report("video", video, "spam", "gone with it")
    assert bytes_of(url, video) == (200, 200)
    assert listed(stranger, video, person.name)

    (case,) = [row for row in moderator.client.list_reports() if row.video == video]
    assert (case.count, case.weight, case.reasons) == (50, 1.0, {"spam": 50})
    with pytest.raises(VireoError, match="not yours"):
        stranger.client.decide_report(case.id, "hide")
    assert bytes_of(url, video) == (200, 200)

    moderator.client.decide_report(case.id, "hide", "Not what it says", reason="misleading")
    with pytest.raises(VireoError, match="nothing at this address"):
        stranger.client.show_video(video)
    assert not listed(stranger, video, person.name)
    assert [row for row in stranger.client.search(title) if row.title == title] == []
    assert person.client.show_video(video).moderation == "hidden"
    assert moderator.client.show_video(video).moderation == "hidden"
    eventually(lambda: bytes_of(url, video) == (400, 404), SECONDS)

    eventually(lambda: any(row.kind == "moderation" for row in person.client.list_notices()))
    (told,) = person.client.list_my_decisions()
    assert (told.video, told.reason, told.note) == (video, "misleading", "Not what it says")
    assert person.client.appeal(told.id, "They are otters").appeal
    with pytest.raises(VireoError, match="appealed already"):
        person.client.appeal(told.id, "Once more")

    (appeal,) = [row for row in moderator.client.list_reports(kind="appeal") if row.video == video]
    assert moderator.client.decide_report(appeal.id, "restore").decision == "restore"
    eventually(lambda: bytes_of(url, video) == (200, 200), SECONDS)
    assert listed(stranger, video, person.name)
    assert [row.thumbnail for row in stranger.client.search(title)] == [video]


def test_a_suspended_channel(
    url: str, person: Person, stranger: Person, moderator: Person, clips: Library
) -> None:
    video = person.publish(clips.path("plain.mp4"))
    announced = person.announce()
    moderator.client.decide("channel", person.name, "suspend", "Enough")
    for path in (f"/v/{video}", f"/channel/{person.name}", f"/videos/channel/{person.name}",
                 f"/channel/picture/{person.name}"):  # fmt: skip
        assert stranger.get(path).status_code == 404, path
    eventually(lambda: bytes_of(url, video) == (400, 404), SECONDS)
    assert person.client.show_me().suspended
    for response in (
        person.post("/upload", json={"title": "x", "description": ""}),
        person.send(announced, clips.path("plain.mp4")),
        person.post("/reports", json={"channel": stranger.name, "reason": "spam"}),
    ):
        assert response.status_code == 403
        assert response.json()["response"]["error"] == "suspended"
    person.sign_in()
    assert [row.decision for row in person.client.list_my_decisions()] == ["suspend"]
    moderator.client.decide("channel", person.name, "restore")
    eventually(lambda: bytes_of(url, video) == (200, 200), SECONDS)
    assert stranger.get(f"/channel/{person.name}").status_code == 200


def test_what_is_removed_is_gone(
    url: str, person: Person, stranger: Person, moderator: Person, clips: Library
) -> None:
    video = person.publish(clips.path("plain.mp4"))
    moderator.client.decide("video", video, "remove", reason="copyright")
    eventually(lambda: bytes_of(url, video) == (400, 404), SECONDS)
    eventually(lambda: person.get(f"/v/{video}").status_code == 404)
    (told,) = person.client.list_my_decisions()
    assert (told.decision, told.reason, told.may_appeal) == ("remove", "copyright", False)


def test_the_audit_log(
    runtime: Runtime, url: str, person: Person, moderator: Person, capfd: pytest.CaptureFixture[str]
) -> None:
    def audit(*more: str) -> tuple[int, str]:
        status = run_command(runtime, "community", "audit-log", *more)
        return status, capfd.readouterr().out

    def change(statement: str) -> None:
        with _as_root(runtime.layout) as cursor:
            cursor.execute(statement)

    for decision in ("suspend", "restore"):
        moderator.client.decide("channel", person.name, decision)
    status, said = audit()
    assert status == 0
    head = said.split()[-1]
    number = int(head.split(":")[0])
    assert next(moderator.client.list_decisions()).hash == head.split(":")[1]
    assert audit("--head", head)[0] == 0
    other = head[:-1] + ("0" if head[-1] != "0" else "1")
    assert audit("--head", other)[0] == 1

    swapped = "UPDATE vireo.AuditLog SET Entry = {} WHERE Number = " + str(number)
    change(swapped.format("REPLACE(Entry, 'restore', 'dismiss')"))
    status, said = audit()
    assert (status, f"Entry {number} was changed" in said) == (1, True)
    change(swapped.format("REPLACE(Entry, 'dismiss', 'restore')"))
    assert audit()[0] == 0
    with _as_root(runtime.layout) as cursor:
        cursor.execute("SELECT Entry, Hash FROM vireo.AuditLog WHERE Number = %s", (number,))
        row = cursor.fetchone()
        cursor.execute("DELETE FROM vireo.AuditLog WHERE Number = %s", (number,))
    status, said = audit()
    assert (status, f"Entry {number} and all after it are missing" in said) == (1, True)
    with _as_root(runtime.layout) as cursor:
        cursor.execute("INSERT INTO vireo.AuditLog VALUES (%s, %s, %s)", (number, *(row or ())))
    assert audit("--head", head)[0] == 0
