"""`python -m ui.cli` is the command `citeline`."""

from ui.cli.commands import main

main()
