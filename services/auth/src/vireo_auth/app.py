"""The auth service: everything is put together here."""

import datetime as dt

from flask_openapi3.openapi import OpenAPI

from vireo_auth.api import (
    emails,
    exports,
    keys,
    me,
    passwords,
    sessions,
    sign_in,
    sign_up,
    token,
)
from vireo_auth.core.accounts import Accounts
from vireo_auth.core.emails import Emails
from vireo_auth.core.exports import Exports
from vireo_auth.core.me import Me
from vireo_auth.core.passwords import Passwords
from vireo_auth.core.resets import Resets
from vireo_auth.core.sessions import Sessions
from vireo_auth.core.sign_in import Limits, SignIn
from vireo_auth.settings import AuthSettings
from vireo_auth.storage.accounts import AccountTable
from vireo_auth.storage.attempts import AttemptTable
from vireo_auth.storage.email_tokens import EmailTable, ResetTable
from vireo_auth.storage.exports import ExportTables
from vireo_auth.storage.keys import KeyTable, SigningKeyFile
from vireo_auth.storage.names import ReservedNames
from vireo_auth.storage.profiles import ProfileTable
from vireo_auth.storage.sessions import SessionTable
from vireo_common import logs
from vireo_common.access import Guard, require_declarations
from vireo_common.database import Database
from vireo_common.idempotency import IdempotentRequests
from vireo_common.sessions import SessionReader
from vireo_common.tokens import Verifier
from vireo_common.web import create_application


def create_app(settings: AuthSettings | None = None) -> OpenAPI:
    """The application; ``settings`` are read from the environment where none are given."""
    settings = settings or AuthSettings.read()
    logs.configure("auth", settings.log_level)
    database = Database.connect("auth", settings)
    signing_key, key_table = SigningKeyFile(settings.signing_key), KeyTable(database)
    reader = SessionReader(database)
    reserved = ReservedNames(settings.derived_key("reserved names"))
    session_table, profiles = SessionTable(database), ProfileTable(database, reserved)
    session_rules = Sessions(
        session_table, signing_key.signer, settings.derived_key("refresh tokens")
    )
    accounts, attempts = AccountTable(database, reserved), AttemptTable(database)
    hashes = Passwords(settings.bcrypt_cost, max(1, settings.web_threads * 7 // 8))
    service_token = settings.secret("service_token").get_secret_value()
    guard = Guard(Verifier(reader.key_set), reader.standing, service_token)

    def ready() -> None:
        # The key must be published before the first token is signed with it.
        key_table.publish(signing_key.signer())

    app = create_application("auth", guard=guard, ready=ready)
    IdempotentRequests(database, "auth", service_token).install(app)
    limits = Limits(
        attempts=settings.sign_in_attempts,
        window=dt.timedelta(seconds=settings.sign_in_window),
        block=dt.timedelta(seconds=settings.sign_in_block),
        strangers=settings.sign_in_strangers,
        guesses=settings.sign_in_guesses,
    )
    secure = settings.public_url.startswith("https:")
    sign_in_rules = SignIn(accounts, attempts, hashes, limits, session_rules.open)
    app.register_api(sign_in.blueprint(sign_in_rules, secure=secure))
    app.register_api(token.blueprint(session_rules, secure=secure))
    app.register_api(sessions.blueprint(session_rules, secure=secure))
    app.register_api(me.blueprint(Me(profiles, hashes, sign_in_rules.check)))
    app.register_api(sign_up.blueprint(Accounts(accounts, hashes)))
    app.register_api(emails.blueprint(Emails(EmailTable(database))))
    app.register_api(passwords.blueprint(Resets(ResetTable(database), hashes)))
    app.register_api(keys.blueprint(reader.key_set))
    known = Exports(ExportTables(database), profiles.find, session_table.of_channel)
    app.register_api(exports.blueprint(known))
    require_declarations(app)
    return app
