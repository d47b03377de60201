"""The loopback server that answers a connector from recordings, with faults on the wire."""
