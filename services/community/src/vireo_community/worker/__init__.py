"""What community does on its own, without a request."""
