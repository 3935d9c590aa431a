"""``python -m vireo_media.worker``: runs until it is told to stop, then gives its jobs back."""

import functools
import sys
import threading

import structlog

from vireo_common import logs
from vireo_common.client import ServiceClient
from vireo_common.database import Database
from vireo_common.jobs import JobQueue
from vireo_common.worker import LEASE_SECONDS, Handler, Slot, run_until_stopped
from vireo_media.auth import Auth
from vireo_media.catalog import Catalog
from vireo_media.settings import MediaSettings
from vireo_media.storage.exports import EXPORT, EXPORT_QUEUE, NOTICE, ExportTable
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.open_uploads import OpenUploadTable
from vireo_media.storage.pictures import REMOVE_PICTURE, PictureTable
from vireo_media.storage.uploads import (
    ENCODE,
    ENCODE_QUEUE,
    MEDIA_QUEUE,
    PREPARE,
    REMOVE,
    TELL,
    UploadTable,
)
from vireo_media.tools.sandbox import SandboxError, missing_confinement
from vireo_media.worker.exporter import Exporter
from vireo_media.worker.janitor import Janitor
from vireo_media.worker.pipeline import Pipeline
from vireo_media.worker.reaper import Reaper

log = structlog.get_logger()

# Somebody waits for what is prepared; nobody counts the moments before an encode begins.
PREPARE_IDLE_SECONDS = 0.05
ENCODE_IDLE_SECONDS = 0.5
EXPORT_IDLE_SECONDS = 0.2


def main() -> int:
    """Run the worker; returns the exit code."""
    settings = MediaSettings.read()
    logs.configure("media-worker", settings.log_level)
    if missing := missing_confinement():
        log.warning("confinement_incomplete", missing=missing)
    stopping = threading.Event()
    log.info("worker_started", prepare=settings.prepare_slots, encode=settings.encode_slots)
    return run_until_stopped(_threads(settings, stopping), stopping, settings.alive_file)


def _threads(settings: MediaSettings, stopping: threading.Event) -> list[threading.Thread]:
    # One for exports: they are bound by the disk, and two at once would be no quicker.
    slots = settings.prepare_slots + settings.encode_slots + 1
    # Two for each slot (its work and its lease), one for the janitor.
    database = Database.connect("media", settings, size=2 * slots + 1)
    uploads, exports = UploadTable(database), ExportTable(database)
    pictures, files = PictureTable(database), MediaFiles(settings.media_root)
    files.make_folders()
    token = settings.secret("service_token").get_secret_value()
    media = JobQueue(database, MEDIA_QUEUE, LEASE_SECONDS)
    encodes = JobQueue(database, ENCODE_QUEUE, LEASE_SECONDS)
    export_jobs = JobQueue(database, EXPORT_QUEUE, LEASE_SECONDS)
    catalog = Catalog(ServiceClient(settings.catalog_url, token))
    auth = Auth(ServiceClient(settings.auth_url, token))
    pipeline = Pipeline(media, encodes, uploads, files, catalog, auth)
    quick = {
        PREPARE: Handler(pipeline.prepare, pipeline.give_up_prepare),
        REMOVE: Handler(pipeline.remove, pipeline.set_aside),
        REMOVE_PICTURE: Handler(pipeline.remove_picture, pipeline.set_aside),
        TELL: Handler(pipeline.tell, pipeline.set_aside),
        NOTICE: Handler(pipeline.notice, pipeline.set_aside),
    }
    exporter = Exporter(
        export_jobs,
        exports,
        uploads,
        pictures,
        files,
        auth,
        catalog,
        reserve_bytes=settings.disk_reserve_bytes,
        keep_seconds=settings.export_seconds,
    )
    slot = functools.partial(Slot, retries=(OSError, SandboxError))
    slow = {ENCODE: Handler(pipeline.encode, pipeline.give_up_encode)}
    archives = {EXPORT: Handler(exporter.run, exporter.give_up)}
    return [
        Janitor(files, uploads, exports, pictures, OpenUploadTable(database), stopping),
        Reaper(
            files,
            stopping,
            least_rate=settings.least_upload_rate,
            reserve_bytes=settings.disk_reserve_bytes,
        ),
        slot("export", export_jobs, archives, stopping, EXPORT_IDLE_SECONDS),
        *(
            slot(f"prepare-{number}", media, quick, stopping, PREPARE_IDLE_SECONDS)
            for number in range(settings.prepare_slots)
        ),
        *(
            slot(f"encode-{number}", encodes, slow, stopping, ENCODE_IDLE_SECONDS)
            for number in range(settings.encode_slots)
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
