"""What of a passage other copies have already."""

import pytest
from dispatches import DISPATCH

from index.duplicates.passages import holds, is_repeated

TEXT = " ".join(DISPATCH)


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        (DISPATCH[3], True),
        ("LES SALARIES ont appris\nla nouvelle", True),
        ("transforme chaque année 12 millions", True),
        ("transforme chaque année 13 millions", False),
        ("ouvelle pendant la pau", False),
        ("", False),
        ("… !", False),
    ],
)
def test_a_text_holds_a_quote(quote, expected):
    assert holds(TEXT, quote) is expected


@pytest.mark.parametrize(
    ("passage", "others", "expected"),
    [
        (DISPATCH[0:3], DISPATCH[0:4], True),
        (DISPATCH[1:5], DISPATCH[0:4], True),  # its last sentence has names, which are elsewhere in the text
        (DISPATCH[4:7], DISPATCH[0:4], False),
        ((DISPATCH[0], DISPATCH[1].replace("84", "86")), DISPATCH[0:4], False),
        ((DISPATCH[0], DISPATCH[2].replace("Maud", "Mahaut")), DISPATCH[0:4], False),
        ((*DISPATCH[0:3], "À Vezins, on s’inquiète."), DISPATCH[0:4], False),
        ((*DISPATCH[0:3], "Chacun s’inquiète."), DISPATCH[0:4], True),
        (("Odile Fargues, 3 mars 2024, 10 h 12\n", *DISPATCH[0:3]), DISPATCH[0:4], True),
        ((), DISPATCH[0:4], False),
    ],
)
def test_a_passage_says_again_what_others_say(passage, others, expected):
    assert is_repeated(" ".join(passage), [" ".join(others[:2]), " ".join(others[2:])], [TEXT]) is expected
