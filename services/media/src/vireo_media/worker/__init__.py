"""The media worker: validates uploads, publishes videos, removes files. ``python -m`` runs it."""
