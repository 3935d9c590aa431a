"""Operations of what people do with videos and each other."""

from vireo_client.calls import Calls, Rows
from vireo_client.transport import segment


class People(Calls):
    """A method for each operation."""

    # Blocks

    def block_channel(self, name: str) -> None:
        """Block a channel; it can't comment on one's videos, reply to one or mention one."""
        self._value("PUT", f"/channel/{segment(name)}/block")

    def unblock_channel(self, name: str) -> None:
        """Unblock a channel."""
        self._value("DELETE", f"/channel/{segment(name)}/block")

    def list_my_blocks(self, *, page_size: int = 50) -> Rows:
        """The channels that one blocks, the latest first."""
        return self._rows("/me/blocks", page_size, signed=True)
