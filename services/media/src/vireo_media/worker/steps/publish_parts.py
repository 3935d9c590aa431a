"""The step that publishes parts of a stream: files, rows and a master that names what there is."""

from collections.abc import Sequence

from pymysql.cursors import Cursor

from vireo_media.storage import renditions
from vireo_media.storage.blobs import Transfer
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.masters import master_of
from vireo_media.worker.steps.stream import lists_of
from vireo_media.worker.steps.work import Part, Work


def transfer_parts(files: MediaFiles, work: Work, parts: Sequence[Part]) -> Sequence[Transfer]:
    """Get the files of parts to where `placing_parts` is quick."""
    hash_path, results = work.upload.hash_path, work.results
    return [
        transfer
        for part in parts
        for transfer in files.transfer_part(
            hash_path, part.made.part, part.file, lists_of(part), results
        )
    ]


def place_rows(
    cursor: Cursor, work: Work, parts: Sequence[Part], *, of_film: bool, note: str = ""
) -> str:
    """Note in a transaction that holds the row of the upload that parts are in their places.

    Args:
        of_film: they are made of the MP4 that was published, and not of the original.
        note: what is missing from the film.

    Returns the master that names all that is ready; empty where that is the sound alone.
    """
    hash_path, upload_id = work.upload.hash_path, work.upload.upload_id
    for part in parts:
        renditions.set_ready(
            cursor,
            hash_path,
            upload_id,
            part.made,
            part.size,
            start=part.start,
            copied=part.copied,
            of_film=of_film,
            note=note,
        )
    return master_of(cursor, hash_path, upload_id)


def place_files(
    files: MediaFiles, work: Work, transfers: Sequence[Transfer], master: str, *, hidden: bool
) -> None:
    """Put them there, which is the last that is done before the commit.

    A master never names what is not there: the parts are in place before it is.
    """
    files.publish_parts(transfers, hidden=hidden)
    if master:
        files.publish_master(work.upload.hash_path, master, work.results, hidden=hidden)
