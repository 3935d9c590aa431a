"""Mails: what they say."""
