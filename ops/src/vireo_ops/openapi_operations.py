"""What the API document says beyond the code: names, groups, examples and the gateway's answers.

One row for each operation of the gateway. A route without a row here, or a row without a route,
stops the generation, so that nothing is published without a name that is meant to last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vireo_common.errors import Code

VERSION = "1"

DESCRIPTION = Path(__file__).with_name("templates") / "openapi_description.md"
"""What is common to all operations, a paragraph for each habit."""

TAGS: Mapping[str, str] = {
    "accounts": "Make an account and sign in.",
    "sessions": "Stay signed in, see where, and sign out.",
    "videos": "Announce, upload, look at, watch and delete videos.",
    "channels": "Every account has a channel of its name.",
    "search": "Find channels and videos.",
    "gateway": "The door itself.",
}


@dataclass(frozen=True)
class Operation:
    """An operation's lasting name, its group, more to say about it, and a `curl` that shows it.

    `also` are codes that the service's own description leaves out: the gateway's and Flask's.
    """

    name: str
    tag: str
    text: str
    example: str
    also: tuple[Code, ...] = ()


ADDRESS = (Code.INVALID_REQUEST, Code.URI_TOO_LONG, Code.HEADERS_TOO_LARGE)
"""What any address can be answered by, before it is looked at."""
PROXIED = (Code.INTERNAL_ERROR, Code.BAD_GATEWAY, Code.UNAVAILABLE, Code.GATEWAY_TIMEOUT)
"""What any service can be answered for, where it or the database is down, or has a defect."""
BODY = (Code.REQUEST_TIMEOUT, Code.TOO_LARGE)
"""What any body can be answered by."""

_OWNER = '-H "Authorization: Bearer $TOKEN"'

OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("post", "/sign_up"): Operation(
        "sign_up",
        "accounts",
        "The username is compared without regard to case and kept as typed; that of a deleted "
        "channel is taken for 30 days. The account's owner is at least 13 and at most 120 years "
        "old.",
        "curl $VIREO/sign_up -H 'Content-Type: application/json' -d '{\n"
        '  "fname": "Ada", "mname": "", "lname": "Lovelace", "username": "ada",\n'
        '  "email": "ada@example.org", "password": "rosy-otter-42",\n'
        '  "day": 10, "month": 12, "year": 1990}\'',
        (*ADDRESS, *PROXIED, *BODY, Code.RATE_LIMITED),
    ),
    ("post", "/sign_in"): Operation(
        "sign_in",
        "accounts",
        "Five wrong passwords for one username from one address within ten minutes block that"
        " pair for 15 minutes. `attempts_left` says how many are left; `retry_after` and "
        "`blocked_until` say for how long it is blocked. A browser that was signed in has a "
        "cookie, and tries of its own.",
        "curl $VIREO/sign_in -H 'Content-Type: application/json' \\\n"
        '  -d \'{"username": "ada", "password": "rosy-otter-42"}\'',
        (*ADDRESS, *PROXIED, *BODY),
    ),
    ("get", "/me"): Operation(
        "show_me",
        "accounts",
        "",
        f"curl $VIREO/me {_OWNER}",
        (*ADDRESS, *PROXIED),
    ),
    ("get", "/me/export"): Operation(
        "export_me",
        "accounts",
        "A ZIP of JSON files, described by `README.txt` in it, and the original of every video. "
        "The first request has it made and is answered 202, as are all until it is there. Then "
        "the same archive is served for a day; after that, another is made.",
        f"curl -OJ $VIREO/me/export {_OWNER}",
        (*ADDRESS, *PROXIED, Code.NOT_FOUND),
    ),
    ("patch", "/me"): Operation(
        "change_me",
        "accounts",
        "All of it is changed, or nothing. Another address asks for the password, and is to be "
        "verified anew; the old one is told by mail, with a link that undoes it. An account has "
        "ten other addresses in three days at the most.",
        f"curl -X PATCH $VIREO/me {_OWNER} \\\n"
        "  -H 'Content-Type: application/json' -d '{\"fname\": \"Augusta\"}'",
        (*ADDRESS, *PROXIED, *BODY),
    ),
    ("post", "/password/change"): Operation(
        "change_password",
        "accounts",
        "A wrong password counts like one at `POST /sign_in`. All other sessions end, and the "
        "owner is told by mail.",
        f"curl $VIREO/password/change {_OWNER} \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        '  -d \'{"old_password": "rosy-otter-42", "new_password": "rosy-otter-43"}\'',
        (*ADDRESS, *PROXIED, *BODY),
    ),
    ("post", "/email/verify"): Operation(
        "verify_email",
        "accounts",
        "The token stands in the link of the mail that every sign-up and every change of the "
        "address sends. It is good once, for three days, and while the account has that address.",
        "curl $VIREO/email/verify -H 'Content-Type: application/json' \\\n"
        '  -d "{\\"token\\": \\"$LINK_TOKEN\\"}"',
        (*ADDRESS, *PROXIED, *BODY, Code.RATE_LIMITED),
    ),
    ("post", "/email/verify/resend"): Operation(
        "resend_verification",
        "accounts",
        "Nothing is sent where the address is verified. An address gets one such mail a minute "
        "and five an hour at most; the answer is the same.",
        f"curl -X POST $VIREO/email/verify/resend {_OWNER}",
        (*ADDRESS, *PROXIED, Code.RATE_LIMITED),
    ),
    ("post", "/email/undo"): Operation(
        "undo_email_change",
        "accounts",
        "The token stands in the link of the mail that the old address gets when the address is "
        "changed. It is good once, for three days; one of an earlier change stays good, those of "
        "later ones end with it. All sessions end, and the old address, which is the account's "
        "again, gets a link for a new password.",
        "curl $VIREO/email/undo -H 'Content-Type: application/json' \\\n"
        '  -d "{\\"token\\": \\"$LINK_TOKEN\\"}"',
        (*ADDRESS, *PROXIED, *BODY, Code.RATE_LIMITED),
    ),
    ("post", "/password/forgot"): Operation(
        "forget_password",
        "accounts",
        "The answer is the same, in the same time, whether there is such an account. An address "
        "gets one such mail a minute and five an hour at most.",
        "curl $VIREO/password/forgot -H 'Content-Type: application/json' \\\n"
        '  -d \'{"email": "ada@example.org"}\'',
        (*ADDRESS, *PROXIED, *BODY, Code.RATE_LIMITED),
    ),
    ("post", "/password/reset"): Operation(
        "reset_password",
        "accounts",
        "The token stands in the link of the mail. It is good once, for one hour. All sessions "
        "end, and the owner is told by mail. Where that is done, a lockout of the account ends. A "
        "password that is refused leaves the link good.",
        "curl $VIREO/password/reset -H 'Content-Type: application/json' \\\n"
        '  -d "{\\"token\\": \\"$LINK_TOKEN\\", \\"password\\": \\"rosy-otter-43\\"}"',
        (*ADDRESS, *PROXIED, *BODY, Code.RATE_LIMITED),
    ),
    ("delete", "/channel"): Operation(
        "delete_channel",
        "accounts",
        "Everything of the channel goes: account, sessions, videos and their files. There is no "
        "way back; the owner is told by mail.",
        f"curl -X DELETE $VIREO/channel {_OWNER} \\\n"
        "  -H 'Content-Type: application/json' -d '{\"password\": \"rosy-otter-42\"}'",
        (*ADDRESS, *PROXIED, *BODY),
    ),
    ("post", "/token/refresh"): Operation(
        "refresh_token",
        "sessions",
        "Browsers send the cookie that `POST /sign_in` has set; other clients the refresh token "
        "that they asked for there. It works once: the answer brings the next one the same way, "
        "and the same one where it is sent again at once. "
        "One that comes back more than ten seconds after its use was copied, and its session "
        "ends. A session that is not carried on for 30 days is over, and so is one of 90 days.",
        "curl $VIREO/token/refresh -H 'Content-Type: application/json' \\\n"
        "  -d '{\"refresh_token\": \"'$REFRESH'\"}'",
        (*ADDRESS, *PROXIED, *BODY, Code.RATE_LIMITED),
    ),
    ("post", "/sign_out"): Operation(
        "sign_out",
        "sessions",
        "Every service refuses the session's tokens from then on.",
        f"curl -X POST $VIREO/sign_out {_OWNER}",
        (*ADDRESS, *PROXIED, *BODY),
    ),
    ("get", "/sessions"): Operation(
        "list_sessions",
        "sessions",
        "At most a hundred: the oldest make room for new ones.",
        f"curl $VIREO/sessions {_OWNER}",
        (*ADDRESS, *PROXIED),
    ),
    ("delete", "/sessions/{session_id}"): Operation(
        "end_session",
        "sessions",
        "",
        f"curl -X DELETE $VIREO/sessions/$SESSION {_OWNER}",
        (*ADDRESS, *PROXIED),
    ),
    ("delete", "/sessions"): Operation(
        "end_other_sessions",
        "sessions",
        "",
        f"curl -X DELETE $VIREO/sessions {_OWNER}",
        (*ADDRESS, *PROXIED),
    ),
    ("get", "/.well-known/jwks.json"): Operation(
        "show_keys",
        "sessions",
        "For programs that verify tokens themselves. New keys are published before they sign.",
        "curl $VIREO/.well-known/jwks.json",
        (*ADDRESS, *PROXIED),
    ),
    ("post", "/upload"): Operation(
        "announce_video",
        "videos",
        "The answer is the hash path of the new video: 7 characters that are never used "
        "again. Nobody but its owner sees the video until its bytes are there and it is "
        "playable.",
        f"curl $VIREO/upload {_OWNER} \\\n  -H 'Content-Type: application/json' \\\n"
        '  -d \'{"title": "My first video", "description": ""}\'',
        (*ADDRESS, *PROXIED, *BODY),
    ),
    ("post", "/upload/v/{hash_path}"): Operation(
        "upload_video",
        "videos",
        "Who may upload is settled before the body is read. 200 means that the file is proven"
        " to be a video and is on the disk. What browsers play as it is can be watched at "
        "once, everything else once it is encoded. Any `Content-Type` is taken; MP4, MOV, "
        "MKV, WebM, AVI, MPEG, TS, FLV, Ogg and WMV are.",
        f"curl $VIREO/upload/v/$HASH {_OWNER} \\\n"
        "  -H 'Content-Type: application/octet-stream' -T clip.mp4 -X POST",
        (*ADDRESS, *PROXIED, *BODY),
    ),
    ("get", "/v/{hash_path}"): Operation(
        "show_video",
        "videos",
        "With the owner's token the answer has `state` and `uploaded`, and `reason` where it "
        "failed; before the video is ready there is no answer to anybody else.",
        "curl $VIREO/v/$HASH",
        (*ADDRESS, *PROXIED, Code.TOKEN_MISSING),
    ),
    ("delete", "/v/{hash_path}"): Operation(
        "delete_video",
        "videos",
        "",
        f"curl -X DELETE $VIREO/v/$HASH {_OWNER}",
        (*ADDRESS, *PROXIED),
    ),
    ("get", "/videos/all"): Operation(
        "list_videos",
        "videos",
        "",
        "curl -i '$VIREO/videos/all?limit=10'".replace("'", '"'),
        (*ADDRESS, *PROXIED),
    ),
    ("get", "/me/videos"): Operation(
        "list_my_videos",
        "videos",
        "Each has `state` and `uploaded`, and `reason` where it failed.",
        f"curl $VIREO/me/videos {_OWNER}",
        (*ADDRESS, *PROXIED),
    ),
    ("patch", "/v/{hash_path}"): Operation(
        "edit_video",
        "videos",
        "What is left out stays as it is.",
        f"curl -X PATCH $VIREO/v/$HASH {_OWNER} \\\n"
        "  -H 'Content-Type: application/json' -d '{\"title\": \"Another title\"}'",
        (*ADDRESS, *PROXIED, *BODY),
    ),
    ("get", "/videos/channel/{name}"): Operation(
        "list_channel_videos",
        "channels",
        "",
        "curl $VIREO/videos/channel/ada",
        (*ADDRESS, *PROXIED),
    ),
    ("get", "/channel/picture/{name}"): Operation(
        "show_channel_picture",
        "channels",
        "The one that its owner has set, otherwise a pattern that is drawn from the name.",
        "curl -o ada.webp $VIREO/channel/picture/ada",
        (*ADDRESS, *PROXIED),
    ),
    ("post", "/channel/picture"): Operation(
        "set_channel_picture",
        "channels",
        "At most 10 MiB and 25 million pixels (64 million as JPEG). What is served is the middle "
        "of it: square, at most 512 pixels on a side, upright and without metadata.",
        f"curl $VIREO/channel/picture {_OWNER} --data-binary @me.jpg",
        (*ADDRESS, *PROXIED, *BODY, Code.RATE_LIMITED),
    ),
    ("delete", "/channel/picture"): Operation(
        "remove_channel_picture",
        "channels",
        "The one that is drawn from the name is shown again.",
        f"curl -X DELETE $VIREO/channel/picture {_OWNER}",
        (*ADDRESS, *PROXIED, Code.RATE_LIMITED),
    ),
    ("get", "/search/{type}/{query}"): Operation(
        "search",
        "search",
        "Channels come first, then videos with every word in the title, then videos with "
        "every word in title and description together; within these, newest first.",
        "curl $VIREO/search/all/first%20video",
        (*ADDRESS, *PROXIED, Code.NOT_FOUND),
    ),
    ("get", "/video/d/{hash_path}"): Operation(
        "download_video",
        "videos",
        "Served from the disk, with byte ranges, so that players can seek.",
        "curl -o clip.mp4 $VIREO/video/d/$HASH",
        (*ADDRESS, Code.NOT_FOUND, Code.INTERNAL_ERROR, Code.BAD_GATEWAY, Code.GATEWAY_TIMEOUT),
    ),
    ("get", "/thumbnails/{hash_path}"): Operation(
        "download_thumbnail",
        "videos",
        "A random frame of the video.",
        "curl -o thumbnail.jpg $VIREO/thumbnails/$HASH",
        (
            *ADDRESS,
            Code.RANGE_NOT_SATISFIABLE,
            Code.INTERNAL_ERROR,
            Code.BAD_GATEWAY,
            Code.GATEWAY_TIMEOUT,
        ),
    ),
    ("get", "/healthz"): Operation("check_gateway", "gateway", "", "curl $VIREO/healthz", ADDRESS),
    ("get", "/openapi.json"): Operation(
        "show_api_document", "gateway", "", "curl $VIREO/openapi.json", ADDRESS
    ),
    ("get", "/docs"): Operation("show_api_page", "gateway", "", "curl $VIREO/docs", ADDRESS),
}

GATEWAY_PATHS: Mapping[str, Mapping[str, object]] = {
    "/healthz": {
        "get": {
            "summary": "Whether the gateway is alive; of the services it says nothing.",
            "responses": {
                "200": {
                    "description": "It is.",
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["response"],
                                "properties": {"response": {"const": "alive"}},
                            }
                        }
                    },
                }
            },
        }
    },
    "/openapi.json": {
        "get": {
            "summary": "This document.",
            "responses": {
                "200": {
                    "description": "An OpenAPI 3.1 document.",
                    "content": {"application/json": {"schema": {"type": "object"}}},
                }
            },
        }
    },
    "/docs": {
        "get": {
            "summary": "A page of this document for people.",
            "responses": {
                "200": {
                    "description": "The page.",
                    "content": {"text/html": {"schema": {"type": "string"}}},
                }
            },
        }
    },
}
"""The gateway's own operations, which no service knows."""

LINKS: Mapping[str, Mapping[str, Mapping[str, object]]] = {
    "announce_video": {
        name: {"operationId": name, "parameters": {"hash_path": "$response.body#/response"}}
        for name in ("upload_video", "show_video", "download_video", "delete_video")
    },
    "list_videos": {
        "show_video": {
            "operationId": "show_video",
            "parameters": {"hash_path": "$response.body#/response/0/thumbnail"},
        },
        "list_channel_videos": {
            "operationId": "list_channel_videos",
            "parameters": {"name": "$response.body#/response/0/channel"},
        },
    },
}
"""What an answer leads to: which of its values another operation takes."""
