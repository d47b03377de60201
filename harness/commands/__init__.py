"""The subcommands of `harness`, one module each, and what they share."""
