"""Fetching the WorkStream an address names, the same way everywhere."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.capabilities import Can
from accounts.models import User
from workstreams.models import WorkStream
from workstreams.tenancy import require


def administered(user: User, public_id: UUID) -> WorkStream:
    """The WorkStream whose administration screen this person opens, with what the screen's head prints.

    Raises: Http404 for one they may not know of; NotAllowed for clients and Agile Workers (R27, R28).
    """
    workstream: WorkStream = get_object_or_404(WorkStream.objects.visible_to(user).for_page(), public_id=public_id)
    require(user, Can.ADMINISTER, workstream)
    return workstream
