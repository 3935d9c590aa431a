"""The catalog service: everything is put together here."""

from flask_openapi3.openapi import OpenAPI
from werkzeug.routing import BaseConverter

from vireo_catalog.api import (
    channel_pages,
    channels,
    exports,
    internal,
    known,
    lists,
    search,
    videos,
    viewers,
)
from vireo_catalog.core.channel_pages import ChannelPages
from vireo_catalog.core.channels import Channels
from vireo_catalog.core.exports import Exports
from vireo_catalog.core.search import Search
from vireo_catalog.core.videos import Videos
from vireo_catalog.core.viewers import Viewers
from vireo_catalog.settings import CatalogSettings
from vireo_catalog.storage.channel_pages import ChannelPageTable
from vireo_catalog.storage.channels import ChannelTable
from vireo_catalog.storage.exports import ExportTables
from vireo_catalog.storage.search import SearchTables
from vireo_catalog.storage.videos import VideoTable
from vireo_catalog.storage.viewers import ViewerTable
from vireo_common import logs
from vireo_common.access import Guard, require_declarations
from vireo_common.client import ServiceClient
from vireo_common.database import MOST_CONNECTIONS, Database
from vireo_common.errors import Failure
from vireo_common.grant_key_table import GrantKeyTable
from vireo_common.grant_keys import KeyRing
from vireo_common.grants import Grants
from vireo_common.idempotency import IdempotentRequests
from vireo_common.logs import get_logger
from vireo_common.sessions import SessionReader
from vireo_common.tokens import Verifier
from vireo_common.view_grants import ViewGrants
from vireo_common.web import create_application

log = get_logger()


class AnyText(BaseConverter):
    """The rest of an address, slashes at its beginning and line breaks included."""

    regex = "(?s:.+)"
    part_isolating = False


def create_app(settings: CatalogSettings | None = None) -> OpenAPI:
    """The application; ``settings`` are read from the environment where none are given."""
    settings = settings or CatalogSettings.read()
    logs.configure("catalog", settings.log_level)
    # One more than elsewhere: a search holds one for its turn, and looks with another.
    size = min(settings.web_threads, MOST_CONNECTIONS) + 1
    database = Database.connect("catalog", settings, size=size)
    service_token = settings.secret("service_token").get_secret_value()
    media = ServiceClient(settings.media_url, service_token, read_seconds=1)
    channel_table = ChannelTable(database)
    sessions = SessionReader(database)
    guard = Guard(Verifier(sessions.key_set), sessions.standing, service_token)

    def remove_files(hash_path: str) -> None:
        try:
            media.call("DELETE", f"/internal/files/{hash_path}")
        except Failure:
            # The event that was committed with the deletion does it when media is back.
            log.warning("files_removed_later")

    app = create_application("catalog", guard=guard, ready=database.ping)
    IdempotentRequests(database, "catalog", service_token).install(app)
    app.url_map.converters["text"] = AnyText
    rules = Videos(VideoTable(database), remove_files)
    channel_rules = Channels(channel_table)
    grants = ViewGrants(Grants(KeyRing(GrantKeyTable(database).valid, service_token)))
    app.register_api(videos.blueprint(rules, grants))
    app.register_api(viewers.blueprint(Viewers(ViewerTable(database), rules.require_owner)))
    app.register_api(lists.blueprint(rules, channel_rules, grants))
    app.register_api(channels.blueprint(channel_rules))
    app.register_api(channel_pages.blueprint(ChannelPages(ChannelPageTable(database))))
    app.register_api(search.blueprint(Search(SearchTables(database)), rules))
    app.register_api(internal.blueprint(rules))
    app.register_api(known.blueprint(rules, channel_rules))
    app.register_api(exports.blueprint(Exports(ExportTables(database))))
    require_declarations(app)
    return app
