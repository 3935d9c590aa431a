"""Auth's worker: composes what the queue ``mail`` holds, and sweeps."""
