"""HTTP: parse, call the core, present."""
