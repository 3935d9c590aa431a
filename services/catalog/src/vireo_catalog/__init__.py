"""Catalog: videos, channels and search, as people see them."""
