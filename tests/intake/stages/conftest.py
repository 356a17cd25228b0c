"""The prepared blanks, once for all tests of the stages."""

import pytest

from intake.values import Template
from tests.intake.returned import PRIMARY, SECONDARY, template_of


@pytest.fixture(scope="session")
def primary() -> Template:
    return template_of(PRIMARY)


@pytest.fixture(scope="session")
def secondary() -> Template:
    return template_of(SECONDARY)
