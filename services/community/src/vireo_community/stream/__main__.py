"""``python -m vireo_community.stream``: streams of notices, until it gets a signal to stop."""

import sys

import uvicorn

from vireo_common import logs
from vireo_common.asgi import bound
from vireo_common.database import Database
from vireo_common.sessions import SessionReader
from vireo_common.tokens import Verifier
from vireo_community.settings import StreamSettings
from vireo_community.storage.live import LiveTable
from vireo_community.storage.notice_changes import NoticeChangeTable
from vireo_community.storage.notices import NoticeTable
from vireo_community.stream.app import Application
from vireo_community.stream.hub import Hub

CONNECTIONS = 4


def main() -> int:
    """Run the program; returns the exit code."""
    settings = StreamSettings.read()
    logs.configure("community-stream", settings.log_level)
    database = Database.connect("community", settings, size=CONNECTIONS)
    sessions, changes = SessionReader(database), NoticeChangeTable(database)
    live = LiveTable(database)
    application = Application(
        Hub(changes, live, settings.streams_of_account),
        Verifier(sessions.key_set),
        sessions,
        changes,
        NoticeTable(database),
        live,
        database.ping,
    )
    config = uvicorn.Config(
        application,
        http="h11",
        ws="none",
        lifespan="on",
        loop="asyncio",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        # Streams never end by themselves; whoever is cut off comes back.
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
        h11_max_incomplete_event_size=64 * 1024,
    )
    with bound(settings.bind) as listening:
        uvicorn.Server(config).run(sockets=[listening])
    return 0


if __name__ == "__main__":
    sys.exit(main())
