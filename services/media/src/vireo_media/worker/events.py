"""What media does about the events that it consumes."""

from vireo_common.events import ChannelPictureRemoved, Consumed, Unreadable, VideoRemoved
from vireo_media.core.removal import Removal
from vireo_media.storage.files import MediaFiles


def consumed(removal: Removal, files: MediaFiles) -> Consumed:
    """A function for each kind of event. Removing what is gone already does nothing."""

    def video_removed(event: VideoRemoved) -> None:
        removal(event.hash_path)

    def picture_removed(event: ChannelPictureRemoved) -> None:
        try:
            files.remove_picture(event.name)
        except ValueError as error:
            raise Unreadable("no name of a picture") from error

    return {VideoRemoved: video_removed, ChannelPictureRemoved: picture_removed}
