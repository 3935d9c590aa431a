"""The media worker: proves uploads, publishes videos, removes files. ``python -m`` runs it."""
