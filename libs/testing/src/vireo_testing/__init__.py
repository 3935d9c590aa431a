"""What the tests of every service share: clips, hostile files, a private database, services."""
