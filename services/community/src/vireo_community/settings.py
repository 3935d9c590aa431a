"""Community's settings: ``VIREO_*`` variables."""

from vireo_common.settings import ServiceSettings


class CommunitySettings(ServiceSettings):
    """Community needs what every service needs."""
