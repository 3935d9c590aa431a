"""The rules of accounts and of signing in."""
