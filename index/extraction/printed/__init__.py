"""Printed pages to text: characters with their places become lines, tables, columns and whole words."""
