"""Everything somebody can do, each with the capability it takes and its two addresses: the page's and the API's (D3).

Who may is read off `accounts.capabilities`; this table only says what each thing takes. Where holding the capability
is not enough, the row says for whom and why.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.capabilities import Can, Standing
from chat.actions import post_message, post_note
from mailroom.models import IncomingMail
from milestones.actions import give_go_ahead
from subscriptions.models import StartAttempt
from tests.conftest import World
from tests.factories import AttachmentFactory, ColleagueFactory, PreviewPictureFactory, join
from tests.integrations.conftest import OPPORTUNITY
from tests.permissions.rows import Call, Thing, delete, get, nothing, patch, post, sending, upload
from tests.permissions.sync import THINGS_OF_SYNC
from workstreams import bulk, requests, uploads
from workstreams.actions import close
from workstreams.choices import AttachmentKind, CloseReason, Milestone, Side, SubscriptionType
from workstreams.filing import Upload
from workstreams.models import Invitation, SavedView, WorkStream
from workstreams.runs import BulkChange

ATTEMPT, PLAN = uuid4(), uuid4()
UPLOAD = uuid4()
VIEW = uuid4()
MAIL = uuid4()
ASKED, FILE = uuid4(), uuid4()
UNTOLD = frozenset({Standing.AGILE_WORKER})
INVITATION, COLLEAGUE_ON_IT = uuid4(), uuid4()
COLLEAGUES = frozenset(Standing) - {Standing.OWNER, Standing.CLIENT_MEMBER, Standing.AGILE_WORKER, Standing.STRANGER}


def standing_at(milestone: Milestone | None, **fields: Any) -> Callable[[World], None]:
    """The WorkStream stands at a milestone."""

    def arrange(world: World) -> None:
        WorkStream.objects.filter(pk=world.labels.pk).update(milestone=milestone, **fields)
        world.labels.refresh_from_db()

    return arrange


def with_go_ahead_of(side: Side) -> Callable[[World], None]:
    """The agreement is reviewed, and one side has given its go-ahead."""

    def arrange(world: World) -> None:
        standing_at(Milestone.REVIEWING_AGREEMENT)(world)
        actor = world.owner if side == Side.CLIENT else world.architect
        give_go_ahead(workstream=world.labels, side=side, actor=actor)

    return arrange


def closed(world: World) -> None:
    """The WorkStream is closed."""
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)


def with_words(world: World) -> None:
    """The owner said something, and an ISR wrote a note."""
    post_message(workstream=world.labels, author=world.owner, body="Hi", client_key=uuid4())
    post_note(workstream=world.labels, author=world.isr, body="Hush", client_key=uuid4())


def tied(world: World) -> None:
    """The WorkStream is tied to an opportunity."""
    WorkStream.objects.filter(pk=world.labels.pk).update(opportunity_id=OPPORTUNITY)


def with_invitation(world: World) -> None:
    """Somebody is invited by the owner."""
    Invitation.objects.create(
        public_id=INVITATION,
        workstream=world.labels,
        email="new@acme.example",
        side=Side.CLIENT,
        nonce="n" * 64,
        invited_by=world.owner,
        expires_at=timezone.now() + timedelta(days=1),
    )


def with_a_second_colleague(world: World) -> None:
    """A colleague who neither leads it nor acts in this row is on it."""
    join(world.labels, ColleagueFactory.create(public_id=COLLEAGUE_ON_IT))


def with_view(world: World) -> None:
    """An administrator keeps a view of the grid and shares it."""
    SavedView.objects.create(public_id=VIEW, owner=world.admin, name="Ours", query="type=batch", is_shared=True)


def with_plan(world: World) -> BulkChange:
    """An administrator wants to set the lead of a WorkStream."""
    planned = bulk.plan(
        actor=world.admin, kind=BulkChange.Kind.LEAD, ids=[world.labels.pk], question="", public_id=PLAN
    )
    return bulk.choose(bulk=planned, actor=world.admin, lead=world.architect)


def with_plan_done(world: World) -> None:
    """And it was done."""
    bulk.carry_on(bulk.confirm(bulk=with_plan(world), actor=world.admin))


def with_document_asked(world: World) -> None:
    """The client is asked for a document."""
    requests.request_document(
        workstream=world.labels, actor=world.isr, kind=AttachmentKind.SAMPLE_DATA, public_id=ASKED
    )


def with_file_looked_into(world: World) -> None:
    """There is a file, and a picture of what is in it."""
    PreviewPictureFactory.create(preview__attachment__workstream=world.labels, preview__attachment__public_id=FILE)


def with_held_mail(world: World) -> None:
    """A mail waits for a colleague."""
    IncomingMail.objects.create(
        public_id=MAIL,
        recipient="reply@portal.example",
        dedupe_key="1",
        raw=b"",
        text="Hello",
        kind="chat",
        state=IncomingMail.State.HELD,
        person=world.owner,
        workstream=world.labels,
    )


def with_attempt(_: World) -> None:
    """Somebody followed a link of the public site."""
    StartAttempt.objects.create(public_id=ATTEMPT)


def a_wish() -> dict[str, Any]:
    """The three inputs of a start."""
    day = timezone.localdate() + timedelta(days=7)
    return {"name": "Signs", "intended_start": day.isoformat(), "description": "Label them."}


def with_file(world: World) -> None:
    """A member of the client has added a file."""
    AttachmentFactory.create(public_id=FILE, workstream=world.labels, uploaded_by=world.member)


def with_upload(world: World) -> None:
    """An administrator has sent all of a file and not finished it."""
    upload = Upload.objects.create(
        public_id=UPLOAD, workstream=world.labels, user=world.admin, name="a.txt", size=2, client_key=uuid4()
    )
    uploads.put(upload=upload, actor=world.admin, offset=0, piece=b"ok")


def a_file(_: World) -> dict[str, Any]:
    """What a form sends."""
    return {"file": SimpleUploadedFile("a.txt", b"ok"), "kind": "other", "client_key": str(uuid4())}


WS = "/workstreams/{ws}/"
ADMINISTRATION = "/workstreams/{ws}/administration/"
API = "/api/v1/workstreams/{ws}/"


THINGS = [
    *THINGS_OF_SYNC,
    # The WorkStream and who is on it
    Thing("open a WorkStream", Can.OPEN_WORKSTREAM, get(WS), get(API)),
    Thing("see who is on it", Can.OPEN_WORKSTREAM, get(WS + "members/"), get(API + "members/")),
    Thing(
        "invite people of the client",
        Can.INVITE_CLIENT_PEOPLE,
        post(WS + "members/", sending(addresses="new@acme.example")),
        post(API + "members/", sending(addresses=["new@acme.example"])),
    ),
    Thing(
        "see who is invited",
        Can.SEE_ADDRESSES,
        get(WS + "members/"),
        get(API + "invitations/"),
        # They open the members' page too, which leaves the invited ones out (tests/workstreams/test_members.py).
        elsewhere=frozenset({Standing.AGILE_WORKER}),
    ),
    Thing(
        "send an invitation again",
        Can.INVITE_CLIENT_PEOPLE,
        post(WS + f"members/invitations/{INVITATION}/send-again/"),
        post(API + f"invitations/{INVITATION}/send-again/"),
        arrange=with_invitation,
    ),
    Thing(
        "withdraw an invitation",
        Can.INVITE_CLIENT_PEOPLE,
        post(WS + f"members/invitations/{INVITATION}/withdraw/"),
        post(API + f"invitations/{INVITATION}/withdraw/"),
        arrange=with_invitation,
    ),
    Thing(
        "remove a person of the client",
        Can.REMOVE_CLIENT_PEOPLE,
        post(WS + "members/{person_id}/remove/"),
        post(API + "members/{person_id}/remove/"),
        # Oneself one may always take off: that is leaving.
        elsewhere=frozenset({Standing.CLIENT_MEMBER}),
    ),
    Thing(
        "remove a team member",
        Can.REMOVE_TEAM_PEOPLE,
        post(WS + f"members/{COLLEAGUE_ON_IT}/remove/"),
        post(API + f"members/{COLLEAGUE_ON_IT}/remove/"),
        arrange=with_a_second_colleague,
    ),
    Thing(
        "leave it",
        Can.OPEN_WORKSTREAM,
        post(WS + "members/leave/"),
        post(API + "members/leave/"),
        # The owner hands over first.
        elsewhere=frozenset({Standing.OWNER}),
    ),
    Thing(
        "make somebody else WorkStream Owner",
        Can.TRANSFER_OWNERSHIP,
        post(WS + "members/{person_id}/make-owner/"),
        post(API + "members/{person_id}/make-owner/"),
    ),
    Thing(
        "decide who may invite",
        Can.REMOVE_CLIENT_PEOPLE,
        post(WS + "members/who-invites/", sending(members_may_invite="yes")),
        post(API + "members/who-invites/", sending(members_may_invite=True)),
    ),
    Thing(
        "edit its general fields",
        Can.ADMINISTER,
        post(
            ADMINISTRATION,
            lambda w: {"name": "Signs", "description": "", "organization": w.acme.pk, "starts_on": "", "version": 1},
        ),
        patch(API, sending(name="Signs")),
    ),
    Thing(
        "close it",
        Can.ADMINISTER,
        post(ADMINISTRATION + "close/", sending(reason="lost", note="")),
        post(API + "close/", sending(reason="lost")),
    ),
    Thing(
        "reopen it",
        Can.ADMINISTER,
        post(ADMINISTRATION + "reopen/"),
        post(API + "reopen/"),
        arrange=closed,
    ),
    Thing(
        "set the WorkStream Lead",
        Can.SET_LEAD,
        post(ADMINISTRATION + "lead/", lambda w: {"lead": w.architect.public_id, "seen": ""}),
        post(API + "set-lead/", lambda w: {"lead": str(w.architect.public_id), "seen": None}),
    ),
    Thing("take it where nobody leads", Can.SET_LEAD, post(WS + "take/"), post(API + "take/")),
    Thing("read its activity", Can.ADMINISTER, get(ADMINISTRATION + "activity/"), get(API + "activity/")),
    # Notifications
    Thing("read what one was told", None, get("/notifications/"), get("/api/v1/notifications/"), is_general=True),
    Thing(
        "mark it as read",
        None,
        post("/notifications/read/"),
        post("/api/v1/notifications/read/"),
        is_general=True,
    ),
    Thing(
        "choose what one is told",
        None,
        post("/notifications/preferences/", sending(digest_at="09:00")),
        post("/api/v1/notifications/preferences/", sending(digest_at="09:00")),
        is_general=True,
    ),
    Thing(
        "choose how much one hears of a WorkStream",
        Can.OPEN_WORKSTREAM,
        post(WS + "notifications/", sending(level="nothing")),
        post(API + "notifications/", sending(level="nothing")),
    ),
    # Attachments
    Thing(
        "see the attachments",
        Can.VIEW_ATTACHMENTS,
        get(WS + "?tab=attachments"),
        get(API + "attachments/"),
    ),
    Thing("add a file", Can.ADD_ATTACHMENTS, post(WS + "attachments/", a_file), upload(API + "attachments/", a_file)),
    Thing(
        "download a file",
        Can.VIEW_ATTACHMENTS,
        get(WS + f"attachments/{FILE}/"),
        get(API + f"attachments/{FILE}/file/"),
        arrange=with_file,
    ),
    Thing(
        "see what is known of a file",
        Can.VIEW_ATTACHMENTS,
        get(WS + "attachments/"),
        get(API + f"attachments/{FILE}/"),
        arrange=with_file,
    ),
    Thing(
        "remove a file that a member of the client added",
        Can.ADD_ATTACHMENTS,
        post(WS + f"attachments/{FILE}/remove/"),
        Call("delete", API + f"attachments/{FILE}/"),
        arrange=with_file,
    ),
    Thing(
        "begin to send a file in pieces",
        Can.ADD_ATTACHMENTS,
        get(WS + "attachments/new/"),
        post(API + "uploads/", sending(name="a.txt", size=2)),
    ),
    *(
        # Pages send pieces to the API too.
        Thing(
            does,
            Can.ADD_ATTACHMENTS,
            Call(method, API + f"uploads/{UPLOAD}/{address}"),
            Call(method, API + f"uploads/{UPLOAD}/{address}"),
            arrange=with_upload,
            # It is the administrator's.
            unknown_to=frozenset(Standing) - {Standing.ADMIN},
        )
        for does, method, address in (
            ("see how far one's own upload is", "get", ""),
            ("send a piece of one's own upload", "put", "?offset=0"),
            ("finish one's own upload", "post", "finish/"),
            ("cancel one's own upload", "delete", ""),
        )
    ),
    # Milestones
    Thing("see where it stands", Can.OPEN_WORKSTREAM, get(WS + "?tab=details"), get(API + "milestones/")),
    Thing(
        "read how it came there", Can.ADMINISTER, get(ADMINISTRATION + "milestones/"), get(API + "milestones/history/")
    ),
    Thing(
        "see who could lead instead",
        Can.ADMINISTER,
        get(ADMINISTRATION + "milestones/"),
        get(API + "milestones/hand-over/"),
    ),
    Thing(
        "move it to its first milestone",
        Can.SET_FIRST_MILESTONE,
        post(ADMINISTRATION + "milestones/advance/", sending(to="gathering_requirements", seen="")),
        post(API + "milestones/advance/", sending(to="gathering_requirements", seen=None)),
    ),
    Thing(
        "advance it further",
        Can.ADVANCE_MILESTONE,
        post(ADMINISTRATION + "milestones/advance/", sending(to="preparing_proposal", seen="gathering_requirements")),
        post(API + "milestones/advance/", sending(to="preparing_proposal", seen="gathering_requirements")),
        arrange=standing_at(Milestone.GATHERING_REQUIREMENTS),
    ),
    Thing(
        "take it back",
        Can.ADVANCE_MILESTONE,
        post(
            ADMINISTRATION + "milestones/go-back/",
            sending(to="gathering_requirements", reason="Anew", seen="preparing_proposal"),
        ),
        post(
            API + "milestones/go-back/", sending(to="gathering_requirements", reason="Anew", seen="preparing_proposal")
        ),
        arrange=standing_at(Milestone.PREPARING_PROPOSAL),
    ),
    Thing(
        "choose how BATCH is delivered",
        Can.ADVANCE_MILESTONE,
        post(ADMINISTRATION + "milestones/delivery/", sending(mode="in_house")),
        post(API + "milestones/delivery/", sending(mode="in_house")),
        arrange=standing_at(Milestone.PREPARING_PROPOSAL, subscription_type=SubscriptionType.BATCH),
    ),
    Thing(
        "give the client's go-ahead as a client",
        Can.GIVE_CLIENT_GO_AHEAD,
        post(WS + "go-ahead/"),
        post(API + "milestones/go-ahead/", sending(side="client")),
        arrange=standing_at(Milestone.REVIEWING_AGREEMENT),
        # They record it on the administration screen, with a word on how it was given; see below.
        elsewhere=COLLEAGUES,
    ),
    Thing(
        "withdraw the client's go-ahead as a client",
        Can.GIVE_CLIENT_GO_AHEAD,
        post(WS + "go-ahead/withdraw/"),
        post(API + "milestones/go-ahead/withdraw/", sending(side="client")),
        arrange=with_go_ahead_of(Side.CLIENT),
        elsewhere=COLLEAGUES,
    ),
    Thing(
        "record the client's go-ahead",
        Can.ADMINISTER,
        post(ADMINISTRATION + "milestones/go-ahead/", sending(side="client", note="By phone")),
        post(API + "milestones/go-ahead/", sending(side="client", note="By phone")),
        arrange=standing_at(Milestone.REVIEWING_AGREEMENT),
        elsewhere=frozenset({Standing.OWNER, Standing.CLIENT_MEMBER}),
    ),
    Thing(
        "give the team's go-ahead",
        Can.ADMINISTER,
        post(ADMINISTRATION + "milestones/go-ahead/", sending(side="team", note="")),
        post(API + "milestones/go-ahead/", sending(side="team")),
        arrange=standing_at(Milestone.REVIEWING_AGREEMENT),
    ),
    Thing(
        "withdraw the team's go-ahead",
        Can.ADMINISTER,
        post(ADMINISTRATION + "milestones/go-ahead/withdraw/", sending(side="team")),
        post(API + "milestones/go-ahead/withdraw/", sending(side="team")),
        arrange=with_go_ahead_of(Side.TEAM),
    ),
    # Subscription
    Thing("read its subscription", Can.OPEN_WORKSTREAM, get(WS + "subscription/"), get(API + "subscription/")),
    Thing(
        "fill in what clients estimate",
        Can.EDIT_DETAILS,
        post(WS + "subscription/edit/", sending(hours_per_month=300)),
        patch(API + "subscription/", sending(hours_per_month=300)),
    ),
    Thing(
        "settle its price",
        Can.ADMINISTER,
        post(ADMINISTRATION + "subscription/", sending(monthly_fees="99.00")),
        patch(API + "subscription/", sending(monthly_fees="99.00")),
    ),
    Thing(
        "read the terms of earlier types",
        Can.ADMINISTER,
        get(ADMINISTRATION + "subscription/"),
        get(API + "subscription/earlier/"),
    ),
    Thing(
        "change its type",
        Can.ADMINISTER,
        post(ADMINISTRATION + "subscription/type/", sending(to="lean")),
        post(API + "subscription/change-type/", sending(to="lean")),
    ),
    # Documents that were asked for, previews, guidance
    Thing(
        "see which documents are wanted",
        Can.VIEW_ATTACHMENTS,
        get(WS + "?tab=attachments"),
        get(API + "document-requests/"),
    ),
    Thing(
        "ask the client for a document",
        Can.REQUEST_DOCUMENTS,
        post(WS + "documents/", lambda _: {"kind": "sample_data", "public_id": uuid4()}),
        post(API + "document-requests/", sending(kind="sample_data")),
    ),
    *(
        Thing(
            f"{does} a document that was asked for",
            Can.REQUEST_DOCUMENTS,
            post(WS + f"documents/{ASKED}/{address}/"),
            post(API + f"document-requests/{ASKED}/{address}/"),
            arrange=with_document_asked,
            # Nobody tells them of any.
            unknown_to=UNTOLD,
        )
        for does, address in (("tick off", "tick"), ("withdraw", "withdraw"), ("ask again for", "ask-again"))
    ),
    Thing(
        "look into a file",
        Can.VIEW_ATTACHMENTS,
        get(WS + f"attachments/{FILE}/preview/"),
        get(API + f"attachments/{FILE}/preview/"),
        arrange=with_file_looked_into,
    ),
    Thing(
        "see a picture of a file",
        Can.VIEW_ATTACHMENTS,
        get(WS + f"attachments/{FILE}/preview/1/"),
        get(API + f"attachments/{FILE}/preview/1/"),
        arrange=with_file_looked_into,
    ),
    Thing("read which files help", None, get("/guidance/"), get("/api/v1/guidance/"), is_general=True),
    Thing(
        "take a sample",
        None,
        get("/guidance/sample_data/sample/"),
        get("/api/v1/guidance/sample_data/sample/"),
        is_general=True,
    ),
    Thing(
        "write which files help",
        Can.MANAGE_PORTAL,
        post("/guidance/scope/edit/", sending(text="Anew", shows_sample="on")),
        post("/api/v1/guidance/scope/edit/", sending(text="Anew")),
        is_general=True,
    ),
    # Chat
    Thing("read the chat", Can.CHAT, get(WS + "chat/?after=0"), get(API + "messages/")),
    Thing("see how far one has read", Can.CHAT, get(WS + "chat/?after=0"), get(API + "chat/")),
    Thing(
        "post a message", Can.CHAT, post(WS + "chat/", sending(body="Hi")), post(API + "messages/", sending(body="Hi"))
    ),
    Thing("read one message", Can.CHAT, get(WS + "chat/?after=0"), get(API + "messages/1/"), arrange=with_words),
    Thing(
        "edit what the owner said",
        Can.CHAT,
        post(WS + "chat/1/edit/", sending(body="Hello")),
        patch(API + "messages/1/", sending(body="Hello")),
        arrange=with_words,
        # Only they themselves.
        never=frozenset(Standing) - {Standing.OWNER},
    ),
    Thing(
        "remove what the owner said",
        Can.CHAT,
        post(WS + "chat/1/remove/"),
        delete(API + "messages/1/"),
        arrange=with_words,
        # They themselves, and administrators.
        never=frozenset(Standing) - {Standing.OWNER, Standing.ADMIN},
    ),
    Thing(
        "mark the chat as read",
        Can.CHAT,
        post(WS + "chat/read/", sending(message=1)),
        post(API + "messages/read/", sending(number=1)),
    ),
    Thing(
        "mark the chat as unread",
        Can.CHAT,
        post(WS + "chat/unread/"),
        post(API + "messages/unread/", sending(number=1)),
    ),
    Thing(
        "search messages",
        None,
        get("/search/", sending(q="Hi")),
        get("/api/v1/messages/search/", sending(q="Hi")),
        never=frozenset({Standing.AGILE_WORKER}),
        is_general=True,
    ),
    Thing(
        "search Internal Notes",
        Can.READ_NOTES,
        get("/search/", sending(q="Hi", kind="notes")),
        get("/api/v1/notes/search/", sending(q="Hi")),
        is_secret=True,
        is_general=True,
    ),
    Thing("see who has read how far", Can.CHAT, get(WS + "chat/seen/"), get(API + "messages/readers/")),
    Thing(
        "ask to reopen it",
        Can.CHAT,
        post(WS + "chat/ask-to-reopen/"),
        post(API + "chat/ask-to-reopen/"),
        arrange=closed,
        # They reopen it themselves.
        never=COLLEAGUES,
    ),
    Thing("read Internal Notes", Can.READ_NOTES, get(WS + "notes/?after=0"), get(API + "notes/"), is_secret=True),
    Thing(
        "write an Internal Note",
        Can.WRITE_NOTES,
        post(WS + "notes/", sending(body="Hush")),
        post(API + "notes/", sending(body="Hush")),
        is_secret=True,
    ),
    Thing(
        "read one Internal Note",
        Can.READ_NOTES,
        get(WS + "notes/?after=0"),
        get(API + "notes/1/"),
        arrange=with_words,
        is_secret=True,
    ),
    Thing(
        "edit one's own Internal Note",
        Can.WRITE_NOTES,
        post(WS + "notes/1/edit/", sending(body="Hush hush")),
        patch(API + "notes/1/", sending(body="Hush hush")),
        arrange=with_words,
        is_secret=True,
        # Other colleagues know of it and are told that it is not theirs (tests/chat/test_changes.py).
        elsewhere=COLLEAGUES - {Standing.ISR},
    ),
    Thing(
        "remove one's own Internal Note",
        Can.WRITE_NOTES,
        post(WS + "notes/1/remove/"),
        delete(API + "notes/1/"),
        arrange=with_words,
        is_secret=True,
        elsewhere=COLLEAGUES - {Standing.ISR, Standing.ADMIN},
    ),
    Thing(
        "mark Internal Notes as read",
        Can.READ_NOTES,
        # The page has one address for both marks, and drops this one for those who have no notes.
        post(WS + "notes/", sending(body="Hush")),
        post(API + "notes/read/", sending(number=1)),
        is_secret=True,
    ),
    # Salesforce
    Thing("see its tie to Salesforce", Can.ADMINISTER, get(ADMINISTRATION + "salesforce/"), get(API + "salesforce/")),
    Thing(
        "have a pasted opportunity understood",
        Can.ADMINISTER,
        get(ADMINISTRATION + "salesforce/", sending(opportunity=OPPORTUNITY)),
        get(API + "salesforce/understand/", sending(opportunity=OPPORTUNITY)),
    ),
    Thing(
        "tie an opportunity",
        Can.TIE_OPPORTUNITY,
        post(ADMINISTRATION + "salesforce/tie/", sending(opportunity=OPPORTUNITY)),
        post(API + "salesforce/tie/", sending(opportunity=OPPORTUNITY)),
    ),
    Thing(
        "untie it",
        Can.TIE_OPPORTUNITY,
        post(ADMINISTRATION + "salesforce/untie/", sending(seen=OPPORTUNITY)),
        post(API + "salesforce/untie/", sending(opportunity_id=OPPORTUNITY)),
        arrange=tied,
    ),
    Thing(
        "have failed stages worked again",
        Can.MANAGE_PORTAL,
        post(ADMINISTRATION + "salesforce/try-again/"),
        post(API + "salesforce/try-again/"),
    ),
    # What concerns no WorkStream
    Thing("see one's own list", None, get("/my-workstreams/"), get("/api/v1/workstreams/"), is_general=True),
    # Over the API the list has one address for all, and is the grid to colleagues; what is the grid's alone is this.
    Thing(
        "search all WorkStreams",
        Can.SEARCH_GRID,
        get("/workstreams/", sending(lead="any")),
        get("/api/v1/workstreams/facets/", sending(lead="any")),
        is_general=True,
    ),
    Thing("read who may do what", Can.MANAGE_PORTAL, get("/roles/"), get("/api/v1/roles/"), is_general=True),
    Thing(
        "give somebody another role",
        Can.MANAGE_PORTAL,
        post("/admin/accounts/user/{person}/change/", sending(name="Milo", role="isr", is_active="on")),
        post("/api/v1/people/{person_id}/edit/", sending(role="isr")),
        is_general=True,
    ),
    Thing(
        "erase somebody's personal data",
        Can.MANAGE_PORTAL,
        post("/admin/accounts/user/{person}/change/", lambda w: {"_erase": "1", "confirm": w.member.email}),
        post("/api/v1/people/{person_id}/erase/", lambda w: {"email": w.member.email}),
        is_general=True,
    ),
    Thing("see where one is signed in", None, get("/profile/sessions/"), get("/api/v1/me/sessions/"), is_general=True),
    Thing(
        "sign one other session out",
        None,
        post("/profile/sessions/end/", sending(session="x")),
        delete("/api/v1/me/sessions/x/"),
        is_general=True,
    ),
    Thing(
        "sign out everywhere else",
        None,
        post("/profile/sessions/end/"),
        post("/api/v1/me/sessions/end-others/"),
        is_general=True,
    ),
    Thing("ask for a copy of one's own data", None, post("/profile/data/"), post("/api/v1/me/data/"), is_general=True),
    Thing("see how far one's copies are", None, get("/profile/data/"), get("/api/v1/me/data/"), is_general=True),
    Thing(
        "have a code mailed to oneself",
        None,
        post("/profile/confirm/"),
        post("/api/v1/me/codes/", sending(purpose="confirm")),
        is_general=True,
    ),
    Thing("find people", Can.SEARCH_GRID, get("/workstreams/"), get("/api/v1/people/"), is_general=True),
    Thing(
        "find client organisations",
        Can.SEARCH_GRID,
        get("/workstreams/"),
        get("/api/v1/organizations/"),
        is_general=True,
    ),
    Thing("list the views", Can.SEARCH_GRID, get("/workstreams/views/"), get("/api/v1/views/"), is_general=True),
    Thing(
        "keep a view",
        Can.SEARCH_GRID,
        post("/workstreams/views/new/", sending(name="Mine", query="type=lean")),
        post("/api/v1/views/", sending(name="Mine", query="type=lean")),
        is_general=True,
    ),
    Thing(
        "open a view that is shared",
        Can.SEARCH_GRID,
        get(f"/workstreams/?view={VIEW}"),
        get(f"/api/v1/views/{VIEW}/"),
        arrange=with_view,
        is_general=True,
    ),
    *(
        Thing(
            f"{does} one's own view",
            Can.SEARCH_GRID,
            post(f"/workstreams/views/{VIEW}/{address}", data),
            api,
            arrange=with_view,
            is_general=True,
            # It is the administrator's.
            never=COLLEAGUES - {Standing.ADMIN},
        )
        for does, address, data, api in (
            ("rename", "", sending(name="New"), post(f"/api/v1/views/{VIEW}/rename/", sending(name="New"))),
            ("replace", "replace/", sending(query=""), post(f"/api/v1/views/{VIEW}/replace/", sending(query=""))),
            ("share", "share/", nothing, post(f"/api/v1/views/{VIEW}/share/")),
            ("no longer share", "unshare/", nothing, post(f"/api/v1/views/{VIEW}/unshare/")),
            ("delete", "delete/", nothing, Call("delete", f"/api/v1/views/{VIEW}/")),
        )
    ),
    Thing(
        "plan to change several",
        Can.SEARCH_GRID,
        post("/workstreams/bulk/", lambda w: {"act": "lead", "chosen": [str(w.labels.public_id)]}),
        post(
            "/api/v1/bulk-changes/",
            lambda w: {
                "kind": "lead",
                "workstreams": [str(w.labels.public_id)],
                "lead": str(w.architect.public_id),
            },
        ),
        is_general=True,
    ),
    *(
        Thing(
            does,
            Can.SEARCH_GRID,
            Call(method, f"/workstreams/bulk/{PLAN}/{address}"),
            Call(method, f"/api/v1/bulk-changes/{PLAN}/{address}"),
            arrange=arrange,
            is_general=True,
            unknown_to=COLLEAGUES - {Standing.ADMIN},
        )
        for does, method, address, arrange in (
            ("look at one's own plan for several", "get", "", with_plan),
            ("change several", "post", "confirm/", with_plan),
            ("undo the change of several", "post", "undo/", with_plan_done),
        )
    ),
    Thing(
        "list held mails",
        Can.READ_NOTES,
        get("/held-mails/"),
        get("/api/v1/held-mails/"),
        is_general=True,
        is_secret=True,
    ),
    *(
        Thing(
            does,
            Can.READ_NOTES,
            Call(method, f"/held-mails/{MAIL}/{address}", data),
            Call(method, f"/api/v1/held-mails/{MAIL}/{address}", data),
            arrange=with_held_mail,
            is_general=True,
            is_secret=True,
        )
        for does, method, address, data in (
            ("read a held mail", "get", "", nothing),
            ("accept a held mail", "post", "accept/", sending(where="note")),
            ("discard a held mail", "post", "discard/", sending(reason="Spam")),
        )
    ),
    Thing(
        "take the grid as a file",
        Can.SEARCH_GRID,
        post("/workstreams/export/", sending(question="?lead=any", column="name")),
        get("/api/v1/workstreams/export/?lead=any&column=name"),
        is_general=True,
    ),
    Thing(
        "start a WorkStream for a client",
        Can.START_FOR_CLIENT,
        post(
            "/workstreams/new/",
            lambda w: a_wish() | {"organization": w.acme.pk, "subscription_type": "agile", "public_id": uuid4()},
        ),
        post("/api/v1/workstreams/", lambda w: a_wish() | {"organization": str(w.acme.public_id)}),
        is_general=True,
    ),
    Thing(
        "start a WorkStream",
        Can.START_WORKSTREAM,
        post(f"/start/{ATTEMPT}/", lambda _: a_wish() | {"subscription_type": "agile"}),
        post("/api/v1/start/", lambda _: a_wish() | {"id": str(ATTEMPT)}),
        arrange=with_attempt,
        is_general=True,
        is_public_page=True,
        # They start one for a client, on a page of its own.
        never=COLLEAGUES,
    ),
]
