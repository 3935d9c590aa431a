"""``python -m vireo_media.tus``: takes uploads in pieces, until it gets a signal to stop."""

import sys

import uvicorn

from vireo_common import logs
from vireo_common.asgi import bound
from vireo_common.client import ServiceClient
from vireo_common.database import Database
from vireo_common.sessions import SessionReader
from vireo_common.tokens import Verifier
from vireo_media.catalog import Catalog
from vireo_media.core.open_uploads import OpenUploads
from vireo_media.core.tus import TusUploads
from vireo_media.core.tus_joins import Joins
from vireo_media.core.tus_pieces import Pieces
from vireo_media.core.uploads import Owners
from vireo_media.settings import TusSettings
from vireo_media.storage.open_uploads import OpenUploadTable
from vireo_media.storage.staging import Staging
from vireo_media.storage.tus import TusTable
from vireo_media.storage.tus_files import TusFiles
from vireo_media.storage.uploads import UploadTable
from vireo_media.tus.app import END_THREADS, JOIN_THREADS, RULES_THREADS, Application
from vireo_media.tus.callers import Callers


def application(settings: TusSettings) -> Application:
    """The application, put together."""
    database = Database.connect("media", settings, size=RULES_THREADS + END_THREADS + JOIN_THREADS)
    service_token = settings.secret("service_token").get_secret_value()
    catalog = Catalog(ServiceClient(settings.catalog_url, service_token))
    sessions = SessionReader(database)
    staging = Staging(settings.media_root, settings.spool_socket)
    upload_table = UploadTable(database)
    files = TusFiles(settings.media_root, staging)
    staging.make_folders()
    open_uploads = OpenUploads(
        OpenUploadTable(database),
        staging.room,
        reserve_bytes=settings.disk_reserve_bytes,
        # Whole bodies are the web side's.
        most_open=0,
        least_rate=settings.least_upload_rate,
    )
    store = TusTable(database, upload_table)
    owners = Owners(upload_table, catalog.find_video)
    uploads = TusUploads(
        store, files, catalog, owners.check, open_uploads, max_bytes=settings.max_upload_bytes
    )
    pieces = Pieces(uploads, store, files, open_uploads, owners.check)
    join = Joins(uploads, store, files, open_uploads)
    callers = Callers(Verifier(sessions.key_set), sessions)
    least_rate = settings.least_upload_rate
    return Application(uploads, pieces, join, callers, database.ping, least_rate)


def main() -> int:
    """Run the program; returns the exit code."""
    settings = TusSettings.read()
    logs.configure("media-tus", settings.log_level)
    config = uvicorn.Config(
        application(settings),
        http="httptools",
        ws="none",
        lifespan="on",
        loop="uvloop",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        # A client goes on where it was: nobody waits for the end of what may take hours.
        timeout_graceful_shutdown=2,
        timeout_keep_alive=75,
    )
    with bound(settings.bind) as listening:
        uvicorn.Server(config).run(sockets=[listening])
    return 0


if __name__ == "__main__":
    sys.exit(main())
