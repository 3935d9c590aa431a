"""``make load``: a mixed day of traffic on a Vireo of its own, and what came of it."""
