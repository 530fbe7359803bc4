"""Measurements side by side, each against an aim; ``python -m benchmarks`` runs them and writes docs/benchmarks.md."""
