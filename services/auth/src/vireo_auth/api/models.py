"""Bodies of requests and answers."""

import re
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from vireo_auth.core.accounts import FORBIDDEN_IN_NAMES, MAX_NAME, USERNAME
from vireo_auth.core.addresses import MAX_EMAIL
from vireo_auth.core.me import Profile
from vireo_auth.core.passwords import MAX_BYTES, MIN_BYTES
from vireo_auth.core.sessions import SESSION_ID
from vireo_common.roles import Role, implied

MAX_TEXT = 1000
"""Longest text that is looked at at all. The rules of each field (``core``) are stricter, and
``json_schema_extra`` puts them into the API document."""

# As ECMA-262 and Python both read it: in a class only the backslash has a meaning.
_FORBIDDEN = "".join(sorted(FORBIDDEN_IN_NAMES)).replace("\\", r"\\")
_PERSON_NAME: dict[str, Any] = {
    "maxLength": MAX_NAME,
    "pattern": rf"^[^{_FORBIDDEN}\u0000-\u001f\u007f-\u009f]*$",
}

DIGITS = "^[0-9]{1,9}$"


def _number(given: object) -> object:
    """The number that some digits say; everything else as it was given."""
    return int(given) if isinstance(given, str) and re.fullmatch(DIGITS[1:-1], given) else given


WholeNumber = Annotated[
    int,
    BeforeValidator(_number),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": DIGITS}]}),
]
"""A whole number, or its decimal digits as text, as a form's fields give them."""


class SignInBody(BaseModel):
    """Credentials."""

    model_config = ConfigDict(strict=True)

    username: str = Field(max_length=MAX_TEXT, description="The name, in any case of its letters.")
    password: str = Field(max_length=MAX_TEXT, json_schema_extra={"format": "password"})
    refresh_token: bool = Field(
        False, description="Whether the refresh token is wanted in the answer, without a cookie."
    )


class RefreshBody(BaseModel):
    """A refresh token, unless the cookie carries it; the body may be left out."""

    model_config = ConfigDict(strict=True)

    refresh_token: str = Field("", max_length=MAX_TEXT)

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_an_empty_body(cls, given: object) -> object:
        return {} if given is None else given


class SignedIn(BaseModel):
    """A fresh token."""

    vtoken: str = Field(description="The token (a JWT) for the `Authorization` header.")
    expires_in: int = Field(description="Seconds until it expires.")
    refresh_token: str | None = Field(
        None, description="For `POST /token/refresh`, once; only where it was asked for."
    )


class MeRow(BaseModel):
    """One's own account."""

    username: str
    fname: str
    mname: str
    lname: str
    email: str
    email_verified: bool = Field(description="Whether the link in the mail was opened.")
    birth: str = Field(description="The date of birth, ISO 8601.")
    history: bool = Field(description="Whether is kept what one watches, and where one stands.")
    roles: list[Role] = Field(
        description="What one may do beyond what everybody may; who is `admin` is `moderator` too."
    )
    suspended: bool = Field(
        description="Whether a moderator has the channel shown to nobody: see `/me/moderation`."
    )


class PatchMeBody(BaseModel):
    """What is to be changed; what is left out stays."""

    model_config = ConfigDict(strict=True)

    fname: str | None = Field(None, max_length=MAX_TEXT, description="1 to 25 characters.")
    mname: str | None = Field(None, max_length=MAX_TEXT, description="0 to 25 characters.")
    lname: str | None = Field(None, max_length=MAX_TEXT, description="1 to 25 characters.")
    email: str | None = Field(
        None, max_length=MAX_TEXT, description="Another address, which is to be verified anew."
    )
    password: str | None = Field(
        None, max_length=MAX_TEXT, description="The password; needed for another address."
    )
    history: bool | None = Field(
        None, description="Whether is kept what one watches; what was kept stays until deleted."
    )


class ChangePasswordBody(BaseModel):
    """The password that is, and the one that is to be."""

    model_config = ConfigDict(strict=True)

    old_password: str = Field(max_length=MAX_TEXT)
    new_password: str = Field(
        max_length=MAX_TEXT, description="8 to 72 bytes, none of the commonly used ones."
    )


