"""Who may see a video, and that nothing else decides it."""

from collections.abc import Set
from dataclasses import dataclass, replace

import pytest

from vireo_ops.layout import CHECKOUT
from vireo_videos.visibility import HiddenBy, State, Visibility, is_open, is_public, may_view

OWNER, STRANGER, NAMED, NOBODY = 7, 8, 9, None
EVERYBODY = (OWNER, STRANGER, NAMED, NOBODY)


@dataclass(frozen=True)
class Some:
    channel_id: int
    state: State
    hidden_by: HiddenBy = HiddenBy.NOTHING
    visibility: Visibility = Visibility.PUBLIC
    viewers: Set[int] = frozenset()


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


@pytest.mark.parametrize(
    ("visibility", "sees"),
    [
        (Visibility.PUBLIC, set(EVERYBODY)),
        (Visibility.UNLISTED, set(EVERYBODY)),
        (Visibility.PRIVATE, {OWNER, NAMED}),
        (Visibility.SCHEDULED, {OWNER}),
    ],
)
def test_who_is_to_see_it(visibility: Visibility, sees: set[int | None]) -> None:
    # Who was named is known of private ones alone; see ``VIEWERS``.
    viewers = frozenset({NAMED}) if visibility is Visibility.PRIVATE else frozenset()
    video = Some(OWNER, State.READY, visibility=visibility, viewers=viewers)
    assert {who for who in EVERYBODY if may_view(who, video)} == sees
    assert is_open(video) == (NOBODY in sees)
    assert is_public(video) == (visibility is Visibility.PUBLIC)
    for state in set(State) - {State.READY}:
        early = replace(video, state=state)
        assert {who for who in EVERYBODY if may_view(who, early)} == {OWNER}
        assert not is_open(early)
        assert not is_public(early)


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.SCHEDULED])
@pytest.mark.parametrize("hidden_by", HiddenBy)
def test_moderators_see_nothing_that_is_not_for_them(
    visibility: Visibility, hidden_by: HiddenBy
) -> None:
    video = Some(OWNER, State.READY, hidden_by, visibility, frozenset({NAMED}))
    # An owner who closes what was decided about takes it from no moderator.
    assert may_view(STRANGER, video, moderator=True) == (HiddenBy.DECISION in hidden_by)
    assert may_view(OWNER, video)
    assert may_view(NAMED, video) == (not hidden_by)


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
