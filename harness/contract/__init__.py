"""What must hold for every endpoint and channel: its shape and its meaning."""
