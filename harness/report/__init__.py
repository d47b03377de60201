"""Results out: terminal, JSON, JUnit."""
