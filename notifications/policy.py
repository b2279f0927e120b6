"""What people are told, whom, when, and whether they can do without: one table.

Everything that tells anybody reads it here: the subscribers, the rounds through the chats, the mails, the page of
preferences, its API and the documentation. A topic that tells the two sides at different times stands twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.conf import settings

from accounts.capabilities import Role
from accounts.models import User
from notifications import audiences
from notifications.audiences import Audience
from notifications.notices import Loudness
from workstreams.choices import Side


class When(StrEnum):
    """When a mail is written."""

    AT_ONCE = "at once"
    HELD = "held"
    TALK = "held until the chat is silent"
    MORNING = "in the morning"
    HOURLY = "with others, each hour"
    DIGEST = "with the digest"
    NEVER = "no mail"


class Bundle(StrEnum):
    """What goes into one mail together."""

    EACH = "one mail each"
    TALK = "messages and files of one WorkStream"
    MILESTONE = "changes of one WorkStream, the last state"
    STATE = "closing and reopening of one WorkStream, the last state"
    DOCUMENTS = "documents of one WorkStream"
    SALESFORCE = "events of all WorkStreams"
    DIGEST = "everything of the day"

    @property
    def is_of_one_workstream(self) -> bool:
        """Whether a mail is about one WorkStream; otherwise about the person's all."""
        return self in {Bundle.TALK, Bundle.MILESTONE, Bundle.STATE, Bundle.DOCUMENTS}


