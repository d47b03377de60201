"""The reference connectors; they import floors 1 and 2 only, never the contract."""
