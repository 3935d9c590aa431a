"""The media service's web side: everything is put together here."""

from flask_openapi3.openapi import OpenAPI

from vireo_common import logs
from vireo_common.access import Guard, require_declarations
from vireo_common.client import ServiceClient
from vireo_common.database import Database
from vireo_common.grant_key_table import GrantKeyTable
from vireo_common.grant_keys import KeyRing
from vireo_common.grants import Grants
from vireo_common.sessions import SessionReader
from vireo_common.tokens import Verifier
from vireo_common.web import create_application
from vireo_media.api import (
    asked_before,
    captions,
    exports,
    files,
    pictures,
    processing,
    storyboards,
    thumbnails,
    uploads,
    viewing,
)
from vireo_media.catalog import Catalog
from vireo_media.core.captions import Captions
from vireo_media.core.exports import Exports
from vireo_media.core.open_uploads import OpenUploads
from vireo_media.core.pictures import Pictures
from vireo_media.core.processing import Processings
from vireo_media.core.removal import Removal
from vireo_media.core.thumbnails import Thumbnails
from vireo_media.core.uploads import Uploads
from vireo_media.core.viewing import Viewing
from vireo_media.figures import FiguresCollector
from vireo_media.settings import MediaSettings
from vireo_media.storage.captions import CaptionTable
from vireo_media.storage.exports import ExportTable
from vireo_media.storage.figures import FigureTable
from vireo_media.storage.files import files_on_disk
from vireo_media.storage.open_uploads import OpenUploadTable
from vireo_media.storage.pictures import PictureTable
from vireo_media.storage.processing import ProcessingTable
from vireo_media.storage.uploads import OF_VIDEOS, UploadTable
from vireo_media.storage.video_pictures import VideoPictureTable
from vireo_media.storage.viewing import ViewingTable
from vireo_media.tools.picture import square_picture, thumbnail_sizes


def create_app(settings: MediaSettings | None = None) -> OpenAPI:
    """The application; ``settings`` are read from the environment where none are given."""
    settings = settings or MediaSettings.read()
    logs.configure("media", settings.log_level)
    database = Database.connect("media", settings)
    service_token = settings.secret("service_token").get_secret_value()
    catalog = Catalog(ServiceClient(settings.catalog_url, service_token))
    sessions = SessionReader(database)
    guard = Guard(Verifier(sessions.key_set), sessions.standing, service_token)
    media_files = files_on_disk(settings.media_root, settings.spool_socket)
    upload_table = UploadTable(database)

    figures = FiguresCollector(FigureTable(database), OF_VIDEOS)
    app = create_application("media", guard=guard, ready=database.ping, figures=figures)
    grants = Grants(KeyRing(GrantKeyTable(database).valid, service_token))
    open_uploads = OpenUploads(
        OpenUploadTable(database),
        media_files.staging.room,
        reserve_bytes=settings.disk_reserve_bytes,
        most_open=settings.open_uploads,
        least_rate=settings.least_upload_rate,
    )
    rules = Uploads(
        upload_table,
        media_files,
        catalog.find_video,
        open_uploads,
        max_bytes=settings.max_upload_bytes,
        waiting=max(1, settings.web_threads * 3 // 4),
    )
    app.register_api(uploads.blueprint(rules, grants))
    picture_rules = Pictures(PictureTable(database), media_files, square_picture, open_uploads)
    app.register_api(pictures.blueprint(picture_rules, grants))
    video_pictures = VideoPictureTable(database, media_files, catalog.notify_files)
    thumbnail_rules = Thumbnails(
        video_pictures, media_files.pictures, thumbnail_sizes, open_uploads
    )
    app.register_api(storyboards.blueprint())
    app.register_api(thumbnails.blueprint(thumbnail_rules, grants))
    app.register_api(asked_before.blueprint(grants, open_uploads.close))
    removal = Removal(upload_table, media_files)
    app.register_api(files.blueprint(removal))
    caption_rules = Captions(
        CaptionTable(database, media_files),
        catalog.find_video,
        lambda told: catalog.notify_files(told.files, told.event_id),
        removal,
    )
    app.register_api(captions.blueprint(caption_rules))
    app.register_api(exports.blueprint(Exports(ExportTable(database), media_files), grants))
    app.register_api(viewing.blueprint(Viewing(ViewingTable(database), grants)))
    app.register_api(processing.blueprint(Processings(ProcessingTable(database))))
    require_declarations(app)
    return app
