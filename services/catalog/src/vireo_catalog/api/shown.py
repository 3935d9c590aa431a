"""A video as who may see it is shown it, with the addresses of its files."""

from vireo_common.access import account_id, session_id
from vireo_common.view_grants import ViewGrants
from vireo_videos.mine import Mine
from vireo_videos.objects import needs_grant, show_video
from vireo_videos.video import Video


def show_with_files(
    video: Video, grants: ViewGrants, *, to_owner: bool, mine: Mine | None
) -> dict[str, object]:
    """The universal object with ``files``, whose addresses carry a grant where they need one.

    The viewer of such a video is the account of the request, whose token was checked.

    Raises:
        Failure: ``unavailable``: no key of grants is known.
    """
    needed = needs_grant(video)
    grant = grants.make(video.hash_path, account_id(), session_id()) if needed else ""
    return show_video(video, to_owner=to_owner, mine=mine, with_files=True, grant=grant)
