"""Kills at random moments, and what became of the videos: ``make kills``."""
