"""Auth's neighbour community: what mails of notices say."""

from vireo_common.client import ServiceClient
from vireo_common.errors import Code, Failure
from vireo_common.outgoing_mails import Content


class Community:
    """Calls to community."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def content(self, reference: str) -> Content | None:
        """What a mail says now; ``None`` where it is not wanted any more.

        Raises:
            Failure: ``unavailable``.
        """
        try:
            said = self._client.get(f"/internal/notice_mails/{reference}")
        except Failure as failure:
            if failure.code is Code.NOT_FOUND:
                return None
            raise
        return Content(said["subject"], said["text"], said["html"], said["unsubscribe"])

    def ended(self, reference: str, *, sent: bool) -> None:
        """Say what became of a mail.

        Raises:
            Failure: ``unavailable``.
        """
        self._client.call("POST", f"/internal/notice_mails/{reference}", body={"sent": sent})
