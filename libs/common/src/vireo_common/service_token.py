"""How a service knows that another one calls it."""

TOKEN_HEADER = "X-Vireo-Service-Token"  # noqa: S105 (a header's name)
"""The header with the token that the services share."""
