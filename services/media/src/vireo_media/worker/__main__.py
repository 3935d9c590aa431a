"""``python -m vireo_media.worker``: runs until it is stopped, then gives its jobs back."""

import sys
import threading
from collections.abc import Mapping
from functools import partial

from vireo_common import logs
from vireo_common.client import ServiceClient
from vireo_common.database import Database
from vireo_common.event_log import consumer, sweep
from vireo_common.jobs import LEASE_SECONDS, JobQueue
from vireo_common.logs import get_logger
from vireo_common.worker import Handler, Slot, Sweeper, run_until_stopped
from vireo_media.auth import Auth
from vireo_media.catalog import Catalog
from vireo_media.community import Community
from vireo_media.core.removal import Removal
from vireo_media.settings import WorkerSettings
from vireo_media.storage.captions import CaptionTable
from vireo_media.storage.earlier_jobs import become_events
from vireo_media.storage.exports import EXPORT, EXPORT_QUEUE, ExportTable
from vireo_media.storage.files import MediaFiles, files_on_disk
from vireo_media.storage.open_uploads import OpenUploadTable
from vireo_media.storage.pictures import PictureTable
from vireo_media.storage.removals import REMOVAL_QUEUE, REMOVE, REMOVE_PICTURE
from vireo_media.storage.renditions import RenditionTable
from vireo_media.storage.tus import TusTable
from vireo_media.storage.tus_files import TusFiles
from vireo_media.storage.uploads import (
    ENCODE,
    ENCODE_QUEUE,
    MEDIA_QUEUE,
    PREPARE,
    RENDER,
    RENDITIONS_QUEUE,
    TEXTS,
    TEXTS_QUEUE,
    VERIFY,
    VERIFY_QUEUE,
    UploadTable,
)
from vireo_media.storage.video_pictures import (
    FRAME_QUEUE,
    MAKE_PICTURES,
    PICTURES_QUEUE,
    TAKE_FRAME,
    VideoPictureTable,
)
from vireo_media.storage.visibility import (
    OF_CHANNEL,
    OF_VIDEO,
    VISIBILITY_QUEUE,
    VisibilityTable,
)
from vireo_media.tools.sandbox import SandboxError, missing_confinement
from vireo_media.worker.encoder_turns import BehindEncodes, EncoderTurns
from vireo_media.worker.events import handlers
from vireo_media.worker.exporter import Exporter
from vireo_media.worker.janitor import Janitor
from vireo_media.worker.pictures import Pictures
from vireo_media.worker.pipeline import Pipeline
from vireo_media.worker.reaper import Reaper
from vireo_media.worker.removals import Remover
from vireo_media.worker.renditions import Renderer
from vireo_media.worker.reports import Reports
from vireo_media.worker.steps.keep import Early
from vireo_media.worker.steps.tools import Tools
from vireo_media.worker.texts import TextFinder
from vireo_media.worker.verification import Verifier
from vireo_media.worker.visibility import Visibility

log = get_logger()

# Somebody waits for what is prepared, and for the first rendition of what must be encoded.
PREPARE_IDLE_SECONDS = 0.05
ENCODE_IDLE_SECONDS = 0.1
VERIFY_IDLE_SECONDS = 0.5
EXPORT_IDLE_SECONDS = REMOVAL_IDLE_SECONDS = 0.2
# How long what nobody waits for lets encodes go first. Longer, and a busy machine has no storyboard
# for minutes; most copies are whole.
LEFT_FOR_LATER = {PICTURES_QUEUE: 5.0, VERIFY_QUEUE: 300.0}
QUEUES = (
    *(MEDIA_QUEUE, ENCODE_QUEUE, RENDITIONS_QUEUE, EXPORT_QUEUE),
    *(VERIFY_QUEUE, REMOVAL_QUEUE, VISIBILITY_QUEUE, TEXTS_QUEUE),
    *(PICTURES_QUEUE, FRAME_QUEUE),
)


