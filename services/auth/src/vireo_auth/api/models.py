"""Bodies of requests and answers."""

from pydantic import BaseModel, ConfigDict, Field

MAX_TEXT = 1000
"""Longest text that is looked at at all; the rules of each field are stricter."""


class SignInBody(BaseModel):
    """Credentials."""

    model_config = ConfigDict(strict=True)

    username: str = Field(max_length=MAX_TEXT, description="The name, in any case of its letters.")
    password: str = Field(max_length=MAX_TEXT)


class SignedIn(BaseModel):
    """A fresh token."""

    vtoken: str = Field(description="The token (a JWT) for the `Authorization` header.")
    expires_in: int = Field(description="Seconds until it expires.")


class SignUpBody(BaseModel):
    """A new account."""

    model_config = ConfigDict(strict=True)

    fname: str = Field(max_length=MAX_TEXT, description="First name, 1 to 25 characters.")
    mname: str = Field(max_length=MAX_TEXT, description="Middle name, may be empty.")
    lname: str = Field(max_length=MAX_TEXT, description="Last name, 1 to 25 characters.")
    username: str = Field(
        max_length=MAX_TEXT, description="3 to 25 characters of `A-Z a-z 0-9 _ . -`."
    )
    email: str = Field(max_length=MAX_TEXT, description="A valid email address.")
    password: str = Field(
        max_length=MAX_TEXT, description="8 to 72 bytes, none of the commonly used ones."
    )
    day: int = Field(description="Day of birth.")
    month: int = Field(description="Month of birth.")
    year: int = Field(description="Year of birth.")
