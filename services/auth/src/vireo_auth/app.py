"""The auth service: everything is put together here."""

import datetime as dt

from flask_openapi3.openapi import OpenAPI

from vireo_auth.api import keys, sign_in, sign_up
from vireo_auth.core.accounts import Accounts
from vireo_auth.core.passwords import Passwords
from vireo_auth.core.sign_in import Limits, SignIn
from vireo_auth.settings import AuthSettings
from vireo_auth.storage.accounts import AccountTable
from vireo_auth.storage.attempts import AttemptTable
from vireo_common import logs
from vireo_common.access import Guard, require_declarations
from vireo_common.database import Database
from vireo_common.tokens import Signer, Verifier
from vireo_common.web import create_application


def create_app(settings: AuthSettings | None = None) -> OpenAPI:
    """The application; ``settings`` are read from the environment where none are given."""
    settings = settings or AuthSettings.read()
    logs.configure("auth", settings.log_level)
    database = Database.connect("auth", settings)
    signer = Signer(settings.secret("token_signing_key.pem").get_secret_value())
    accounts, attempts = AccountTable(database), AttemptTable(database)
    passwords = Passwords(settings.bcrypt_cost)
    guard = Guard(
        Verifier(signer.key_set),
        accounts.exists,
        settings.secret("service_token").get_secret_value(),
    )

    app = create_application("auth", guard=guard, ready=database.ping)
    limits = Limits(
        attempts=settings.sign_in_attempts,
        window=dt.timedelta(seconds=settings.sign_in_window),
        block=dt.timedelta(seconds=settings.sign_in_block),
        strangers=settings.sign_in_strangers,
    )
    app.register_api(
        sign_in.blueprint(SignIn(accounts, attempts, passwords, limits, signer.access_token))
    )
    app.register_api(sign_up.blueprint(Accounts(accounts, passwords)))
    app.register_blueprint(keys.blueprint(signer))
    require_declarations(app)
    return app
