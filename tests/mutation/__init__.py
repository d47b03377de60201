"""Mutates the reference connectors and counts which mutants the checks and fuzzing alone notice."""
