"""What is wrong with what is said of a video."""

import datetime as dt

from vireo_common.errors import MISSING, FieldCode, FieldProblem
from vireo_common.text import has_control_characters
from vireo_videos.visibility import Visibility

MAX_TITLE = 255
MAX_DESCRIPTION = 50_000
MOST_AHEAD = dt.timedelta(days=731)


def check(title: str, description: str) -> dict[str, FieldProblem]:
    """What is wrong with the texts of a video; ``title`` is trimmed already."""
    found = {"title": _title_problem(title), "description": _description_problem(description)}
    return {field: problem for field, problem in found.items() if problem}


def time_problem(
    visibility: Visibility | None, publish_at: dt.datetime | None
) -> FieldProblem | None:
    """What is wrong with when a video is to be published, or that it is not said."""
    scheduled = visibility is Visibility.SCHEDULED
    if publish_at is None:
        return MISSING if scheduled else None
    if visibility is not None and not scheduled:
        return FieldProblem(FieldCode.INVALID, "belongs to a scheduled video alone")
    now = dt.datetime.now(dt.UTC)
    if not now < publish_at <= now + MOST_AHEAD:
        return FieldProblem(FieldCode.OUT_OF_RANGE, "must be in the future, within two years")
    return None


def _title_problem(title: str) -> FieldProblem | None:
    if not 1 <= len(title) <= MAX_TITLE:
        code = FieldCode.TOO_LONG if title else FieldCode.TOO_SHORT
        return FieldProblem(code, f"must have 1 to {MAX_TITLE} characters")
    if has_control_characters(title):
        return FieldProblem(FieldCode.FORBIDDEN_CHARACTERS, "must not hold control characters")
    return None


def _description_problem(description: str) -> FieldProblem | None:
    if len(description) > MAX_DESCRIPTION:
        return FieldProblem(FieldCode.TOO_LONG, f"must have at most {MAX_DESCRIPTION} characters")
    if has_control_characters(description, allowed="\n\r\t"):
        message = "must not hold control characters but line breaks and tabs"
        return FieldProblem(FieldCode.FORBIDDEN_CHARACTERS, message)
    return None
