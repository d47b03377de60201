"""Results out: terminal, JSON, JUnit, SARIF, GitHub, Markdown."""
