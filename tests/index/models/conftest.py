"""Fixtures of the tests in this folder."""

from contextlib import suppress

import pytest

with suppress(pytest.skip.Exception):  # each module that needs what is missing says so itself
    from tiny_encoders import sequences  # noqa: F401
    from toy_models import run, toy  # noqa: F401
