"""What is known of each language a question may be asked in, and what is said in it, from packs/*.toml."""

from __future__ import annotations

from pathlib import Path

from index.tables import Tables

PACKS = Tables(Path(__file__).with_name("packs"))
