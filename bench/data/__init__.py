"""Question sets and cases that several benches share."""
