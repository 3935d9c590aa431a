"""``python -m vireo_media.worker``: runs until it is told to stop, then gives its jobs back."""

import signal
import sys
import threading

import structlog

from vireo_common import logs
from vireo_common.client import ServiceClient
from vireo_common.database import Database
from vireo_common.jobs import JobQueue
from vireo_media.catalog import Catalog
from vireo_media.settings import MediaSettings
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.uploads import (
    ENCODE,
    ENCODE_QUEUE,
    MEDIA_QUEUE,
    PREPARE,
    REMOVE,
    TELL,
    UploadTable,
)
from vireo_media.tools.sandbox import missing_confinement
from vireo_media.worker.janitor import Janitor
from vireo_media.worker.pipeline import Pipeline
from vireo_media.worker.slots import LEASE_SECONDS, Handler, Slot

log = structlog.get_logger()

# Somebody waits for what is prepared; nobody counts the moments before an encode begins.
PREPARE_IDLE_SECONDS = 0.05
ENCODE_IDLE_SECONDS = 0.5


def main() -> int:
    """Run the worker; returns the exit code."""
    settings = MediaSettings.read()
    logs.configure("media-worker", settings.log_level)
    if missing := missing_confinement():
        log.warning("confinement_incomplete", missing=missing)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threads = _threads(settings, stopping)
    for thread in threads:
        thread.start()
    log.info("worker_started", prepare=settings.prepare_slots, encode=settings.encode_slots)
    while not stopping.wait(0.5):
        if settings.alive_file:
            settings.alive_file.touch()
        dead = [thread.name for thread in threads if not thread.is_alive()]
        if dead:
            # A defect ended a thread; the process ends too, and whoever supervises it starts anew.
            log.error("worker_thread_died", threads=dead)
            stopping.set()
            _join(threads)
            return 1
    _join(threads)
    return 0


def _threads(settings: MediaSettings, stopping: threading.Event) -> list[threading.Thread]:
    slots = settings.prepare_slots + settings.encode_slots
    # Two for each slot (its work and its lease), one for the janitor.
    database = Database.connect("media", settings, size=2 * slots + 1)
    uploads, files = UploadTable(database), MediaFiles(settings.media_root)
    files.make_folders()
    token = settings.secret("service_token").get_secret_value()
    media = JobQueue(database, MEDIA_QUEUE, LEASE_SECONDS)
    encodes = JobQueue(database, ENCODE_QUEUE, LEASE_SECONDS)
    catalog = Catalog(ServiceClient(settings.catalog_url, token))
    pipeline = Pipeline(media, encodes, uploads, files, catalog)
    quick = {
        PREPARE: Handler(pipeline.prepare, pipeline.give_up_prepare),
        REMOVE: Handler(pipeline.remove, pipeline.set_aside),
        TELL: Handler(pipeline.tell, pipeline.set_aside),
    }
    slow = {ENCODE: Handler(pipeline.encode, pipeline.give_up_encode)}
    return [
        Janitor(files, uploads, stopping),
        *(
            Slot(f"prepare-{number}", media, quick, stopping, PREPARE_IDLE_SECONDS)
            for number in range(settings.prepare_slots)
        ),
        *(
            Slot(f"encode-{number}", encodes, slow, stopping, ENCODE_IDLE_SECONDS)
            for number in range(settings.encode_slots)
        ),
    ]


def _join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
