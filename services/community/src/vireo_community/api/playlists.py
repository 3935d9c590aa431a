"""``/me/playlists`` and ``/playlists/<id>`` with the videos in it."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, maybe_signed_in, signed_in, viewer_id
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.pages import PageQuery
from vireo_common.web import (
    JSON_PROBLEMS,
    PAGE_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Empty,
    Envelope,
    answer,
    answer_page,
    problems,
)
from vireo_community.api.models import (
    EditPlaylistBody,
    PlaceBody,
    PlaylistBody,
    PlaylistPath,
    PlaylistRow,
    PlaylistsQuery,
    PlaylistVideoPath,
    PlaylistVideoRow,
    show_placed,
    show_playlist,
)
from vireo_community.core.playlists import Playlists

WRITE_PROBLEMS = (*TOKEN_PROBLEMS, Code.NOT_FOUND, Code.FORBIDDEN, Code.RATE_LIMITED)
MAYBE_TOKEN: list[dict[str, list[str]]] = [{}, *TOKEN_REQUIRED]
TAGS = [Tag(name="people")]


def own_blueprint(playlists: Playlists) -> APIBlueprint:
    """The routes of one's own playlists, on the rules of ``playlists``."""
    bp = APIBlueprint("own_playlists", __name__, abp_tags=TAGS)

    @bp.get(
        "/me/playlists",
        operation_id="list_my_playlists",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[list[PlaylistRow]],
            **problems(Code.NOT_FOUND, *PAGE_PROBLEMS, *TOKEN_PROBLEMS),
        },
    )
    @signed_in
    def mine(query: PlaylistsQuery) -> Response:
        """One's own playlists, the newest first.

        `later`, which everybody has, is the first of them. With `?video=` each says in `has_video`
        whether that video is in it.

        Example:
            curl $VIREO/me/playlists -H "Authorization: Bearer $TOKEN"
        """
        page = playlists.page(account_id(), query.limit, query.cursor, query.video)
        rows = [show_playlist(row) for row in page.rows]
        also = {} if query.video is None else {"video": query.video}
        return answer_page(page, rows, query.limit, **also)

    @bp.post(
        "/me/playlists",
        operation_id="make_playlist",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[PlaylistRow],
            **problems(Code.RATE_LIMITED, *TOKEN_PROBLEMS, *JSON_PROBLEMS),
        },
    )
    @signed_in
    def make(body: PlaylistBody) -> Response:
        r"""Make a playlist.

        Example:
            curl $VIREO/me/playlists -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' \
              -d '{"title": "Engines", "description": "", "visibility": "public"}'
        """
        made = playlists.add(account_id(), body.title, body.description, body.visibility)
        return answer(show_playlist(made))

    return bp


def blueprint(playlists: Playlists) -> APIBlueprint:
    """The routes of playlists, on the rules of ``playlists``."""
    bp = APIBlueprint("playlists", __name__, abp_tags=TAGS)

    @bp.get(
        "/playlists/<id>",
        operation_id="show_playlist",
        security=MAYBE_TOKEN,
        responses={200: Envelope[PlaylistRow], **problems(Code.NOT_FOUND, *TOKEN_PROBLEMS)},
    )
    @maybe_signed_in
    def show(path: PlaylistPath) -> Response:
        """A playlist: everybody's who has its id, unless it is private.

        `count` is of all videos in it, also those that who asks may not see.

        Example:
            curl $VIREO/playlists/later -H "Authorization: Bearer $TOKEN"
        """
        return answer(show_playlist(playlists.show(path.id, viewer_id())))

    @bp.patch(
        "/playlists/<id>",
        operation_id="edit_playlist",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[PlaylistRow],
            **problems(*WRITE_PROBLEMS, *JSON_PROBLEMS),
        },
    )
    @signed_in
    def edit(path: PlaylistPath, body: EditPlaylistBody) -> Response:
        r"""Change one's own playlist; what is left out stays as it is.

        Example:
            curl -X PATCH $VIREO/playlists/$ID -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"visibility": "private"}'
        """
        changes = body.model_dump(exclude_none=True)
        return answer(show_playlist(playlists.edit(path.id, account_id(), changes)))

    @bp.delete(
        "/playlists/<id>",
        operation_id="delete_playlist",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*WRITE_PROBLEMS)},
    )
    @signed_in
    def remove(path: PlaylistPath) -> Response:
        """Delete one's own playlist; the videos stay.

        Example:
            curl -X DELETE $VIREO/playlists/$ID -H "Authorization: Bearer $TOKEN"
        """
        playlists.remove(path.id, account_id())
        return answer()

    return bp


def videos_blueprint(playlists: Playlists) -> APIBlueprint:
    """The routes of what is in playlists."""
    bp = APIBlueprint("playlist_videos", __name__, abp_tags=TAGS)

    @bp.get(
        "/playlists/<id>/videos",
        operation_id="list_playlist_videos",
        security=MAYBE_TOKEN,
        responses={
            200: Envelope[list[PlaylistVideoRow]],
            **problems(Code.NOT_FOUND, *PAGE_PROBLEMS, *TOKEN_PROBLEMS),
        },
    )
    @maybe_signed_in
    def videos(path: PlaylistPath, query: PageQuery) -> Response:
        """The videos of a playlist in its order, without those that may not be seen.

        Example:
            curl $VIREO/playlists/$ID/videos
        """
        viewer = viewer_id()
        page = playlists.videos(path.id, viewer, query.limit, query.cursor)
        shown = [show_placed(row, signed_in=viewer is not None) for row in page.rows]
        return answer_page(page, shown, query.limit)

    @bp.put(
        "/playlists/<id>/videos/<hash_path>",
        operation_id="put_into_playlist",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[PlaylistRow],
            **problems(*WRITE_PROBLEMS, *JSON_PROBLEMS),
        },
    )
    @signed_in
    def put(path: PlaylistVideoPath, body: PlaceBody) -> Response:
        r"""Put a video into one's own playlist, or move it.

        Example:
            curl -X PUT $VIREO/playlists/later/videos/$HASH -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"position": 0}'
        """
        changed = playlists.put(path.id, account_id(), path.hash_path, body.position)
        return answer(show_playlist(changed))

    @bp.delete(
        "/playlists/<id>/videos/<hash_path>",
        operation_id="take_from_playlist",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[PlaylistRow], **problems(*WRITE_PROBLEMS)},
    )
    @signed_in
    def take(path: PlaylistVideoPath) -> Response:
        """Take a video out of one's own playlist.

        Example:
            curl -X DELETE $VIREO/playlists/later/videos/$HASH -H "Authorization: Bearer $TOKEN"
        """
        return answer(show_playlist(playlists.take(path.id, account_id(), path.hash_path)))

    return bp
