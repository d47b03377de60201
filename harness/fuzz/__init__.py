"""Payloads that no one recorded: generated from schemas and from recordings, and played to a connector."""
