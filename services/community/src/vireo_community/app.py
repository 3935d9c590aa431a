"""The community service: everything is put together here."""

from flask_openapi3.openapi import OpenAPI

from vireo_common import logs
from vireo_common.access import Guard, require_declarations
from vireo_common.database import Database
from vireo_common.idempotency import IdempotentRequests
from vireo_common.sessions import SessionReader
from vireo_common.tokens import Verifier
from vireo_common.web import create_application
from vireo_community.api import blocks, notices
from vireo_community.core.blocks import Blocks
from vireo_community.core.notices import Notices
from vireo_community.settings import CommunitySettings
from vireo_community.storage.blocks import BlockTable
from vireo_community.storage.channels import ChannelTable
from vireo_community.storage.notices import NoticeTable


def create_app(settings: CommunitySettings | None = None) -> OpenAPI:
    """The application; ``settings`` are read from the environment where none are given."""
    settings = settings or CommunitySettings.read()
    logs.configure("community", settings.log_level)
    database = Database.connect("community", settings)
    service_token = settings.secret("service_token").get_secret_value()
    sessions = SessionReader(database)
    guard = Guard(Verifier(sessions.key_set), sessions.standing, service_token)
    app = create_application("community", guard=guard, ready=database.ping)
    IdempotentRequests(database, "community", service_token).install(app)
    channels = ChannelTable(database)
    app.register_api(blocks.blueprint(Blocks(BlockTable(database), channels)))
    app.register_api(notices.blueprint(Notices(NoticeTable(database))))
    require_declarations(app)
    return app
