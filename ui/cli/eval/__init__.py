"""`citeline eval`: the command, its questions file, its report."""
