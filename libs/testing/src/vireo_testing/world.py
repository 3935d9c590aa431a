"""What auth, catalog and community answer to who makes the archive of a person's data."""

import re
from collections.abc import Callable
from typing import Any

from vireo_testing.neighbours import Call


class World:
    """What auth, catalog and community know of one person with some videos.

    ``gone``: they know nothing any more.

    ``before_videos`` are done one at each question for a page of videos.
    """

    def __init__(self) -> None:
        self.videos: list[dict[str, Any]] = []
        self.gone = False
        self.before_videos: list[Callable[[], object]] = []

    def auth(self, call: Call) -> tuple[int, Any]:
        """Auth's answers; addresses come in two pages."""
        if self.gone:
            return 404, {"error": "not_found"}
        if call.method == "PUT":
            return 200, ""
        if call.path.endswith("/addresses"):
            return 200, {"rows": [{"address": "198.51.100.7"}], "next": "198.51.100.7"}
        if "after=" in call.path:
            return 200, {"rows": [{"address": "2001:db8::1"}], "next": None}
        return 200, {"account": {"username": "Ada"}, "sessions": [], "mails": []}

    def catalog(self, call: Call) -> tuple[int, Any]:
        """Catalog's answers; videos come two a page."""
        if "/videos" in call.path and self.before_videos:
            self.before_videos.pop(0)()
        if self.gone:
            return 404, {"error": "not_found"}
        if "/videos" not in call.path:
            return 200, {"channel": {"name": "Ada", "videos": len(self.videos)}}
        found = re.search(r"after=(\d+)", call.path)
        start = int(found[1]) if found else 0
        more = start + 2 if len(self.videos) > start + 2 else None
        return 200, {"rows": self.videos[start : start + 2], "next": more}

    def community(self, call: Call) -> tuple[int, Any]:
        """Community's answers; comments come in two pages."""
        if self.gone:
            return 404, {"error": "not_found"}
        if call.path.endswith("/comments"):
            return 200, {"rows": [{"text": "first"}], "next": 7}
        if "after=" in call.path:
            return 200, {"rows": [{"text": "second"}], "next": None}
        if call.path.endswith("/blocks"):
            return 200, {"rows": [], "next": None}
        return 200, {"lists": ["comments", "blocks"]}
