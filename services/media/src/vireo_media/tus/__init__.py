"""Uploads in pieces: a program of its own, because a body is open in it for hours (ADR 0061)."""
