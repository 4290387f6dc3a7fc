"""Fixtures of the tests in this folder."""

from contextlib import suppress

import pytest

with suppress(pytest.skip.Exception):  # each module that needs what is missing says so itself
    from browser import browser, open_page, open_window, windows  # noqa: F401
