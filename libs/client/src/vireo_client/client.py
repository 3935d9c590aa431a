"""The client that programs use."""

from vireo_client.accounts import Accounts
from vireo_client.moderation import Moderation
from vireo_client.notices import Notices
from vireo_client.people import People
from vireo_client.thumbnails import Thumbnails
from vireo_client.videos import Videos


class Client(Accounts, Moderation, Notices, People, Thumbnails, Videos):
    """Vireo, for one account or for nobody in particular.

    Several threads may use one client. Every call has a time limit, and every failure is a
    ``VireoError``; a file of yours that can't be opened is an ``OSError``. An expired token is
    renewed, and the call done again.

    Args:
        url: the gateway's address, such as ``http://localhost:8080``.
        seconds: the most that an answer may keep silent. An upload has longer, for its verdict.
        patience: seconds that one call may wait in all, where Vireo says ``Retry-After``, or the
            line was cut and asking again does no harm. With 0 every failure is raised at once.
        store: where the tokens are kept; in memory, if nothing is said.
        device: what ``list_sessions`` calls this program.

    Raises:
        ValueError: ``url`` is no address.
    """

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
