"""Lists of comments: keyset pages over the indexes ``New`` and ``Top``.

Every order is read from an index where a page begins, however deep it is. What is listed for
everybody is one part of the index; where something waits for review, what a viewer sees of that
(their own, or all below their own video) is a second one, and the two are merged. Rows of people
who are gone or blocked are left out after they were read; so that a page never reads more than
``LOOKED_AT``, it may be shorter than asked, and its cursor goes on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.pages import Page, decode_cursor, encode_cursor
from vireo_community.core.comments import Comment, CommentSort, CommentState, Found, is_shown
from vireo_community.core.videos import Subject
from vireo_community.storage.comment_values import COLUMNS, MINE, NOBODYS, comment, mine_of

LOOKED_AT = 1_000
# Beyond any id and any number of likes.
LAST, MOST_LIKES = (1 << 63) - 1, (1 << 31) - 1

PLAIN = f"""
SELECT STRAIGHT_JOIN {COLUMNS}, {{mine}}
FROM Comments m FORCE INDEX ({{index}}) LEFT JOIN Channels c ON c.ChannelID = m.ChannelID
WHERE {{where}} AND {{range}} ORDER BY {{order}} LIMIT %s
"""

# A channel's own that wait for review are few; so they may be sorted.
KEYS = """
(SELECT CommentID FROM Comments FORCE INDEX ({index})
WHERE {where} AND {range} ORDER BY {order} LIMIT %s)
"""

MERGED = f"""
SELECT STRAIGHT_JOIN {COLUMNS}, {{mine}}
FROM ({{keys}}) keyed JOIN Comments m ON m.CommentID = keyed.CommentID
LEFT JOIN Channels c ON c.ChannelID = m.ChannelID
ORDER BY {{order}} LIMIT %s
"""

ONE = f"""
SELECT {COLUMNS}, {{mine}} FROM Comments m LEFT JOIN Channels c ON c.ChannelID = m.ChannelID
WHERE m.CommentID = %s AND m.VideoID = %s AND m.Listed = 1
"""

# Columns of ``m``, which the other tables have too.
BELOW = "{m}VideoID = %s AND {m}ParentID = %s AND {m}Listed = {listed}"

Place = tuple[int, ...]


@dataclass(frozen=True)
class _Order:
    """An order of a list: its index, its columns, and what comes after a place."""

    name: str
    index: str
    columns: tuple[str, ...]
    start: Place

    @property
    def by(self) -> str:
        """For ``ORDER BY``."""
        return ", ".join(self.columns)

    def after(self, place: Place) -> tuple[str, Place]:
        """The condition of what comes after a place, and its parameters."""
        if self.name == CommentSort.TOP:
            # Written so, MariaDB begins both ranges where they begin. With `Likes <= a AND ...`, as
            # lists by time have it, it would scan all that have as many likes: often most of them.
            likes, comment_id = place
            condition = "({m}Likes < %s OR ({m}Likes = %s AND {m}CommentID < %s))"
            return condition, (likes, likes, comment_id)
        return "{m}CommentID > %s" if self.name == "replies" else "{m}CommentID < %s", place

    def place(self, row: Comment) -> Place:
        """Where a comment stands."""
        own = (row.comment_id,)
        return (row.likes, *own) if self.name == CommentSort.TOP else own


ORDERS = {
    CommentSort.NEW: _Order("new", "New", ("CommentID DESC",), (LAST,)),
    CommentSort.TOP: _Order("top", "Top", ("Likes DESC", "CommentID DESC"), (MOST_LIKES, LAST)),
}
OLDEST = _Order("replies", "New", ("CommentID",), (0,))


@dataclass(frozen=True)
class _List:
    """A list as a viewer sees it; ``parent_id`` is 0 for the comments of the video itself."""

    video: Subject
    parent_id: int
    viewer: int | None
    order: _Order
    moderator: bool = False

    def decode(self, cursor: str | None) -> Place:
        """The place where a page begins.

        Raises:
            Failure: ``invalid_cursor``, also for one of another list.
        """
        if cursor is None:
            return self.order.start
        kinds = (str, int, int, *(int for _ in self.order.start))
        name, *numbers = decode_cursor(cursor, kinds)
        video_id, parent_id, *place = (int(number) for number in numbers)
        whose = (name, video_id, parent_id)
        if whose != (self.order.name, self.video.video_id, self.parent_id):
            raise Failure(Code.INVALID_CURSOR)
        return tuple(place)

    def encode(self, place: Place) -> str:
        """The cursor of a place."""
        whose = (self.order.name, self.video.video_id, self.parent_id)
        return encode_cursor((*whose, *place))

    def statement(self, place: Place, limit: int) -> tuple[str, tuple[Any, ...]]:
        """The statement of a page, and its parameters."""
        after, of_place = self.order.after(place)
        scopes = self._scopes()
        mine = NOBODYS if self.viewer is None else MINE
        order = ", ".join(f"m.{column}" for column in self.order.columns)
        if len(scopes) == 1:
            ((index, where, values),) = scopes
            here, there = where.format(m="m."), after.format(m="m.")
            plain = PLAIN.format(mine=mine, index=index, where=here, range=there, order=order)
            return plain, (*mine_of(self.viewer), *values, *of_place, limit)
        keys = "UNION ALL".join(
            KEYS.format(
                index=index,
                where=where.format(m=""),
                range=after.format(m=""),
                order=self.order.by,
            )
            for index, where, _ in scopes
        )
        of_scopes = [each for *_, values in scopes for each in (*values, *of_place, limit)]
        merged = MERGED.format(mine=mine, keys=keys, order=order)
        return merged, (*mine_of(self.viewer), *of_scopes, limit)

    def _scopes(self) -> list[tuple[str, str, Place]]:
        """An index, a condition and its parameters for each part that the viewer sees."""
        here: Place = (self.video.video_id, self.parent_id)
        scopes = [(self.order.index, BELOW.replace("{listed}", "1"), here)]
        # What is not listed waits, or is the place of replies that do.
        if not self.video.in_review or self.viewer is None:
            return scopes
        hidden = BELOW.replace("{listed}", "0")
        if self.moderator or self.viewer == self.video.channel_id:
            return [*scopes, (self.order.index, hidden, here)]
        return [*scopes, ("Own", f"{{m}}ChannelID = %s AND {hidden}", (self.viewer, *here))]


class CommentListTable:
    """Lists of comments in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        video: Subject,
        viewer: int | None,
        sort: CommentSort,
        limit: int,
        cursor: str | None,
        *,
        moderator: bool = False,
    ) -> Page[Comment]:
        """The comments of a video that the viewer sees, the pinned one first."""
        wanted = _List(video, 0, viewer, ORDERS[sort], moderator)
        place = wanted.decode(cursor)
        first = self._pinned(video, viewer) if cursor is None else []
        return self._fill(wanted, first, place, limit)

    def replies(
        self,
        parent: Found,
        viewer: int | None,
        limit: int,
        cursor: str | None,
        *,
        moderator: bool = False,
    ) -> Page[Comment]:
        """The replies to a comment that the viewer sees, the oldest first."""
        wanted = _List(parent.video, parent.comment.comment_id, viewer, OLDEST, moderator)
        return self._fill(wanted, [], wanted.decode(cursor), limit)

    def _pinned(self, video: Subject, viewer: int | None) -> list[Comment]:
        if video.pinned_id is None:
            return []
        statement = ONE.format(mine=NOBODYS if viewer is None else MINE)
        with self._database.read() as cursor:
            cursor.execute(statement, (*mine_of(viewer), video.pinned_id, video.video_id))
            rows = cursor.fetchall()
        return [found for found, hidden in (_row(row, video, viewer) for row in rows) if not hidden]

    def _fill(self, wanted: _List, rows: list[Comment], place: Place, limit: int) -> Page[Comment]:
        looked_at = 0
        while looked_at < LOOKED_AT:
            # What was left out is made up for by a larger step.
            step = limit - len(rows) + 1 if looked_at == 0 else LOOKED_AT // 5
            chunk = self._read(wanted, place, step)
            looked_at += step
            for found, hidden in chunk:
                if len(rows) == limit:
                    return Page(rows, wanted.encode(place))
                place = wanted.order.place(found)
                if not hidden and not found.pinned:
                    rows.append(found)
            if len(chunk) < step:
                return Page(rows, None)
        return Page(rows, wanted.encode(place))

    def _read(self, wanted: _List, place: Place, limit: int) -> list[tuple[Comment, bool]]:
        statement, values = wanted.statement(place, limit)
        with self._database.read() as cursor:
            cursor.execute(statement, values)
            rows = cursor.fetchall()
        moderator = wanted.moderator
        return [_row(row, wanted.video, wanted.viewer, moderator=moderator) for row in rows]


def _row(
    row: Sequence[Any], video: Subject, viewer: int | None, *, moderator: bool = False
) -> tuple[Comment, bool]:
    """A comment, and whether it is hidden from the viewer."""
    *own, is_blocked = row
    found = comment(own, video)
    gone = not found.channel and found.state is not CommentState.DELETED
    shown = is_shown(viewer, video.channel_id, found, moderator=moderator)
    return found, gone or bool(is_blocked) or not shown
