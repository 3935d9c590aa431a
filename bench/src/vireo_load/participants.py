"""What users with an account do with videos and each other; each finds what it did."""

import uuid

from vireo_load import checks
from vireo_load.checks import Answer, require
from vireo_load.plan import Film
from vireo_load.visitors import Visitor

_LIMIT = 24
# An account of today may write ten comments an hour.
_MOST_COMMENTS = 8


class Participant(Visitor):
    """A user with a token who likes, comments, follows and comes back to what was watched."""

    abstract = True
    _written = 0

    def take_part(self) -> None:
        """Watch a film for a moment, and answer it."""
        film = self.film()
        self._read_comments(film)
        self._note_position(film)
        channel = self._like(film)
        self.pause()
        if self._written < _MOST_COMMENTS:
            self._comment(film)
        self._follow(channel)
        self._notices()

    def _read_comments(self, film: Film) -> list[dict[str, object]]:
        path = f"/v/{film.hash_path}/comments?limit={_LIMIT}"
        return self.ask("GET /v/../comments", path, _rows)

    def _note_position(self, film: Film) -> None:
        """The film stands at the top of one's history, at the place where one left it."""
        body = {"position": 1.5, "watched": 1.5, "session": uuid.UUID(int=self._bits()).hex}
        path = f"/v/{film.hash_path}/position"
        self.ask("PUT /v/../position", path, checks.nothing, json=body)

        def latest(answer: Answer) -> None:
            row = _rows(answer)[0]
            found = (row["thumbnail"], row["my_position"])
            require(found == (film.hash_path, 1.5), f"the latest of the history is {found}")

        self.ask("GET /me/history", f"/me/history?limit={_LIMIT}", latest)

    def _like(self, film: Film) -> str:
        """One likes it or not any more, and sees it so; returns the video's channel."""
        wanted = self.chance.choice(["like", "like", "dislike", "none"])

        def counted(answer: Answer) -> None:
            value = checks.fields(answer)
            require(value.get("reaction") == wanted, f"{value!r:.120} after {wanted}")
            number = value.get("likes" if wanted == "like" else "dislikes")
            least = 0 if wanted == "none" else 1
            require(isinstance(number, int) and number >= least, f"{value!r:.120} after {wanted}")

        path = f"/v/{film.hash_path}/reaction"
        self.ask("PUT /v/../reaction", path, counted, json={"reaction": wanted})
        check = checks.video({"my_reaction": wanted})
        value = self.ask("GET /v, after a reaction", f"/v/{film.hash_path}", check)
        return str(value["channel"])

    def _comment(self, film: Film) -> None:
        """A comment stands among the newest at once, and goes when its author deletes it."""
        text = f"Seen, {self._bits():032x}."

        def posted(answer: Answer) -> object:
            value = checks.fields(answer)
            require(value.get("text") == text and value.get("state") == "shown", f"{value!r:.160}")
            return value["id"]

        path = f"/v/{film.hash_path}/comments"
        number = self.ask("POST /v/../comments", path, posted, json={"text": text})
        self._written += 1
        found = {row["id"]: row.get("text") for row in self._read_comments(film)}
        require(found.get(number) == text, f"comment {number} is not among the newest")
        if self.chance.random() < 0.5:
            self.ask("DELETE /comments", f"/comments/{number}", checks.nothing)
            rows = self._read_comments(film)
            require(all(row["id"] != number for row in rows), "a deleted comment is shown")

    def _follow(self, channel: str) -> None:
        """What one follows is in the feed."""

        def followed(answer: Answer) -> None:
            value = checks.fields(answer)
            number = value.get("subscribers")
            holds = value.get("subscribed") is True and isinstance(number, int) and number > 0
            require(holds, f"{value!r:.160} after a subscription")

        path = f"/channel/{channel}/subscription"
        self.ask("PUT /channel/../subscription", path, followed, json={"notify": "all"})

        def has_videos(answer: Answer) -> None:
            require(bool(checks.page(_LIMIT)(answer).rows), "nothing in the feed")

        self.ask("GET /feed", f"/feed?limit={_LIMIT}", has_videos)

    def _notices(self) -> None:
        def unread(answer: Answer) -> None:
            rows, number = _rows(answer), answer.headers.get("vireo-unread", "")
            require(number.isdigit(), f"Vireo-Unread is {number!r}")
            found = sum(row["read"] is False for row in rows)
            require(int(number) >= found, f"{number} unread, and {found} of them on a page")

        self.ask("GET /notifications", f"/notifications?limit={_LIMIT}", unread)

    def _bits(self) -> int:
        return self.chance.getrandbits(128)


def _rows(answer: Answer) -> list[dict[str, object]]:
    value = checks.response(answer)
    if not isinstance(value, list):
        raise checks.Wrong(f"no list: {value!r:.200}")
    return value
