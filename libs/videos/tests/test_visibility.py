"""Who may see a video, and that nothing else decides it."""

from dataclasses import dataclass

import pytest

from vireo_ops.layout import CHECKOUT
from vireo_videos.visibility import HiddenBy, State, is_public, may_view

OWNER, STRANGER, NOBODY = 7, 8, None


@dataclass(frozen=True)
class Some:
    channel_id: int
    state: State
    hidden_by: HiddenBy = HiddenBy.NOTHING


@pytest.mark.parametrize(
    ("state", "sees"),
    [
        (State.WAITING, {OWNER}),
        (State.PROCESSING, {OWNER}),
        (State.FAILED, {OWNER}),
        (State.READY, {OWNER, STRANGER, NOBODY}),
    ],
)
def test_who_sees_what(state: State, sees: set[int | None]) -> None:
    video = Some(OWNER, state)
    assert {who for who in (OWNER, STRANGER, NOBODY) if may_view(who, video)} == sees
    assert is_public(video) == (NOBODY in sees)


@pytest.mark.parametrize("hidden_by", [each for each in HiddenBy if each])
def test_what_is_hidden_is_for_its_owner_and_moderators(hidden_by: HiddenBy) -> None:
    video = Some(OWNER, State.READY, hidden_by)
    assert [may_view(who, video) for who in (OWNER, STRANGER, NOBODY)] == [True, False, False]
    assert not is_public(video)
    assert may_view(STRANGER, video, moderator=True)


@pytest.mark.parametrize("state", [State.WAITING, State.PROCESSING, State.FAILED])
def test_moderators_see_nothing_that_was_never_shown(state: State) -> None:
    assert not may_view(STRANGER, Some(OWNER, state), moderator=True)


def test_nothing_else_decides_it() -> None:
    """A comparison of the state anywhere else would stay behind when the policy grows."""
    sources = CHECKOUT
    deciding = {
        str(path.relative_to(sources))
        for below in ("libs/videos/src", "services/catalog/src", "services/community/src")
        for path in (sources / below).rglob("*.py")
        if "'ready'" in path.read_text() or "State.READY" in path.read_text()
    }
    # The second notes which kind of remark its owner is shown; the third, what lists hold by their
    # statement.
    assert deciding == {
        f"libs/videos/src/vireo_videos/{name}.py" for name in ("visibility", "objects", "rows")
    }
