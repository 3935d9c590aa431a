"""The rules of videos, channels and search."""
