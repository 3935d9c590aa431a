"""The rules of videos, on a store in memory."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from vireo_catalog.core.videos import (
    AlreadyAnnounced,
    ChannelGone,
    HashPathTaken,
    Progress,
    Shown,
    Videos,
    check,
)
from vireo_common.errors import Code, Failure
from vireo_common.pages import Page
from vireo_videos.mine import Mine
from vireo_videos.video import HASH_PATH, Chapter, Video
from vireo_videos.visibility import HiddenBy, State

OWNER, STRANGER, MODERATOR = 7, 8, 9
PUBLIC = Video(
    video_id=1,
    hash_path="abcdefg",
    channel_id=OWNER,
    channel="ada",
    title="A title",
    description="",
    upload=dt.datetime(2026, 11, 24, tzinfo=dt.UTC),
    state=State.READY,
    reason="",
    stored_at=None,
    duration=2.0,
    width=320,
    height=180,
    likes=0,
    dislikes=0,
)
PRIVATE = [State.WAITING, State.PROCESSING, State.FAILED]


class Shelf:
    """One video in memory, or none."""

    def __init__(self, video: Video | None, taken: int = 0) -> None:
        self.video = video
        self.taken = taken
        self.added: list[tuple[str, int, str, str]] = []
        self.asked: list[str] = []
        self.channel_gone = False
        self.announced: dict[bytes, str] = {}

    def add(
        self,
        hash_path: str,
        channel_id: int,
        title: str,
        description: str,
        request_key: bytes | None = None,
    ) -> None:
        if request_key and request_key in self.announced:
            raise AlreadyAnnounced(self.announced[request_key])
        if self.channel_gone:
            raise ChannelGone
        if self.taken:
            self.taken -= 1
            raise HashPathTaken
        self.added.append((hash_path, channel_id, title, description))

    def find(self, hash_path: str) -> Video | None:
        self.asked.append(hash_path)
        return self.video if self.video and self.video.hash_path == hash_path else None

    def mine(self, viewer: int, video_ids: Sequence[int]) -> Mapping[int, Mine]:
        return {video_id: Mine("like") for video_id in video_ids}

    def is_moderator(self, viewer: int) -> bool:
        return viewer == MODERATOR

    def newest(self, limit: int, cursor: str | None) -> Page[Video]:
        return Page([self.video] if self.video else [], None)

    def newest_of(self, channel_id: int, limit: int, cursor: str | None) -> Page[Video]:
        return self.newest(limit, cursor)

    def record(self, hash_path: str, progress: Progress) -> bool:
        return self.find(hash_path) is not None

    def remove(self, hash_path: str, channel_id: int) -> bool:
        found = self.find(hash_path)
        if found is None or found.channel_id != channel_id:
            return False
        self.video = None
        return True


class Files:
    """Remembers whose files were to be removed."""

    def __init__(self) -> None:
        self.removed: list[str] = []

    def __call__(self, hash_path: str) -> None:
        self.removed.append(hash_path)


def videos(shelf: Shelf, files: Files | None = None) -> Videos:
    return Videos(shelf, files or Files())


def anonymous() -> int | None:
    return None


def viewer(channel_id: int) -> Callable[[], int | None]:
    return lambda: channel_id


def bad_token() -> int | None:
    raise Failure(Code.TOKEN_EXPIRED)


def refusal(act: Callable[[], object]) -> Code:
    with pytest.raises(Failure) as raised:
        act()
    return raised.value.code


@pytest.mark.parametrize(
    ("title", "description"),
    [
        ("a", ""),
        ("a" * 255, "b" * 50_000),
        ("漢" * 255, "😀" * 50_000),
        ("a\u202eb", "a\nb\r\nc\td"),
        ("\u00a0a", "<script>"),
    ],
)
def test_good_texts(title: str, description: str) -> None:
    assert check(title, description) == {}


@pytest.mark.parametrize(
    ("title", "description", "wrong"),
    [
        ("", "", {"title"}),
        ("a" * 256, "", {"title"}),
        ("a\nb", "", {"title"}),
        ("a\tb", "", {"title"}),
        ("a\0", "", {"title"}),
        ("a\x7f", "", {"title"}),
        ("a\x85b", "", {"title"}),
        ("\ud800", "", {"title"}),
        ("a", "b" * 50_001, {"description"}),
        ("a", "b\0", {"description"}),
        ("a", "b\x0b", {"description"}),
        ("a", "\udfff", {"description"}),
        ("", "\0", {"title", "description"}),
    ],
)
def test_bad_texts(title: str, description: str, wrong: set[str]) -> None:
    assert set(check(title, description)) == wrong


def test_announce_trims_the_title_alone() -> None:
    shelf = Shelf(None)
    hash_path = videos(shelf).announce(OWNER, "  A title \n", " text ")
    assert HASH_PATH.fullmatch(hash_path)
    assert shelf.added == [(hash_path, OWNER, "A title", " text ")]


def test_announce_refuses_bad_texts() -> None:
    shelf = Shelf(None)
    assert refusal(lambda: videos(shelf).announce(OWNER, "   ", "")) is Code.INVALID_BODY
    assert shelf.added == []


def test_announce_chooses_again_while_the_hash_path_is_taken() -> None:
    shelf = Shelf(None, taken=3)
    videos(shelf).announce(OWNER, "A title", "")
    assert len(shelf.added) == 1


def test_announce_of_an_account_that_went_meanwhile() -> None:
    shelf = Shelf(None)
    shelf.channel_gone = True
    assert refusal(lambda: videos(shelf).announce(OWNER, "A title", "")) is Code.TOKEN_INVALID


def test_hash_paths_are_random() -> None:
    rules = videos(Shelf(None))
    made = {rules.announce(OWNER, "A title", "") for _ in range(200)}
    assert len(made) == 200
    assert len(set("".join(made))) > 50


@pytest.mark.parametrize("who", [anonymous, viewer(STRANGER), viewer(OWNER), bad_token])
def test_everybody_sees_a_public_video(who: Callable[[], int | None]) -> None:
    shown = videos(Shelf(PUBLIC)).show("abcdefg", who)
    assert shown.is_owner is (who not in {anonymous, bad_token} and who() == OWNER)


def test_who_is_signed_in_gets_what_they_have_with_it() -> None:
    rules = videos(Shelf(PUBLIC))
    assert rules.show("abcdefg", viewer(STRANGER)) == Shown(PUBLIC, False, Mine("like"))
    assert rules.show("abcdefg", viewer(OWNER)) == Shown(PUBLIC, True, Mine("like"))
    for who in (anonymous, bad_token):
        assert rules.show("abcdefg", who) == Shown(PUBLIC, False, None)


def unasked() -> int | None:
    raise AssertionError("a recent look is enough")


def test_a_recent_session_is_enough_for_who_owns_nothing() -> None:
    rules = videos(Shelf(PUBLIC))
    assert rules.show("abcdefg", unasked, viewer(STRANGER)) == Shown(PUBLIC, False, Mine("like"))
    assert rules.show("abcdefg", unasked, anonymous) == Shown(PUBLIC, False, None)
    assert rules.show("abcdefg", unasked, bad_token) == Shown(PUBLIC, False, None)
    assert rules.show("abcdefg", bad_token, viewer(OWNER)) == Shown(PUBLIC, False, None)
    assert rules.show("abcdefg", viewer(OWNER), viewer(OWNER)).is_owner


@pytest.mark.parametrize("state", PRIVATE)
def test_a_recent_session_opens_nothing_private(state: State) -> None:
    rules = videos(Shelf(replace(PUBLIC, state=state)))
    found = refusal(lambda: rules.show("abcdefg", bad_token, viewer(OWNER)))
    assert found is Code.TOKEN_EXPIRED
    assert refusal(lambda: rules.show("abcdefg", anonymous, viewer(OWNER))) is Code.NOT_FOUND


@pytest.mark.parametrize("state", PRIVATE)
def test_the_owner_alone_sees_a_private_video(state: State) -> None:
    rules = videos(Shelf(replace(PUBLIC, state=state)))
    shown = rules.show("abcdefg", viewer(OWNER))
    assert (shown.video, shown.is_owner) == (replace(PUBLIC, state=state), True)
    assert refusal(lambda: rules.show("abcdefg", viewer(STRANGER))) is Code.NOT_FOUND
    assert refusal(lambda: rules.show("abcdefg", anonymous)) is Code.NOT_FOUND
    assert refusal(lambda: rules.show("abcdefg", bad_token)) is Code.TOKEN_EXPIRED


def test_a_bad_token_does_not_tell_whether_there_is_a_video() -> None:
    assert refusal(lambda: videos(Shelf(None)).show("abcdefg", bad_token)) is Code.TOKEN_EXPIRED


@pytest.mark.parametrize("name", ["", "abcdef", "abcdefgh", "abc/efg", "abcdefé", "abcdefg\n", "%"])
def test_what_can_be_no_hash_path_is_not_looked_for(name: str) -> None:
    shelf = Shelf(PUBLIC)
    assert refusal(lambda: videos(shelf).show(name, anonymous)) is Code.NOT_FOUND
    assert refusal(lambda: videos(shelf).find_any(name)) is Code.NOT_FOUND
    assert refusal(lambda: videos(shelf).delete(name, OWNER)) is Code.NOT_FOUND
    assert shelf.asked == []


@pytest.mark.parametrize("state", [State.READY, *PRIVATE])
def test_the_owner_deletes_a_video_in_any_state(state: State) -> None:
    shelf, files = Shelf(replace(PUBLIC, state=state)), Files()
    videos(shelf, files).delete("abcdefg", OWNER)
    assert (shelf.video, files.removed) == (None, ["abcdefg"])
    assert refusal(lambda: videos(shelf, files).delete("abcdefg", OWNER)) is Code.NOT_FOUND
    assert files.removed == ["abcdefg"]


@pytest.mark.parametrize(
    ("state", "code"),
    [(State.READY, Code.FORBIDDEN), *((state, Code.NOT_FOUND) for state in PRIVATE)],
)
def test_a_stranger_deletes_nothing(state: State, code: Code) -> None:
    shelf, files = Shelf(replace(PUBLIC, state=state)), Files()
    assert refusal(lambda: videos(shelf, files).delete("abcdefg", STRANGER)) is code
    assert shelf.video is not None
    assert files.removed == []


def test_media_is_told_what_has_gone() -> None:
    rules = videos(Shelf(PUBLIC))
    rules.record("abcdefg", Progress(State.READY))
    assert refusal(lambda: rules.record("ABCDEFG", Progress(State.READY))) is Code.NOT_FOUND
    assert rules.find_any("abcdefg") == PUBLIC
    assert refusal(lambda: rules.find_any("ABCDEFG")) is Code.NOT_FOUND


def test_a_request_that_is_repeated_makes_one_video() -> None:
    shelf = Shelf(None)
    shelf.announced[b"key"] = "first00"
    videos = Videos(shelf, lambda _: None)
    assert videos.announce(1, "a title", "", b"key") == "first00"
    assert shelf.added == []
    assert videos.announce(1, "a title", "", b"other") == shelf.added[0][0]


@pytest.mark.parametrize("who", [OWNER, MODERATOR])
def test_a_hidden_video_is_for_its_owner_and_moderators(who: int) -> None:
    rules = videos(Shelf(replace(PUBLIC, hidden_by=HiddenBy.DECISION)))
    assert rules.show("abcdefg", viewer(who)).video.hidden_by
    assert refusal(lambda: rules.show("abcdefg", viewer(STRANGER))) is Code.NOT_FOUND
    assert refusal(lambda: rules.show("abcdefg", anonymous)) is Code.NOT_FOUND
    assert not rules.is_open("abcdefg")


def test_chapters_of_the_description_are_shown_in_place_of_the_file_s() -> None:
    of_file = [Chapter(0.0, "of the file"), Chapter(1.0, "too")]
    video = replace(PUBLIC, chapters=of_file)
    assert videos(Shelf(video)).show("abcdefg", lambda: None).video.chapters == of_file
    video = replace(video, duration=99.0, description="0:00 a\n0:10 b\n0:20 c")
    shown = videos(Shelf(video)).show("abcdefg", lambda: None).video
    assert [each.title for each in shown.chapters] == ["a", "b", "c"]
