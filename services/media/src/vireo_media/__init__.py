"""Vireo's media service: bytes in, bytes out, thumbnails, renditions."""
