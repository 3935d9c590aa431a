"""Everything at once below one video: what is counted equals the rows, and nobody is refused for
the others' sake."""

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from vireo_common.database import Database
from vireo_community.storage.comment_likes import CommentLikeTable
from vireo_community.storage.comment_removal import Removal

PEOPLE, STEPS = 10, 30

ORPHANS = """
SELECT r.CommentID FROM Comments r LEFT JOIN Comments p ON p.CommentID = r.ParentID
WHERE r.ParentID <> 0 AND p.CommentID IS NULL
UNION ALL
SELECT l.CommentID FROM CommentLikes l LEFT JOIN Comments m USING (CommentID)
WHERE m.CommentID IS NULL
"""


class Crowd:
    """People who do this and that below one video; ``seen`` are the comments that they know of."""

    def __init__(self, people: Any, seen: list[int]) -> None:
        self.people = people
        self.seen = seen

    def live(self, name: str) -> set[int]:
        """What somebody was answered with."""
        source = random.Random(name)
        return {self._act(name, source) for _ in range(STEPS)}

    def _act(self, name: str, source: random.Random) -> int:
        people, comment = self.people, source.choice(self.seen)
        path, act = f"/comments/{comment}", source.randrange(6)
        if act < 2:
            text = f"@person{source.randrange(PEOPLE)} text"
            sent = people.post(name, text, reply_to=comment)
            if sent.status_code == 200:
                self.seen.append(sent.json["response"]["id"])
        elif act == 2:
            sent = people.send(name, "PUT", f"{path}/like", like=source.random() < 0.6)
        elif act == 3:
            kind = source.choice(["like", "dislike", "none"])
            sent = people.send(name, "PUT", f"/v/{people.video}/reaction", reaction=kind)
        elif act == 4:
            sent = people.send(name, "DELETE", path)
        else:
            sent = people.send(name, "PATCH", path, text=f"other {source.random()}")
        return int(sent.status_code)

    def own(self) -> set[int]:
        """What the owner of the video was answered with."""
        source, statuses = random.Random(1), set()
        for _ in range(STEPS):
            path = f"/comments/{source.choice(self.seen)}"
            self.people.policy(source.choice(["open", "review"]))
            for method, below, body in (
                ("POST", "/approve", {}),
                ("PUT", "/pin", {"pin": True}),
                ("DELETE", "", {}),
            ):
                sent = self.people.send("Ada", method, f"{path}{below}", **body)
                statuses.add(int(sent.status_code))
        return statuses


def test_people_write_like_delete_and_go(
    people: Any, token: Any, community_database: Database
) -> None:
    query, removal = people.stage.database.query, Removal(community_database)
    names = [f"person{number}" for number in range(PEOPLE)]
    for name in names:
        people.ids[name] = people.stage.channel(name)
        people.tokens[name] = token(people.ids[name])
    crowd = Crowd(people, [people.made("Ada") for _ in range(4)])

    def live(name: str) -> set[int]:
        statuses = crowd.live(name)
        if int(name.removeprefix("person")) % 3 == 0:
            query("DELETE FROM Channels WHERE Username = %s", (name,))
            while removal.remove_of_channel(people.ids[name], 3):
                pass
        return statuses

    with ThreadPoolExecutor(PEOPLE + 1) as pool:
        works = [pool.submit(crowd.own), *(pool.submit(live, name) for name in names)]
        statuses = set().union(*(work.result() for work in works))
    assert statuses <= {200, 403, 404}
    CommentLikeTable(community_database).sweep()
    people.count()
    assert query(ORPHANS) == ()
    ((likes, dislikes),) = query("SELECT `Like`, Dislike FROM Videos")
    kinds = [kind for (kind,) in query("SELECT Reaction FROM Reactions")]
    assert (kinds.count("like"), kinds.count("dislike")) == (likes, dislikes)
