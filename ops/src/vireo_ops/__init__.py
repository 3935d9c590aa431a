"""What `make` calls: start, stop and inspect a Vireo on this machine, and the demonstration."""
