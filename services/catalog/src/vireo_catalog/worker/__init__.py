"""What catalog does on its own, without a request."""