class DeleteChannelBody(BaseModel):
    """The password: a token alone deletes no account."""

    model_config = ConfigDict(strict=True)

    password: str = Field(max_length=MAX_TEXT)


class SessionPath(BaseModel):
    """A session in an address."""

    session_id: str = Field(json_schema_extra={"pattern": f"^{SESSION_ID.pattern}$"})


class SessionRow(BaseModel):
    """A session of the account."""

    id: str
    device: str = Field(description="What the client said of itself (`User-Agent`).")
    address: str = Field(description="Where it was last refreshed from.")
    first_seen: str = Field(description="ISO 8601, UTC.")
    last_seen: str = Field(description="ISO 8601, UTC; true to a minute.")
    current: bool = Field(description="Whether it is the one of the token that asks.")


class ChannelPath(BaseModel):
    """A channel's id in an internal address."""

    channel_id: int = Field(ge=1, lt=2**31)


class AddressQuery(BaseModel):
    """Where a page of known addresses begins."""

    after: str = Field("", max_length=45)


class Key(BaseModel):
    """A JSON Web Key (RFC 7517, RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str
    use: str
    alg: str


class KeySetBody(BaseModel):
    """A JSON Web Key Set."""

    keys: list[Key]


class LinkBody(BaseModel):
    """The token of a link."""

    model_config = ConfigDict(strict=True)

    token: str = Field(max_length=MAX_TEXT, description="What stands behind `#token=`.")


class ForgotBody(BaseModel):
    """Who forgot a password."""

    model_config = ConfigDict(strict=True)

    email: str = Field(max_length=MAX_TEXT, description="The address of the account.")


class ResetBody(LinkBody):
    """A new password."""

    password: str = Field(
        max_length=MAX_TEXT, description="8 to 72 bytes, none of the commonly used ones."
    )


class SignUpBody(BaseModel):
    """A new account."""

    model_config = ConfigDict(strict=True)

    fname: str = Field(
        max_length=MAX_TEXT,
        description="First name, 1 to 25 characters.",
        json_schema_extra={**_PERSON_NAME, "minLength": 1},
    )
    mname: str = Field(
        max_length=MAX_TEXT,
        description="Middle name, may be empty.",
        json_schema_extra={**_PERSON_NAME, "minLength": 0},
    )
    lname: str = Field(
        max_length=MAX_TEXT,
        description="Last name, 1 to 25 characters.",
        json_schema_extra={**_PERSON_NAME, "minLength": 1},
    )
    username: str = Field(
        max_length=MAX_TEXT,
        description="3 to 25 characters of `A-Z a-z 0-9 _ . -`.",
        json_schema_extra={"maxLength": MAX_NAME, "pattern": f"^{USERNAME.pattern}$"},
    )
    email: str = Field(
        max_length=MAX_TEXT,
        description="A valid email address.",
        json_schema_extra={"format": "email", "maxLength": MAX_EMAIL},
    )
    password: str = Field(
        max_length=MAX_TEXT,
        description="8 to 72 bytes, none of the commonly used ones.",
        # In characters, of which none below or above these can be right.
        json_schema_extra={
            **{"minLength": MIN_BYTES // 4, "maxLength": MAX_BYTES},
            "format": "password",
        },
    )
    day: WholeNumber = Field(
        description="Day of birth; digits as text are taken too.",
        json_schema_extra={"minimum": 1, "maximum": 31},
    )
    month: WholeNumber = Field(
        description="Month of birth; digits as text are taken too.",
        json_schema_extra={"minimum": 1, "maximum": 12},
    )
    year: WholeNumber = Field(
        description="Year of birth; digits as text are taken too.",
        json_schema_extra={"minimum": 1900, "maximum": 9999},
    )


def show_profile(profile: Profile) -> dict[str, Any]:
    """An account as ``MeRow`` has it."""
    return {
        "username": profile.username,
        "fname": profile.fname,
        "mname": profile.mname,
        "lname": profile.lname,
        "email": profile.email,
        "email_verified": profile.verified,
        "birth": profile.birth.isoformat(),
        "history": profile.history,
        "roles": [role.value for role in implied(profile.role)],
        "suspended": profile.suspended,
    }
