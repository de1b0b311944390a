"""What all tests of pages share."""

import pytest

from pan2kg.site.front_end import HOW_TO_BUILD, Bundle, find_bundle
from tests.conftest import lack


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    found = find_bundle()
    if not found:
        lack(str(HOW_TO_BUILD))
    return found
