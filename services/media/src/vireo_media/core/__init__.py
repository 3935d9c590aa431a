"""The rules of the media service: no Flask, no SQL, no HTTP, no subprocess."""
