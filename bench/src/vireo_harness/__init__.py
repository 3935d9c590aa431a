"""What `make bench` and `make load` share: a full Vireo, options, reports, pictures."""
