"""Users with an account: they sign in, manage their channel, and upload."""

import re
import uuid
from typing import Any

from vireo_load import checks, mix
from vireo_load.checks import Answer, Walk, Wrong, require
from vireo_load.participants import Participant
from vireo_load.plan import Clip
from vireo_testing.person import details

_HASH_PATH = re.compile(r"[A-Za-z0-9]{7}")
_PIECE = 1 << 20
_LIMIT = 50
# How often a clip that is encoded is polled for: others are in the queue before it.
_LOOKS, _SLOWLY = 240, 20
_DIFFERENCE_SECONDS = 0.3


class Member(Participant):
    """A user with a channel, who knows what must be in it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        name = uuid.UUID(int=self.chance.getrandbits(128)).hex
        self._name, self._password = f"m{name[:14]}", f"day {name[14:]}"
        self._refresh_token = ""
        self._clips: dict[str, str] = {}
        """Hash path to title, the oldest first."""
        self._cards: list[str] = []

    def visit(self) -> None:
        """The next action of the shuffled deck; the first visit signs up and uploads."""
        if not self.token:
            self._sign_up()
            self._sign_in()
            self._cards = ["upload"]
            if self.number == 0:
                # So that the shortest run has one of each.
                self._cards = ["encode", "refresh", "sign_in_again", "look", "take_part", "upload"]
        elif not self._cards:
            self._cards = [name for name, count in mix.MEMBER.items() for _ in range(count)]
            self.chance.shuffle(self._cards)
        match self._cards.pop():
            case "browse":
                self.home()
            case "look":
                self._look()
            case "take_part":
                self.take_part()
            case "refresh":
                self._refresh()
            case "sign_in_again":
                self._sign_in_again()
            case "upload":
                self._upload(self.day.plan.playable, self.day.clips["playable"], "a clip")
            case _:
                self._upload(self.day.plan.foreign, self.day.clips["foreign"], "to be encoded")

    # Accounts

    def _sign_up(self) -> None:
        body = details(self._name, self._password)
        self.ask("POST /sign_up", "/sign_up", checks.nothing, json=body)

    def _sign_in(self) -> None:
        credentials = {
            "username": self._name,
            "password": self._password,
            # As a client without cookies does.
            "refresh_token": True,
        }
        self.token = ""
        self._take(self.ask("POST /sign_in", "/sign_in", _signed_in, json=credentials))

    def _refresh(self) -> None:
        body = {"refresh_token": self._refresh_token}
        before = self.token
        self._take(self.ask("POST /token/refresh", "/token/refresh", _signed_in, json=body))
        require(self.token != before, "the same token again")
        self._look()

    def _take(self, tokens: tuple[str, str]) -> None:
        self.token, self._refresh_token = tokens

    def _sign_in_again(self) -> None:
        """Sign out here, which ends the session at once, and come back."""
        self.ask("POST /sign_out", "/sign_out", checks.nothing)
        self.ask("GET /me, signed out", "/me", checks.failure(401, "token_revoked"))
        self.pause()
        self._sign_in()
        self._look()

    def _look(self) -> None:
        """One's own account and videos, which are what this person put there and nothing else."""

        def mine(answer: Answer) -> None:
            value = checks.fields(answer)
            require(value.get("username") == self._name, f"the account of {value!r:.120}")

        self.ask("GET /me", "/me", mine)
        walk = Walk(newest_first=False)
        page = self.ask("GET /me/videos", f"/me/videos?limit={_LIMIT}", checks.page(_LIMIT))
        walk.turn(page)
        found = {str(row["thumbnail"]): str(row["title"]) for row in reversed(page.rows)}
        require(
            list(found.items()) == list(self._clips.items()),
            f"one's videos are {found}, not {self._clips}",
        )
        self.pause()

    # Clips

    def _upload(self, clip: Clip, body: bytes, what: str) -> None:
        """From a file to a video: announce, send, wait, watch, find, edit; delete the oldest."""
        word = f"w{self.chance.getrandbits(64):016x}"
        title = f"{word} {what}"
        hash_path = self._announce(title)
        self._clips[hash_path] = title
        self.ask(f"POST /upload/v, {what}", f"/upload/v/{hash_path}", checks.nothing, data=body)
        self._wait_until_ready(hash_path, clip, title)
        self._watch(hash_path)
        self._find(word, hash_path)
        self.pause()
        self._edit(hash_path, f"{title}, edited")
        if len(self._clips) > mix.KEPT_CLIPS:
            self.pause()
            self._delete(next(iter(self._clips)))

    def _announce(self, title: str) -> str:
        def check(answer: Answer) -> str:
            value = checks.response(answer)
            require(isinstance(value, str) and bool(_HASH_PATH.fullmatch(value)), f"{value!r}")
            return str(value)

        text = {"title": title, "description": "It was taken today."}
        return self.ask("POST /upload", "/upload", check, json=text)

    def _wait_until_ready(self, hash_path: str, clip: Clip, title: str) -> None:
        check = checks.video({"channel": self._name, "title": title, "uploaded": True})
        for number in range(_LOOKS):
            value = self.ask("GET /v, one's own", f"/v/{hash_path}", check)
            if value["state"] == "ready":
                size = (value["width"], value["height"])
                require(size == (clip.width, clip.height), f"{size} pixels of {clip!r}")
                seconds = float(str(value["duration"]))
                near = abs(seconds - clip.seconds) < _DIFFERENCE_SECONDS
                require(near, f"{seconds} s of {clip!r}")
                return
            require(value["state"] in {"waiting", "processing"}, f"a clip is {value!r:.160}")
            # First at once, as a page that shows how far it is; then every few seconds.
            self.pause(1.0 if number < _SLOWLY else 4.0)
        raise Wrong("a clip was not ready in time")

    def _watch(self, hash_path: str) -> None:
        """The clip and its thumbnail, as the files are that the gateway has of it."""
        path = f"/video/d/{hash_path}"
        whole = self.day.files.video(hash_path).read_bytes()
        require(whole[4:8] == b"ftyp", "a published file is no MP4")
        last = min(_PIECE, len(whole)) - 1
        part = {"Range": f"bytes=0-{last}"}
        self.ask("GET /video/d, one's own", path, checks.part(whole, 0, last), part)
        self.ask("GET /video/d, one's own, whole", path, checks.file(whole, checks.FILM))
        image = self.day.files.thumbnail(hash_path).read_bytes()
        check = checks.file(image, checks.IMAGE)
        self.ask("GET /thumbnails, one's own", f"/thumbnails/{hash_path}", check)

    def _find(self, word: str, hash_path: str) -> None:
        """It is found by a word of its title as soon as it is ready."""

        def check(answer: Answer) -> None:
            found = [row["thumbnail"] for row in checks.page(_LIMIT)(answer).rows]
            require(found == [hash_path], f"{found} for the word of {hash_path}")

        self.ask("GET /search/all, one's own", f"/search/all/{word}?limit={_LIMIT}", check)

    def _edit(self, hash_path: str, title: str) -> None:
        check = checks.video({"title": title, "thumbnail": hash_path})
        self.ask("PATCH /v", f"/v/{hash_path}", check, json={"title": title})
        self._clips[hash_path] = title
        self.ask("GET /v, one's own", f"/v/{hash_path}", check)

    def _delete(self, hash_path: str) -> None:
        path = f"/v/{hash_path}"
        self.ask("DELETE /v", path, checks.nothing)
        del self._clips[hash_path]
        self.ask("GET /v, deleted", path, checks.failure(404, "not_found"))
        no_file = checks.failure(400, "no_video_file")
        self.ask("GET /video/d, deleted", f"/video/d/{hash_path}", no_file)


def _signed_in(answer: Answer) -> tuple[str, str]:
    value = checks.fields(answer)
    token, following = value.get("vtoken"), value.get("refresh_token")
    require(isinstance(token, str) and token.count(".") == 2, f"no token: {value.keys()}")
    require(isinstance(following, str) and bool(following), f"no refresh token: {value.keys()}")
    require(value.get("expires_in") == 10_800, f"expires in {value.get('expires_in')}")
    return str(token), str(following)
