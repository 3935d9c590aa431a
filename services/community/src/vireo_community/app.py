"""The community service: everything is put together here."""

import datetime as dt
import time

from flask_openapi3.openapi import OpenAPI

from vireo_common import logs
from vireo_common.access import Guard, require_declarations
from vireo_common.database import Database
from vireo_common.idempotency import IdempotentRequests
from vireo_common.roles import RoleTable
from vireo_common.sessions import SessionReader
from vireo_common.tokens import Verifier
from vireo_common.web import create_application
from vireo_community.api import (
    blocks,
    comment_filters,
    comments,
    decisions,
    exports,
    history,
    notice_mails,
    notices,
    playlists,
    positions,
    reactions,
    reports,
    subscriptions,
)
from vireo_community.core.blocks import Blocks
from vireo_community.core.comment_filters import CommentFilters
from vireo_community.core.comments import Comments
from vireo_community.core.decisions import Decisions
from vireo_community.core.exports import Exports
from vireo_community.core.history import History
from vireo_community.core.notice_mails import NoticeMails, Tokens
from vireo_community.core.notices import Notices
from vireo_community.core.playlists import Playlists
from vireo_community.core.reactions import Reactions
from vireo_community.core.reports import Reports, Subjects
from vireo_community.core.subscriptions import Subscriptions
from vireo_community.core.viewers import Viewers
from vireo_community.core.views import Views
from vireo_community.mail.messages import Composer
from vireo_community.settings import CommunitySettings
from vireo_community.storage.blocks import BlockTable
from vireo_community.storage.channels import ChannelTable
from vireo_community.storage.comment_filters import CommentFilterTable
from vireo_community.storage.comment_likes import CommentLikeTable
from vireo_community.storage.comment_lists import CommentListTable
from vireo_community.storage.comments import CommentTable
from vireo_community.storage.decisions import DecisionTable
from vireo_community.storage.desk import DeskTables
from vireo_community.storage.exports import ExportTables
from vireo_community.storage.feeds import FeedTables
from vireo_community.storage.history import HistoryTable
from vireo_community.storage.notice_mails import NoticeMailTable
from vireo_community.storage.notices import NoticeTable
from vireo_community.storage.playlists import PlaylistTable
from vireo_community.storage.reactions import ReactionTable
from vireo_community.storage.reports import ReportTable
from vireo_community.storage.subscriptions import SubscriptionTable
from vireo_community.storage.videos import VideoTable
from vireo_community.storage.view_keys import ViewKeyTable
from vireo_community.storage.views import ViewTables


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
    channels, videos = ChannelTable(database), VideoTable(database)
    app.register_api(reactions.blueprint(Reactions(ReactionTable(database), videos)))
    lists, likes = CommentListTable(database), CommentLikeTable(database)
    comment_table, roles = CommentTable(database), RoleTable(database)
    rules = Comments(comment_table, lists, likes, videos, roles)
    app.register_api(comments.blueprint(rules))
    app.register_api(exports.blueprint(Exports(ExportTables(database))))
    histories = HistoryTable(database)
    viewers = Viewers(ViewKeyTable(database), lambda: dt.datetime.now(dt.UTC))
    views = Views(ViewTables(database), histories, videos)
    app.register_api(blocks.blueprint(Blocks(BlockTable(database), channels)))
    app.register_api(positions.blueprint(views, viewers))
    app.register_api(history.blueprint(History(histories, videos)))
    following = Subscriptions(SubscriptionTable(database), channels, FeedTables(database))
    app.register_api(subscriptions.blueprint(following))
    own_lists = Playlists(PlaylistTable(database), videos)
    app.register_api(playlists.own_blueprint(own_lists))
    app.register_api(playlists.blueprint(own_lists))
    app.register_api(playlists.videos_blueprint(own_lists))
    app.register_api(notices.blueprint(Notices(NoticeTable(database))))
    reporting = Reports(ReportTable(database), Subjects(videos, comment_table, channels))
    deciding = Decisions(DecisionTable(database), DeskTables(database), roles)
    app.register_api(reports.blueprint(reporting, deciding))
    app.register_api(decisions.blueprint(deciding))
    app.register_api(comment_filters.blueprint(CommentFilters(CommentFilterTable(database))))
    tokens = Tokens(settings.derived_key("unsubscribe"), lambda: int(time.time() // 86400))
    mails = NoticeMails(NoticeMailTable(database), Composer(settings.public_url), tokens)
    app.register_api(notice_mails.blueprint(mails))
    app.register_api(notice_mails.internal_blueprint(mails))
    require_declarations(app)
    return app
