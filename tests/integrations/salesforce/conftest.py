"""Salesforce's side, with an opportunity that is tied."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests.conftest import World
from tests.integrations.conftest import OPPORTUNITY, Tie
from tests.vendors import Vendors
from workstreams.models import WorkStream


@pytest.fixture
def there(vendors: Vendors, db: None) -> Iterator[Vendors]:
    """Salesforce has the opportunity at Validation; nobody has logged in yet."""
    cache.clear()
    vendors.salesforce.open_opportunity(name="Acme & Sons", opportunity_id=OPPORTUNITY)
    yield vendors
    cache.clear()


@pytest.fixture
def labels(there: Vendors, world: World, tied: Tie) -> WorkStream:
    """The WorkStream of the opportunity."""
    return tied(world.labels)
