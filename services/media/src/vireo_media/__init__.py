"""Vireo's media service: uploads, published videos, thumbnails, pictures, exports."""
