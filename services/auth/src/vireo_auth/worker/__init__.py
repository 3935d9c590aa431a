"""The mail worker: sends what the queue ``mail`` holds."""
