"""Catalog's settings: ``VIREO_*`` variables."""

from vireo_common.settings import ServiceSettings


class CatalogSettings(ServiceSettings):
    """Catalog needs what every service needs."""
