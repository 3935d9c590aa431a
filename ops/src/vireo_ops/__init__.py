"""What `make` calls: install, start, stop and look at a Vireo on this machine."""
