"""Captions and chapters through the gateway: set, found in files, served, hidden, gone."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from vireo_testing import caption_clips
from vireo_testing.clips import Library
from vireo_testing.person import Person, eventually
from vireo_testing.webvtt import read_webvtt

Anybody = Callable[..., requests.Response]
SRT = "1\r\n00:00:00,500 --> 00:00:01,500\r\n<b>Привет</b> <script>x</script>& {\\an8}<3\r\n"


def put(person: Person, hash_path: str, language: str, body: bytes | str) -> requests.Response:
    url = f"{person.url}/v/{hash_path}/captions/{language}"
    data = body.encode() if isinstance(body, str) else body
    return requests.put(url, data=data, headers={"Authorization": person.token}, timeout=60)


def video(anybody: Anybody, hash_path: str) -> Any:
    return anybody("GET", f"/v/{hash_path}").json()["response"]


def with_some(anybody: Anybody, hash_path: str, key: str) -> Any:
    """The video, where it has some of these; ``None`` where it has none."""
    shown = video(anybody, hash_path)
    return shown if shown[key] else None


@pytest.fixture
def hash_path(person: Person, clips: Library) -> str:
    return person.publish(clips.path("plain.mp4"))


def test_set_served_replaced_and_removed(person: Person, anybody: Anybody, hash_path: str) -> None:
    answer = put(person, hash_path, "RU", SRT.encode("cp1251"))
    url = f"/captions/{hash_path}/ru.vtt"
    assert answer.json()["response"] == {"language": "ru", "label": "Русский", "url": url}
    eventually(lambda: video(anybody, hash_path)["captions"] == [answer.json()["response"]])
    served = anybody("GET", url)
    assert served.headers["Content-Type"].startswith("text/vtt")
    assert served.headers["Cache-Control"] == "no-cache"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    (cue,) = read_webvtt(served.content.decode())
    assert (cue.text, cue.settings) == ("<b>Привет</b> &amp; &lt;3", "line:0")
    tag = served.headers["ETag"]
    assert anybody("GET", url, headers={"If-None-Match": tag}).status_code == 304
    # As long as the first, and at once: whoever asks with its tag gets the other one.
    other = SRT.replace("Привет", "Погода")
    assert put(person, hash_path, "ru", other.encode("utf-16")).status_code == 200
    again = anybody("GET", url, headers={"If-None-Match": tag})
    assert (again.status_code, len(again.content)) == (200, len(served.content))
    assert "Погода" in again.content.decode()
    playlist = anybody("GET", url.replace(".vtt", ".m3u8"))
    assert playlist.headers["Content-Type"].startswith("application/vnd.apple.mpegurl")
    assert "ru.vtt" in playlist.text.splitlines()
    assert person.delete(f"/v/{hash_path}/captions/ru").status_code == 200
    assert anybody("GET", url).status_code == 404
    eventually(lambda: video(anybody, hash_path)["captions"] == [])


def test_strangers_can_not_tell_that_a_video_is_there(
    person: Person, hash_path: str, url: str
) -> None:
    other = Person(url)
    for answer in (
        put(other, hash_path, "en", SRT),
        put(other, "zzzzzzz", "en", SRT),
        other.delete(f"/v/{hash_path}/captions/en"),
    ):
        assert (answer.status_code, answer.json()["response"]["error"]) == (404, "not_found")
    assert put(person, hash_path, "en", SRT).status_code == 200


def test_what_is_refused(person: Person, hash_path: str) -> None:
    for language, body, expected in (
        ("en", "no captions", (400, "invalid_body")),
        ("en", "", (400, "no_bytes")),
        ("english", SRT, (400, "invalid_query")),
        ("en", "x" * ((1 << 20) + 1), (413, "too_large")),
    ):
        answer = put(person, hash_path, language, body)
        assert (answer.status_code, answer.json()["response"]["error"]) == expected
    refused = put(person, hash_path, "en", SRT + "\r\n2\r\n1:xx --> 2\r\n").json()["response"]
    assert (refused["line"], refused["message"]) == (6, "Line 6: the times can't be read.")


def test_what_is_in_a_file_comes_by_itself(
    person: Person, anybody: Anybody, tmp_path: Path
) -> None:
    caption_clips.with_tracks(clip := tmp_path / "tracks.mkv")
    hash_path = person.publish(clip)
    shown = eventually(lambda: with_some(anybody, hash_path, "captions"))
    assert [each["language"] for each in shown["captions"]] == ["de", "en"]
    assert [each["title"] for each in shown["chapters"]] == ['One ; "two"', "Zwei \U0001f600"]
    english = anybody("GET", shown["captions"][1]["url"]).content.decode()
    assert read_webvtt(english)[0].text == "Fish &amp; <i>chips</i> &lt;3"
    # In lists the long ones are empty.
    row = anybody("GET", f"/videos/channel/{person.name}").json()["response"][0]
    assert (row["captions"], row["chapters"]) == ([], [])
    # The owner's words win over the file's.
    person.client.edit_video(hash_path, description="0:00 One\n0:01 Two\n0:02 Three")

    def titles() -> list[str]:
        return [each["title"] for each in video(anybody, hash_path)["chapters"]]

    eventually(lambda: titles() == ["One", "Two", "Three"])


def test_closed_captions_of_a_broadcast(person: Person, anybody: Anybody, tmp_path: Path) -> None:
    caption_clips.with_closed_captions(clip := tmp_path / "broadcast.ts", "GOOD EVENING")
    hash_path = person.publish(clip)
    (captions,) = eventually(lambda: video(anybody, hash_path)["captions"])
    assert (captions["language"], captions["label"]) == ("en", "English (CC)")
    (cue,) = read_webvtt(anybody("GET", captions["url"]).content.decode())
    assert cue.text == "GOOD EVENING"


def test_a_stream_names_its_captions(person: Person, anybody: Anybody, hash_path: str) -> None:
    assert put(person, hash_path, "de", SRT).status_code == 200
    master = eventually(lambda: video(anybody, hash_path)["stream"])
    eventually(lambda: "TYPE=SUBTITLES" in anybody("GET", master).text)
    line = next(each for each in anybody("GET", master).text.splitlines() if "SUBTITLES" in each)
    playlist = line.partition('URI="')[2].partition('"')[0]
    assert anybody("GET", urljoin(master, playlist)).status_code == 200


def test_they_go_with_their_video(person: Person, anybody: Anybody, hash_path: str) -> None:
    assert put(person, hash_path, "en", SRT).status_code == 200
    url = f"/captions/{hash_path}/en.vtt"
    assert anybody("GET", url).status_code == 200
    assert person.delete(f"/v/{hash_path}").status_code == 200
    assert anybody("GET", url).status_code == 404
    assert put(person, hash_path, "en", SRT).status_code == 404


def test_an_archive_has_those_that_its_person_set(
    person: Person, hash_path: str, tmp_path: Path
) -> None:
    assert put(person, hash_path, "en", SRT).status_code == 200
    person.client.export_me(target := tmp_path / "all.zip")
    with zipfile.ZipFile(target) as archive:
        (row,) = json.loads(archive.read("videos.json"))
        (captions,) = row["captions"]
        assert (captions["language"], captions["label"]) == ("en", "English")
        assert "Привет" in archive.read(captions["file"]).decode()
