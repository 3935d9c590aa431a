"""``/internal/exports/<channel id>``: community's part of a data export, for media."""

from flask import Response
from pydantic import BaseModel, Field

from vireo_common.access import internal
from vireo_common.blueprints import APIBlueprint
from vireo_common.web import answer
from vireo_community.core.exports import Exports


class ChannelPath(BaseModel):
    """A channel's id in an internal address."""

    channel_id: int = Field(ge=1, lt=2**31)


class PartPath(ChannelPath):
    """A list of what the channel did."""

    part: str


class AfterQuery(BaseModel):
    """Where a page begins."""

    after: int = Field(0, ge=0, lt=2**63)


def blueprint(exports: Exports) -> APIBlueprint:
    """The routes, on the rules of ``exports``."""
    bp = APIBlueprint("exports", __name__, doc_ui=False)

    @bp.get("/internal/exports/<channel_id>", doc_ui=False)
    @internal
    def parts(path: ChannelPath) -> Response:
        return answer({"lists": list(exports.parts(path.channel_id))})

    @bp.get("/internal/exports/<channel_id>/<part>", doc_ui=False)
    @internal
    def page(path: PartPath, query: AfterQuery) -> Response:
        rows, last = exports.page(path.part, path.channel_id, query.after)
        return answer({"rows": rows, "next": last})

    return bp
