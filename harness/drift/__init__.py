"""Drift: what an exchange answers now beside what it answered before, and what the difference breaks."""
