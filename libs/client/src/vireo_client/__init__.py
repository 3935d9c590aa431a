"""Vireo for Python programs: ``Client``, what it raises, and what it returns."""

from vireo_client.client import Client
from vireo_client.errors import (
    FileProblem,
    NoAnswer,
    NotReady,
    SignInNeeded,
    StrangeAnswer,
    VideoFailed,
    VireoError,
)
from vireo_client.tokens import Tokens, TokenStore
from vireo_client.uploads import Progress
from vireo_client.values import MeRow, SessionRow, SignedIn, State, UniversalObject

__all__ = [
    "Client",
    "FileProblem",
    "MeRow",
    "NoAnswer",
    "NotReady",
    "Progress",
    "SessionRow",
    "SignInNeeded",
    "SignedIn",
    "State",
    "StrangeAnswer",
    "TokenStore",
    "Tokens",
    "UniversalObject",
    "VideoFailed",
    "VireoError",
]
