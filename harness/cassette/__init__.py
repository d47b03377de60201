"""Recorded HTTP interactions: format, reading and writing."""
