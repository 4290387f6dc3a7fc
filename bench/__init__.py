"""Measurements; what they print goes into bench/results.md."""
