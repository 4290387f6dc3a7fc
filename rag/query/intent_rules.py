"""The words by which a question about the articles themselves is known, as regular expressions over folded text.

Folded: lower case, no accents, marks and hyphens as spaces (`rag.query.intent`). One that matches must match all of it.
"""

from __future__ import annotations

from index.tables import Pattern, rule
from rag.language import PACKS

BEFORE = Pattern(lambda: rf"(?:(?:{rule(PACKS.shared('intent.polite_before'))})(?: |$))+")
AFTER = Pattern(lambda: rf" (?:{rule(PACKS.shared('intent.polite_behind'))})$")
GREETINGS = PACKS.rules("intent.greetings")
THANKS = PACKS.rules("intent.thanks")

# In the rules: {own} all the articles, {one} one of them, {on} "about", {file} a file's name, {topic} the rest.
ENDING = r"\.(?:txt|md|markdown|text)$"
FILE = r"\S.*\.(?:txt|md|markdown|text)"
PARTS = PACKS.table("intent.places", dict[str, str])
CONTENTS = PACKS.lists("intent.contents")
SUMMARY = PACKS.lists("intent.summary")
ABOUT = PACKS.lists("intent.about")
NO_TOPIC = PACKS.rules("intent.no_topic")
TOPIC_BEHIND = PACKS.rules("intent.topic_behind")
