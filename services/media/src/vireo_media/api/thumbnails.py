"""``/v/<hash>/thumbnails`` and ``/v/<hash>/thumbnail``: the thumbnail, as a video's owner wants it.

Everybody gets it at ``/thumbnails/<hash>``; see ``files.py``.
"""

import hashlib

from flask import Response, request
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, maybe_signed_in, public, required_account_id, signed_in
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code, Failure
from vireo_common.grants import Grants, Purpose
from vireo_common.web import (
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Envelope,
    answer,
    client_address,
    problems,
)
from vireo_media.api.asked_before import body_length, given_grant, permission, refusal
from vireo_media.api.models import (
    CandidatePath,
    HashPathInPath,
    ThumbnailBody,
    ThumbnailObject,
)
from vireo_media.api.pictures import PICTURE_BODY, picture_bytes
from vireo_media.core.thumbnails import Thumbnail, Thumbnails

_FRAME = {
    "description": "A JPEG, at most 640 pixels on its longer side.",
    "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
}


def blueprint(thumbnails: Thumbnails, grants: Grants) -> APIBlueprint:
    """The routes, on the rules of ``thumbnails``."""
    bp = APIBlueprint("thumbnail", __name__, abp_tags=[Tag(name="videos")])
    _add_candidates(bp, thumbnails)
    _add_choice(bp, thumbnails)
    _add_upload(bp, thumbnails, grants)
    return bp


def _add_candidates(bp: APIBlueprint, thumbnails: Thumbnails) -> None:
    @bp.get(
        "/v/<hash_path>/thumbnails",
        operation_id="list_thumbnail_candidates",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[list[ThumbnailObject]],
            **problems(*TOKEN_PROBLEMS, Code.NOT_FOUND),
        },
    )
    @signed_in
    def candidates(path: HashPathInPath) -> Response:
        """Frames that the owner may choose as the thumbnail.

        Up to six, from all parts of the video, sharp, and neither black nor blank. There are none
        for the first moments after a video can be watched. `url` needs the token too.

        Example:
            curl $VIREO/v/$HASH/thumbnails -H "Authorization: Bearer $TOKEN"
        """
        found = thumbnails.candidates(path.hash_path, account_id())
        return answer([_candidate(path.hash_path, each) for each in found])

    @bp.get(
        "/v/<hash_path>/thumbnails/<int:number>",
        operation_id="download_thumbnail_candidate",
        security=TOKEN_REQUIRED,
        responses={200: _FRAME, **problems(*TOKEN_PROBLEMS, Code.NOT_FOUND)},
    )
    @signed_in
    def candidate(path: CandidatePath) -> Response:
        """The picture of a frame that the owner may choose.

        Example:
            curl -o frame.jpg $VIREO/v/$HASH/thumbnails/$ID -H "Authorization: Bearer $TOKEN"
        """
        picture = thumbnails.candidate(path.hash_path, account_id(), path.number)
        response = Response(picture, mimetype="image/jpeg")
        response.set_etag(hashlib.sha256(picture).hexdigest()[:32])
        response.headers["Cache-Control"] = "private, no-cache"
        response.make_conditional(request)
        return response


def _add_choice(bp: APIBlueprint, thumbnails: Thumbnails) -> None:
    @bp.put(
        "/v/<hash_path>/thumbnail",
        operation_id="choose_thumbnail",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[ThumbnailObject],
            **problems(
                *TOKEN_PROBLEMS,
                *(Code.INVALID_BODY, Code.MISSING_FIELD, Code.SUSPENDED, Code.NOT_FOUND),
                *(Code.NOT_PLAYABLE, Code.RATE_LIMITED, Code.UNAVAILABLE),
            ),
        },
    )
    @signed_in
    def choose(path: HashPathInPath, body: ThumbnailBody) -> Response:
        r"""Choose a frame of the video as its thumbnail.

        With `candidate` or with `time`. It is the thumbnail when this is answered, and stays so
        whatever is made of the video afterwards.

        Example:
            curl -X PUT $VIREO/v/$HASH/thumbnail -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"time": 1.5}'
        """
        chosen = thumbnails.choose(path.hash_path, account_id(), body.candidate, body.time)
        return answer(_chosen(path.hash_path, chosen))


def _add_upload(bp: APIBlueprint, thumbnails: Thumbnails, grants: Grants) -> None:
    @bp.post(
        "/v/<hash_path>/thumbnail",
        operation_id="upload_thumbnail",
        security=TOKEN_REQUIRED,
        openapi_extensions=PICTURE_BODY,
        responses={
            200: Envelope[ThumbnailObject],
            **problems(
                *TOKEN_PROBLEMS,
                *(Code.NO_BYTES, Code.SUSPENDED, Code.NOT_FOUND, Code.REQUEST_TIMEOUT),
                *(Code.NOT_PLAYABLE, Code.TOO_LARGE, Code.UNSUPPORTED_MEDIA, Code.RATE_LIMITED),
                *(Code.UNAVAILABLE, Code.DISK_FULL),
            ),
        },
    )
    @public
    def upload(path: HashPathInPath) -> Response:
        r"""Set a picture as the thumbnail of a video.

        At most 10 MiB and 25 million pixels (64 million as JPEG). It keeps its shape, stands
        upright, is never enlarged, and nothing of its metadata is served.

        Example:
            curl $VIREO/v/$HASH/thumbnail -H "Authorization: Bearer $TOKEN" \
              --data-binary @poster.jpg
        """
        grant = given_grant(grants, Purpose.THUMBNAIL, path.hash_path)
        sender = (path.hash_path, grant.holder, grant.reference)
        return answer(_chosen(path.hash_path, thumbnails.set(*sender, picture_bytes)))

    @bp.get("/gateway/may_set_thumbnail/<hash_path>", doc_ui=False)
    @maybe_signed_in
    def may_set_thumbnail(path: HashPathInPath) -> Response:
        try:
            channel_id = required_account_id(writes=True)
            whose = (path.hash_path, channel_id, client_address())
            opened = thumbnails.open(*whose, body_length())
            ends = (opened.grant_seconds, opened.open_id)
            with thumbnails.closing_on_failure(opened):
                grant = grants.make(Purpose.THUMBNAIL, path.hash_path, channel_id, *ends)
        except Failure as failure:
            return refusal(failure)
        return permission(grant)


def _candidate(hash_path: str, frame: Thumbnail) -> dict[str, object]:
    return {
        "id": frame.number,
        "time": _seconds(frame),
        "url": f"/v/{hash_path}/thumbnails/{frame.number}",
        "chosen": frame.chosen,
    }


def _chosen(hash_path: str, thumbnail: Thumbnail) -> dict[str, object]:
    version = thumbnail.version
    return {
        "id": thumbnail.number,
        "time": _seconds(thumbnail),
        "url": f"/thumbnails/{hash_path}" + (f"?v={version}" if version else ""),
        "chosen": thumbnail.chosen,
        "thumbnail_version": version,
    }


def _seconds(thumbnail: Thumbnail) -> float | None:
    return None if thumbnail.number is None else thumbnail.number / 1000
