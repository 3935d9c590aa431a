"""The table of mails that are on their way."""
