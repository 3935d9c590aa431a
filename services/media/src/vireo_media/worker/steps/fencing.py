"""What a step does to be sure that its upload is still its own, or to leave nothing of it."""

import contextlib
from collections.abc import Callable, Iterator

from pymysql.cursors import Cursor

from vireo_common.jobs import LeaseLost
from vireo_media.core.uploads import Upload, UploadState
from vireo_media.storage import uploads as upload_rows
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.uploads import UploadGone, UploadTable


def marking(upload: Upload, state: UploadState) -> Callable[[Cursor], None]:
    """For a transaction that checks the lease: set the upload's state, or raise UploadGone."""

    def mark(cursor: Cursor) -> None:
        upload_rows.set_state(cursor, upload.hash_path, upload.upload_id, state)

    return mark


@contextlib.contextmanager
def dropping_what_is_lost(
    uploads: UploadTable, files: MediaFiles, upload: Upload
) -> Iterator[None]:
    """Remove what was kept for an upload that was deleted or withdrawn meanwhile.

    Only what carries its id: there may be a second upload by now.

    Raises:
        LeaseLost: the upload or its job is not this worker's any more.
    """
    try:
        yield
    except (LeaseLost, UploadGone):
        found = uploads.find(upload.hash_path)
        if found is None or found.upload_id != upload.upload_id:
            files.drop(upload.hash_path, upload.upload_id)
        raise LeaseLost from None
