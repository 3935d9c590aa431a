"""``/internal/exports/<channel id>``: auth's part of a data export, for media."""

from typing import Any

from flask import Response

from vireo_auth.api.models import AddressQuery, ChannelPath, show_profile
from vireo_auth.core.exports import Exports, Known
from vireo_common.access import internal
from vireo_common.blueprints import APIBlueprint
from vireo_common.text import iso_time
from vireo_common.web import answer


def blueprint(exports: Exports) -> APIBlueprint:
    """The routes, on the rules of ``exports``."""
    bp = APIBlueprint("exports", __name__, doc_ui=False)

    @bp.get("/internal/exports/<channel_id>", doc_ui=False)
    @internal
    def known(path: ChannelPath) -> Response:
        return answer(_parts(exports.known(path.channel_id)))

    @bp.get("/internal/exports/<channel_id>/addresses", doc_ui=False)
    @internal
    def addresses(path: ChannelPath, query: AddressQuery) -> Response:
        found, last = exports.addresses(path.channel_id, query.after)
        rows = [{"address": one.address, "last_seen": iso_time(one.seen)} for one in found]
        return answer({"rows": rows, "next": last})

    return bp


def _parts(known: Known) -> dict[str, Any]:
    """One key for each file of the archive."""
    return {
        "account": show_profile(known.profile),
        "sessions": [
            {
                "device": session.device,
                "address": session.address,
                "first_seen": iso_time(session.first_seen),
                "last_seen": iso_time(session.last_seen),
            }
            for session in known.sessions
        ],
        "known_devices": [
            {"digest": device.digest, "last_seen": iso_time(device.seen)}
            for device in known.devices
        ],
        "browsers": [
            {"first_seen": iso_time(browser.made), "last_seen": iso_time(browser.seen)}
            for browser in known.browsers
        ],
        "links": [
            {"purpose": link.purpose, "email": link.email, "expires": iso_time(link.expires)}
            for link in known.links
        ],
        "email_changes": [
            {"email": change.email, "changed": iso_time(change.changed)}
            for change in known.email_changes
        ],
        "mails": [{"purpose": mail.purpose, "sent": iso_time(mail.sent)} for mail in known.mails],
    }
