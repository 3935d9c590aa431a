"""Notices as they happen: streams of server-sent events, in an asynchronous program (ADR 0050)."""
