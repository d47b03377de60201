"""The checks: what they do to a target, and what they say of it."""
