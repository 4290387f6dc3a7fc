"""The year that a yes-or-no question asks for."""

from __future__ import annotations

import re

from index.text import words
from rag.query.query import Query

# What happens to a thing once, so that another year is a "no".
ONCE = tuple(
    "construi bati inaugur fond ne nait naiss mort mour deced creer cree creation built build inaugurat found "
    "born died die death creat "
    "nacio nacid murio muert fundad fundo gegrundet geboren gestorben starb erbaut gebaut nato nata morto morta "
    "fondat costruit nasceu morreu".split()
)


def without_asked_year(query: Query) -> str:
    """A question without the year that it asks about: "was it built in 1975?" is answered by "built in 1967".

    Only for what happens once: an article on the glacier's loss in 2023 does not answer for 2021.
    """
    is_once = any(word.startswith(ONCE) for word in words(query.text, query.language))
    if not is_once or query.kind != "yes_no":
        return query.text
    return re.sub(r"\b(?:1\d|20)\d\d\b", "", query.text)
