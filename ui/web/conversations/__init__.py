"""The list of conversations, and what its buttons do."""