def main() -> int:
    """Run the worker; returns the exit code."""
    settings = WorkerSettings.read()
    logs.configure("media-worker", settings.log_level)
    if missing := missing_confinement():
        log.warning("confinement_incomplete", missing=missing)
    stopping = threading.Event()
    log.info("worker_started", prepare=settings.prepare_slots, encode=settings.encode_slots)
    return run_until_stopped(_threads(settings, stopping), stopping, settings.alive_file)


def _threads(settings: WorkerSettings, stopping: threading.Event) -> list[threading.Thread]:
    # One for exports and one for removals: they are bound by the disk, and two at once would be no
    # quicker. One for decoding what was published and one for texts in it, which nobody waits for,
    # and one for what is hidden, which must not wait. Two for pictures of what is published, so
    # that a long film does not keep those of all others waiting, and one for frames that people
    # wait for.
    # What is played first and the rest of streams have their own slots: of these no more than
    # `encode_slots` run at once.
    slots = settings.prepare_slots + 2 * settings.encode_slots + 10
    # Two for each slot (its work and its lease), one for events, one for each thread that sweeps
    # rows.
    database = Database.connect("media", settings, size=2 * slots + 3)
    uploads = UploadTable(database)
    files = files_on_disk(settings.media_root, settings.spool_socket)
    queues = {name: JobQueue(database, name, LEASE_SECONDS) for name in QUEUES}
    token = settings.secret("service_token").get_secret_value()
    catalog = Catalog(ServiceClient(settings.catalog_url, token))
    removal = Removal(uploads, files)
    reports = Reports(catalog, removal)
    table, tools = RenditionTable(database), Tools()
    pipeline = Pipeline(
        *(queues[MEDIA_QUEUE], queues[ENCODE_QUEUE], uploads, files, reports, tools),
        *(Early(), table),
        storage=settings.stream_storage,
    )
    rest, turns = queues[RENDITIONS_QUEUE], EncoderTurns(settings.encode_slots)
    renderer = Renderer(
        *(rest, uploads, table, files, reports, tools, rest.any_due, turns),
        storage=settings.stream_storage,
    )
    remover = Remover(queues[REMOVAL_QUEUE], removal, files)
    visibility = Visibility(queues[VISIBILITY_QUEUE], VisibilityTable(database), files)
    texts = TextFinder(queues[TEXTS_QUEUE], database, uploads, files, catalog, removal)
    video_pictures = VideoPictureTable(database, files, catalog.notify_files)
    maker = Pictures(queues[PICTURES_QUEUE], queues[FRAME_QUEUE], uploads, video_pictures, files)
    verifier = Verifier(queues[VERIFY_QUEUE], uploads, files)
    exporter = _exporter(settings, queues[EXPORT_QUEUE], database, files, catalog, token)
    does = {
        PREPARE: Handler(pipeline.prepare, pipeline.give_up_prepare),
        ENCODE: Handler(turns.first(pipeline.encode), pipeline.give_up_encode),
        TEXTS: Handler(texts.run, texts.give_up),
        RENDER: Handler(turns.others(renderer.render), renderer.give_up),
        VERIFY: Handler(verifier.verify, verifier.give_up),
        **maker.handlers,
        EXPORT: Handler(exporter.run, exporter.give_up),
        OF_VIDEO: Handler(visibility.of_video, visibility.give_up),
        OF_CHANNEL: Handler(visibility.of_channel, visibility.give_up),
        REMOVE: Handler(remover.remove, remover.give_up),
        REMOVE_PICTURE: Handler(remover.remove_picture, remover.give_up),
    }
    events = consumer("media", database, handlers(), stopping, from_start=True)
    rows = Sweeper([partial(become_events, database), partial(sweep, database)], stopping)
    sweepers = _sweepers(settings, stopping, database, files, video_pictures)
    return [*sweepers, rows, events, *_slots(settings, stopping, queues, does, turns)]


