"""The one exception for a file that is not taken."""

from typing import Literal

RefusalCode = Literal["unsupported_media", "too_large"]


class Refused(Exception):
    """The file is not taken. `code` is the API's error code, `reason` one sentence for a person."""

    def __init__(self, code: RefusalCode, reason: str) -> None:
        super().__init__(reason)
        self.code: RefusalCode = code
        self.reason = reason
