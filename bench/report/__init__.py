"""The benches as one report: run them, keep their tables as JSON, make bench/results.md of these."""
