"""Measurements, a folder a subject: `python -m bench --help` lists them, bench/results.md has what they found."""
