"""Operations of notices."""

from collections.abc import Iterator, Mapping, Sequence

from vireo_client.calls import Calls, given
from vireo_client.values import NoticeObject, NoticeSettings, parse


class Notices(Calls):
    """A method for each operation but the stream."""

    def list_notices(self, *, unread: bool = False, page_size: int = 50) -> Iterator[NoticeObject]:
        """What one is to know, the latest first; if asked, what is unread alone."""
        wanted = "true" if unread else "false"
        path = "/notifications"
        return self._all(NoticeObject, path, page_size, signed=True, unread=wanted)

    def read_notices(self, *, up_to: int | None = None, ids: Sequence[int] = ()) -> None:
        """Mark as read one and all that are older, and these."""
        self._post("/notifications/read", given({"up_to": up_to, "ids": list(ids)}), signed=True)

    def show_notice_settings(self) -> NoticeSettings:
        """Which kinds of notices one gets, and which by mail."""
        return parse(NoticeSettings, self._value("GET", "/notifications/settings"))

    def change_notice_settings(
        self,
        *,
        kinds: Mapping[str, Mapping[str, bool]] | None = None,
        digest: str | None = None,
    ) -> NoticeSettings:
        """Change some of them; all after that."""
        body = given({"kinds": kinds, "digest": digest})
        return parse(NoticeSettings, self._value("PUT", "/notifications/settings", body))
