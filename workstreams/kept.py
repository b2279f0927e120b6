"""What this app keeps about a person, for their copy and for their erasure."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.own_data import OwnFile
from accounts.personal import Traces, registry
from workstreams import uploads as uploads_under_way
from workstreams.choices import Status
from workstreams.filing import Upload
from workstreams.models import Attachment, DocumentRequest, Invitation, Membership, SavedView, WorkStream


@registry.gathers("memberships")
def memberships(person: User) -> list[dict[str, Any]]:
    """The WorkStreams they are on, and what they are there."""
    rows = Membership.objects.filter(user=person).select_related("workstream").order_by("joined_at")
    return [
        {
            "workstream": row.workstream.name,
            "since": row.joined_at,
            "owner": row.workstream.owner_id == person.pk,
            "workstream_lead": row.workstream.lead_id == person.pk,
        }
        for row in rows
    ]


@registry.gathers("invitations")
def invitations(person: User) -> list[dict[str, Any]]:
    """Invitations to their address, and how many they sent; to whom is not theirs."""
    rows = Invitation.objects.filter(email__iexact=person.email).select_related("workstream").order_by("created_at")
    return [
        {"workstream": row.workstream.name, "sent": row.sent_at, "accepted": row.accepted_at, "ended": row.withdrawn_at}
        for row in rows
    ]


@registry.gathers("saved-views")
def saved_views(person: User) -> list[dict[str, Any]]:
    """Their views of the grid."""
    return [
        {"name": view.name, "filters": view.query, "shared": view.is_shared}
        for view in SavedView.objects.filter(owner=person)
    ]


@registry.gathers("uploads")
def uploads(person: User) -> list[dict[str, Any]]:
    """What they uploaded, also what was removed since."""
    rows = Attachment.objects.filter(uploaded_by=person).select_related("workstream").order_by("created_at")
    return [
        {
            "workstream": row.workstream.name,
            "name": row.name,
            "kind": row.get_kind_display(),
            "note": row.note,
            "size": row.size,
            "uploaded": row.created_at,
            "removed": row.removed_at,
        }
        for row in rows
    ]


@registry.gathers("files")
def files(person: User) -> list[OwnFile]:
    """The files themselves, where the person may still reach the WorkStream."""
    rows = Attachment.objects.visible_to(person).filter(uploaded_by=person, removed_at=None).order_by("created_at")
    return [OwnFile(row.name, row.file, row.size) for row in rows if row.file]


@registry.gathers("unfinished-uploads")
def unfinished_uploads(person: User) -> list[dict[str, Any]]:
    """Files that they began to send and that have not arrived; those that have are among the uploads."""
    rows = Upload.objects.filter(user=person, attachment=None).select_related("workstream").order_by("created_at")
    return [
        {
            "workstream": row.workstream.name,
            "name": row.name,
            "note": row.note,
            "size": row.size,
            "arrived": row.received,
            "begun": row.created_at,
        }
        for row in rows
    ]


@registry.gathers("document-requests")
def document_requests(person: User) -> list[dict[str, Any]]:
    """The documents they asked for."""
    rows = DocumentRequest.objects.filter(requested_by=person).select_related("workstream").order_by("created_at")
    return [
        {
            "workstream": row.workstream.name,
            "kind": row.get_kind_display(),
            "note": row.note,
            "due_on": row.due_on,
            "asked": row.created_at,
            "done": row.done_at,
            "withdrawn": row.withdrawn_at,
        }
        for row in rows
    ]


@registry.hinders
def still_responsible(person: User) -> list[str]:
    """Open WorkStreams need an owner and keep their lead until somebody else is."""
    sentences = []
    is_open = WorkStream.objects.filter(status=Status.OPEN)
    owned = list(is_open.filter(owner=person).values_list("name", flat=True)[:4])
    led = list(is_open.filter(lead=person).values_list("name", flat=True)[:4])
    if owned:
        sentences.append(f"Owner of {_named(owned)}: make somebody else WorkStream Owner first, or have it closed.")
    if led:
        sentences.append(f"WorkStream Lead of {_named(led)}: hand it over first.")
    return sentences


def _named(names: list[str]) -> str:
    quoted = [f"“{name}”" for name in names[:3]]
    return ", ".join(quoted) + (" and more" if len(names) > 3 else "")


@registry.erases("memberships")
def erase_memberships(person: User, _traces: Traces) -> None:
    """They are on no WorkStream any more; what they said there stays."""
    Membership.objects.filter(user=person).delete()


@registry.erases("invitations")
def erase_invitations(_person: User, traces: Traces) -> None:
    """Invitations keep that there was one, not to which address."""
    for invitation in Invitation.objects.filter(email__iexact=traces.email):
        invitation.email = f"erased-{invitation.public_id}@erased.invalid"
        invitation.save(update_fields=["email"])


@registry.erases("uploads")
def erase_uploads(person: User, _traces: Traces) -> None:
    """What has arrived of files that are not whole goes with its rows; the attachments of finished ones stay."""
    for upload in Upload.objects.filter(user=person):
        uploads_under_way.cancel(upload=upload, now=timezone.now())


@registry.erases("views")
def erase_views(person: User, _traces: Traces) -> None:
    """Their own views go; shared ones are the team's and stay, without their name."""
    SavedView.objects.filter(owner=person, is_shared=False).delete()


@registry.readdresses
def invitations_follow(person: User, before: str) -> None:
    """Who is invited and changes the address stays invited: the link of the mail works for the new one."""
    waiting = Invitation.objects.filter(email__iexact=before, accepted_at=None, withdrawn_at=None)
    there = set(
        Invitation.objects.filter(email__iexact=person.email, accepted_at=None, withdrawn_at=None).values_list(
            "workstream_id", flat=True
        )
    )
    waiting.exclude(workstream__in=there).update(email=person.email)
