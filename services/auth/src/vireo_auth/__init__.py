"""Auth: accounts, sign-in, lockout, and the key that signs tokens."""
