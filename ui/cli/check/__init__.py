"""`citeline check`: the command, the drafts and the claims it reads, what it prints."""