def _sweepers(
    settings: WorkerSettings,
    stopping: threading.Event,
    database: Database,
    files: MediaFiles,
    video_pictures: VideoPictureTable,
) -> list[threading.Thread]:
    """What removes what is left behind, and guards the disk."""
    tables = (UploadTable(database), ExportTable(database), PictureTable(database))
    more = (CaptionTable(database, files), video_pictures, OpenUploadTable(database))
    pieces = (TusTable(database, tables[0]), TusFiles(settings.media_root, files.staging))
    return [
        Janitor(files, *tables, *more, RenditionTable(database), *pieces, stopping),
        Reaper(
            files.staging,
            stopping,
            least_rate=settings.least_upload_rate,
            reserve_bytes=settings.disk_reserve_bytes,
        ),
    ]


def _exporter(
    settings: WorkerSettings,
    queue: JobQueue,
    database: Database,
    files: MediaFiles,
    catalog: Catalog,
    token: str,
) -> Exporter:
    return Exporter(
        queue,
        ExportTable(database),
        UploadTable(database),
        PictureTable(database),
        CaptionTable(database, files),
        VideoPictureTable(database, files, catalog.notify_files),
        files,
        Auth(ServiceClient(settings.auth_url, token)),
        catalog,
        Community(ServiceClient(settings.community_url, token)),
        reserve_bytes=settings.disk_reserve_bytes,
        keep_seconds=settings.export_seconds,
    )


def _slots(
    settings: WorkerSettings,
    stopping: threading.Event,
    queues: Mapping[str, JobQueue],
    does: Mapping[str, Handler],
    turns: EncoderTurns,
) -> list[Slot]:
    """Which queue, with its kinds of jobs, is worked on by how many slots."""

    def is_encoding() -> bool:
        encoders = (queues[RENDITIONS_QUEUE], queues[ENCODE_QUEUE])
        return turns.any() or any(queue.any_due() for queue in encoders)

    behind = {
        queue: BehindEncodes(is_encoding, queues[queue].any_due, seconds).may_begin
        for queue, seconds in LEFT_FOR_LATER.items()
    }
    wanted = [
        (settings.prepare_slots, MEDIA_QUEUE, [PREPARE], PREPARE_IDLE_SECONDS),
        (settings.encode_slots, ENCODE_QUEUE, [ENCODE], ENCODE_IDLE_SECONDS),
        (settings.encode_slots, RENDITIONS_QUEUE, [RENDER], ENCODE_IDLE_SECONDS),
        (1, VERIFY_QUEUE, [VERIFY], VERIFY_IDLE_SECONDS),
        (1, TEXTS_QUEUE, [TEXTS], VERIFY_IDLE_SECONDS),
        (2, PICTURES_QUEUE, [MAKE_PICTURES], VERIFY_IDLE_SECONDS),
        (1, FRAME_QUEUE, [TAKE_FRAME], PREPARE_IDLE_SECONDS),
        (1, EXPORT_QUEUE, [EXPORT], EXPORT_IDLE_SECONDS),
        # Most of the time they wait for the disk, and whoever closes a video waits for them.
        (3, VISIBILITY_QUEUE, [OF_VIDEO, OF_CHANNEL], REMOVAL_IDLE_SECONDS),
        (1, REMOVAL_QUEUE, [REMOVE, REMOVE_PICTURE], REMOVAL_IDLE_SECONDS),
    ]
    return [
        Slot(
            f"{kinds[0]}-{number}",
            queues[queue],
            {kind: does[kind] for kind in kinds},
            stopping,
            idle,
            retries=(OSError, SandboxError),
            may_claim=behind.get(queue, lambda: True),
        )
        for count, queue, kinds, idle in wanted
        for number in range(count)
    ]


if __name__ == "__main__":
    sys.exit(main())
