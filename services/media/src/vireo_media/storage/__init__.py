"""SQL and the media folder: one file a noun."""
