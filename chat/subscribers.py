"""What follows in the chat when something happens to the WorkStream."""

from django.conf import settings

from accounts.models import User
from activity.models import Event
from activity.registry import registry
from chat import actions, changes, events
from chat.conversation import GREETING
from chat.live import announce, signs
from chat.models import Message, Note
from chat.search import index
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
        f"{GREETING}{workstream.name}”. This is where you and {settings.PROVIDER_NAME} talk, "
        "from the first question to production.\n"
        "Two things help us answer well: a sample of your data, and the instructions you would give "
        "a person doing the task. Upload them right away, or tell us about them here whenever you are ready."
    )


@registry.follows("chat.message_edited", "its words are found as they are now")
@registry.follows("chat.note_edited", "its words are found as they are now")
def find_what_it_says_now(event: Event) -> None:
    """Search follows an edit at once."""
    if entry := _entry_of(event):
        index.renew(entry)


@registry.follows("chat.message_removed", "search no longer finds it")
@registry.follows("chat.note_removed", "search no longer finds it")
def find_no_longer(event: Event) -> None:
    """Search forgets what was removed."""
    if entry := _entry_of(event):
        index.forget(entry)


@registry.follows("workstream.attachment_released", "open pages show that what messages carry can be downloaded")
@registry.follows("workstream.attachment_removed", "open pages show that what messages carry is gone")
@registry.follows("workstream.attachment_quarantined", "open pages show that what messages carry is held back")
def show_file_again(event: Event) -> None:
    """What became of a file is seen where somebody sent it."""
    changes.show_file_again(attachment_id=event.data["attachment_id"])


def _entry_of(event: Event) -> Message | Note | None:
    kind: type[Message] | type[Note] = Message
    if event.verb in {events.NOTE_EDITED, events.NOTE_REMOVED}:
        kind = Note
    return kind.objects.filter(workstream=event.workstream, number=event.data["number"]).first()


@registry.follows("workstream.attachment_added", "open pages show the files anew")
@registry.follows("workstream.attachment_released", "open pages show the files anew")
@registry.follows("workstream.attachment_quarantined", "open pages show the files anew")
@registry.follows("workstream.attachment_removed", "open pages show the files anew")
@registry.follows("workstream.document_requested", "open pages show what is asked for anew")
@registry.follows("workstream.document_request_done", "open pages show what is asked for anew")
@registry.follows("workstream.document_request_reopened", "open pages show what is asked for anew")
@registry.follows("workstream.document_request_withdrawn", "open pages show what is asked for anew")
def show_files_anew(event: Event) -> None:
    """Nobody has to reload a page to see that a file came or is wanted."""
    if event.workstream is not None:
        signs.files_changed(event.workstream)


@registry.follows("workstream.member_removed", "their open pages of it end at once (A35)")
@registry.follows("workstream.member_taken_off", "their open pages of it end at once")
@registry.follows("accounts.sessions_ended", "open pages of those sessions stop")
@registry.follows("accounts.role_changed", "open pages of that person look again at what they may read")
@registry.follows("accounts.person_edited", "open pages of that person look again at what they may read")
@registry.follows("accounts.erased", "open pages of that person stop")
def look_again(event: Event) -> None:
    """What somebody may read changed: their open pages do not go on for another half minute."""
    person = User.objects.filter(pk=event.data["user_id"]).first()
    if person:
        announce.person_changed(person.public_id)
