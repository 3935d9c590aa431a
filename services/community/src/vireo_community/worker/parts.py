"""What has to go with a channel or a video: the tables of each part of community."""

from collections.abc import Mapping, Sequence

from vireo_common.database import Database
from vireo_community.storage.comment_removal import Removal as CommentRemoval
from vireo_community.storage.moderation_removals import ModerationRemovals
from vireo_community.storage.notice_removals import NoticeRemovals
from vireo_community.storage.removals import What
from vireo_community.storage.viewer_removal import Removal as ViewerRemoval
from vireo_community.worker.removals import Part


def parts(database: Database) -> Mapping[What, Sequence[Part]]:
    """The parts by what is gone."""
    comments, viewers = CommentRemoval(database), ViewerRemoval(database)
    notices, moderation = NoticeRemovals(database), ModerationRemovals(database)
    return {
        What.CHANNEL: [
            notices.of_channel,
            moderation.of_channel,
            lambda gone, rows: comments.remove_of_channel(gone.gone_id, rows),
            lambda gone, rows: viewers.of_channel(gone.gone_id, rows),
        ],
        What.VIDEO: [
            notices.of_video,
            moderation.of_video,
            lambda gone, rows: comments.remove_of_video(gone.gone_id, rows),
            lambda gone, rows: viewers.of_video(gone.gone_id, gone.owner_id, rows),
        ],
    }
