"""Recordings of what citeline answers, and pictures of the page."""
