"""A contract-test and record/replay harness for exchange connectors."""

__all__ = ["__version__"]

__version__ = "0.1.0"
