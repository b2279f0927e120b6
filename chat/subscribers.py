"""What follows in the chat when something happens to the WorkStream."""

from django.conf import settings

from activity.models import Event
from activity.registry import registry
from chat import actions
from workstreams.choices import EntryPoint, SubscriptionType
from workstreams.models import WorkStream


@registry.follows("workstream.started", "an Internal Note with Name, Subscription Type and URL for the team (R60)")
def write_creation_note(event: Event) -> None:
    """The team's first note says what was started and where to find it (R60)."""
    workstream = event.workstream
    assert workstream is not None  # noqa: S101  the verb always names one
    actions.append_note(workstream, creation_note(workstream), author=None, is_creation_note=True)


def creation_note(workstream: WorkStream) -> str:
    """What the team's first note says (R60)."""
    return (
        f"Name: {workstream.name}\n"
        f"Subscription Type: {SubscriptionType(workstream.subscription_type).label}\n"
        f"URL: {workstream.full_url}"
    )


@registry.follows("workstream.started", "a greeting in the chat that asks for sample data and instructions (R33)")
def greet(event: Event) -> None:
    """A WorkStream started by a customer opens with a message, so that the first page is no empty room (R33, R56)."""
    workstream = event.workstream
    assert workstream is not None  # noqa: S101
    if workstream.entry_point == EntryPoint.STAFF:
        return
    actions.post_automatic_message(workstream=workstream, body=greeting(workstream))


def greeting(workstream: WorkStream) -> str:
    """What a client reads first (R33)."""
    return (
        f"Welcome to “{workstream.name}”. This is where you and {settings.PROVIDER_NAME} talk, "
        "from the first question to production.\n"
        "Two things help us answer well: a sample of your data, and the instructions you would give "
        "a person doing the task. Tell us about them here whenever you are ready."
    )