@dataclass(frozen=True)
class Timing:
    """When, and how long a mail is held. `silence` makes it wait on while more comes, up to `longest`."""

    when: When
    hold: timedelta = timedelta()
    longest: timedelta = timedelta()
    # Of a chat: how long the first answer of the team is held.
    first: timedelta = timedelta()
    # Not written in the person's quiet hours.
    keeps_quiet: bool = False

    @property
    def words(self) -> str:
        """For the documentation and the page of preferences."""
        minutes = int(self.hold.total_seconds() // 60)
        if self.when == When.TALK:
            longest = int(self.longest.total_seconds() // 60)
            words = f"after {minutes} minutes of silence, at most {longest}"
            return f"{words}; first answer after 1 minute" if self.first else words
        if self.when == When.HELD:
            return f"after {minutes} minute{'s' if minutes != 1 else ''}, unless read before"
        return str(self.when)


def _minutes(n: int) -> timedelta:
    return timedelta(minutes=n)


AT_ONCE = Timing(When.AT_ONCE)
DIGEST = Timing(When.DIGEST)
TALK = Timing(When.TALK, hold=_minutes(3), longest=_minutes(10), first=_minutes(1), keeps_quiet=True)


@dataclass(frozen=True)
class Topic:
    """One row of the table. `does` says in words for the preferences what happens, `to` for the documentation whom."""

    name: str
    does: str
    to: str
    verbs: tuple[str, ...]
    audience: Audience
    mail: Timing
    # Whom the page of preferences offers it to; None: nobody, because it cannot be switched off.
    side: Side | None
    bundle: Bundle = Bundle.EACH
    is_in_app: bool = True
    # The least a person must want to hear of the WorkStream; NOTHING: told whatever they chose there.
    level: Loudness = Loudness.EVERYTHING
    # Why it cannot be switched off; empty when it can.
    must: str = ""
    tells_actor: bool = False
    # Agile Workers are not told, and do not know that there is such a thing (A7).
    is_inside: bool = False
    # The setting with which a vendor mails it to those who subscribed there; then we do not, so that nobody gets two.
    mailed_with: str = ""

    @property
    def has_mail(self) -> bool:
        """Whether there is a mail about it, whoever sends it."""
        return self.mail.when != When.NEVER

    @property
    def is_mailed(self) -> bool:
        """Whether it is told by mail, by us."""
        return self.has_mail and not self.is_mailed_elsewhere

    @property
    def is_mailed_elsewhere(self) -> bool:
        """Whether a vendor mails it now (A17)."""
        return bool(self.mailed_with and getattr(settings, self.mailed_with))


_TOPICS = [
    Topic(
        "new_workstream",
        "A WorkStream is started that nobody leads yet",
        "colleagues who are told of unassigned ones",
        ("workstream.started",),
        audiences.subscribers,
        AT_ONCE,
        Side.TEAM,
        level=Loudness.NOTHING,
        is_inside=True,
        mailed_with="INTERCOM_TOKEN",
    ),
    Topic(
        "client_message",
        "A client writes in the chat",
        "lead and team members",
        ("chat.message_posted",),
        audiences.team_members,
        Timing(When.TALK, hold=_minutes(3), longest=_minutes(10), keeps_quiet=True),
        Side.TEAM,
        Bundle.TALK,
        level=Loudness.ANSWERS,
        is_inside=True,
    ),
    Topic(
        "team_message",
        "The team writes in the chat",
        "client members",
        ("chat.message_posted",),
        audiences.client_members,
        TALK,
        Side.CLIENT,
        Bundle.TALK,
        level=Loudness.ANSWERS,
    ),
    Topic(
        "mention",
        "A colleague mentions you in an Internal Note",
        "the mentioned colleagues",
        ("chat.note_posted", "chat.note_edited"),
        audiences.mentioned,
        Timing(When.HELD, hold=_minutes(1), keeps_quiet=True),
        Side.TEAM,
        level=Loudness.ANSWERS,
        is_inside=True,
    ),
    Topic(
        "added",
        "Somebody adds you to a WorkStream, or answering does",
        "that person",
        ("workstream.member_added",),
        audiences.who_was_added,
        AT_ONCE,
        Side.TEAM,
        level=Loudness.NOTHING,
        tells_actor=True,
    ),
    Topic(
        "lead",
        "You become WorkStream Lead, or somebody takes over from you",
        "the new and the former lead",
        ("workstream.lead_set",),
        audiences.both_leads,
        AT_ONCE,
        Side.TEAM,
        level=Loudness.NOTHING,
        tells_actor=True,
        is_inside=True,
    ),
    Topic(
        "owner",
        "You become WorkStream Owner",
        "the new owner",
        ("workstream.owner_set",),
        audiences.new_owner,
        AT_ONCE,
        Side.CLIENT,
        level=Loudness.NOTHING,
    ),
    Topic(
        "invitation_missed",
        "Somebody you invited asks for a new invitation",
        "the inviter",
        ("workstream.invitation_missed",),
        audiences.inviter,
        AT_ONCE,
        None,
        must="They cannot get in without you.",
        level=Loudness.NOTHING,
        is_inside=True,
    ),
    Topic(
        "invitation_accepted",
        "Somebody accepts an invitation",
        "inviter and lead",
        ("workstream.invitation_accepted",),
        audiences.inviter_and_lead,
        DIGEST,
        Side.TEAM,
        Bundle.DIGEST,
        is_inside=True,
    ),
    Topic(
        "milestone",
        "The milestone changes",
        "client members",
        ("milestone.advanced", "milestone.went_back", "milestone.followed", "milestone.followed_type"),
        audiences.client_members,
        Timing(When.HELD, hold=_minutes(10)),
        Side.CLIENT,
        Bundle.MILESTONE,
    ),
    Topic(
        "milestone_team",
        "The milestone changes",
        "team members",
        ("milestone.advanced", "milestone.went_back", "milestone.followed", "milestone.followed_type"),
        audiences.team_members,
        DIGEST,
        Side.TEAM,
        Bundle.DIGEST,
    ),
    Topic(
        "salesforce",
        "A Salesforce event waits for a decision, was ignored or failed",
        "lead, else colleagues who are told of unassigned ones; of failures administrators too",
        ("salesforce.stage_heard",),
        audiences.asked_about_a_stage,
        Timing(When.HOURLY, keeps_quiet=True),
        Side.TEAM,
        Bundle.SALESFORCE,
        is_inside=True,
    ),
    Topic(
        "attachment",
        "The other side adds a file",
        "members of the other side, as far as they may see it",
        ("workstream.attachment_added", "workstream.attachment_released"),
        audiences.other_side_of_a_file,
        Timing(When.HELD, hold=_minutes(10), keeps_quiet=True),
        Side.CLIENT,
        Bundle.TALK,
    ),
    Topic(
        "document_requested",
        "The team asks for a document",
        "client members",
        ("workstream.document_requested",),
        audiences.client_members,
        AT_ONCE,
        Side.CLIENT,
        level=Loudness.ANSWERS,
    ),
    Topic(
        "document_due",
        "A document is due tomorrow, or overdue",
        "client members",
        ("workstream.document_due",),
        audiences.client_members,
        Timing(When.MORNING),
        Side.CLIENT,
        Bundle.DOCUMENTS,
        level=Loudness.ANSWERS,
    ),
    Topic(
        "closed",
        "A WorkStream is closed or reopened",
        "all members",
        ("workstream.closed", "workstream.reopened"),
        audiences.all_members,
        AT_ONCE,
        Side.CLIENT,
        Bundle.STATE,
    ),
    Topic(
        "reopening_asked",
        "A client asks to reopen a WorkStream",
        "lead, else colleagues who are told of unassigned ones",
        ("chat.reopening_asked",),
        audiences.responsible_for,
        AT_ONCE,
        Side.TEAM,
        level=Loudness.NOTHING,
        is_inside=True,
    ),
    Topic(
        "held_mail",
        "A mail that came in is held until a colleague looks at it",
        "lead, else colleagues who are told of unassigned ones",
        ("mailroom.held",),
        audiences.asked_about_a_mail,
        Timing(When.NEVER),
        Side.TEAM,
        level=Loudness.NOTHING,
        is_inside=True,
    ),
]

TOPICS: Mapping[str, Topic] = {topic.name: topic for topic in _TOPICS}
# Told to both sides, so both may switch them off.
OF_BOTH_SIDES = frozenset({"added", "attachment", "closed", "invitation_accepted"})
# What quiet hours hold back, and until when (`times`).
QUIET_WORDS = "No mails about messages, mentions and files from 20:00 to 07:00; they come at 07:00."
# What an address is sent that belongs to nobody yet, or that asked for it: always at once, never switched off.
UNASKED = {
    "An invitation to a WorkStream": "Somebody waits for you there.",
    "Codes and links to sign in": "You asked for them.",
    "A sign-in with a browser that was not seen before, and a changed address": "They keep your account safe.",
}


def topics_of(verb: str) -> list[Topic]:
    """The rows that a verb concerns."""
    return [topic for topic in _TOPICS if verb in topic.verbs]


def offered_to(person: User) -> list[Topic]:
    """What a person can be told of, and so can choose about, in the order of the table."""
    side = Side.TEAM if person.is_team else Side.CLIENT
    offered = [topic for topic in _TOPICS if topic.side in {side, None} or topic.name in OF_BOTH_SIDES]
    return [topic for topic in offered if not (topic.is_inside and person.role == Role.AGILE_WORKER)]
