"""``PUT /v/<hash>/reaction``."""

from flask import Response
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from vireo_common.access import account_id, signed_in
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.web import (
    JSON_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Envelope,
    answer,
    problems,
)
from vireo_community.core.reactions import Reactions
from vireo_videos.mine import MyReaction
from vireo_videos.objects import HashPathInPath

REACT_PROBLEMS = (*TOKEN_PROBLEMS, *JSON_PROBLEMS, Code.NOT_FOUND, Code.RATE_LIMITED)


class ReactionBody(BaseModel):
    """What one thinks of a video."""

    model_config = ConfigDict(strict=True)

    reaction: MyReaction = Field(description="`none` takes back what was there.")


class Reaction(BaseModel):
    """What one thinks of a video, and what all do."""

    reaction: MyReaction
    likes: int = Field(description="How many like it.")
    dislikes: int = Field(description="How many do not.")


def blueprint(reactions: Reactions) -> APIBlueprint:
    """The route, on the rules of ``reactions``."""
    bp = APIBlueprint("reactions", __name__, abp_tags=[Tag(name="people")])

    @bp.put(
        "/v/<hash_path>/reaction",
        operation_id="react",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[Reaction], **problems(*REACT_PROBLEMS)},
    )
    @signed_in
    def react(path: HashPathInPath, body: ReactionBody) -> Response:
        r"""Like a video, dislike it, or neither.

        Twice is as once. One's own videos too.

        Example:
            curl -X PUT $VIREO/v/$HASH/reaction -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"reaction": "like"}'
        """
        counts = reactions.react(account_id(), path.hash_path, body.reaction)
        shown = Reaction(reaction=body.reaction, likes=counts.likes, dislikes=counts.dislikes)
        return answer(shown.model_dump())

    return bp
