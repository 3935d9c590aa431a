"""The version of this package, which is part of what the client says of itself."""

VERSION = "0.1.0"
