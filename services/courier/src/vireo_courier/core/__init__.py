"""The rules: how a message is put together, and what becomes of one that did not leave."""
