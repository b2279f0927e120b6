"""Performing one story: its script becomes the rows that the actions would have written at the time.

The actions themselves cannot be used, because nothing happens in the past through them. So what they guarantee is kept
here by hand and asserted over the whole seeded world in tests/demo/test_seed_demo.py; where a rule can be asked
(which milestone comes next), the rule's own module answers. Nothing is saved here: `demo.seeding` does that.
"""

import secrets
import shlex
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings

from accounts.capabilities import Role
from accounts.models import Organization, User
from activity.models import Event, SystemActor
from chat import events as chat_events
from chat.models import Counter, Message, MessageFile, Note, ReadMark
from chat.subscribers import creation_note, greeting
from demo import opportunities
from demo.content.story import Story
from demo.files import facts_of
from demo.script import Entry, Kind, read
from integrations.models import InboundEvent
from integrations.salesforce import events as salesforce_events
from integrations.salesforce.models import Opportunity
from milestones import events as milestone_events
from milestones import tracks
from milestones.models import GoAhead, MilestoneChange
from subscriptions import events as subscription_events
from subscriptions.models import AgileTerms, BatchTerms, LeanTerms, StartAttempt
from workstreams import events
from workstreams.actions import FIELD_WORDS
from workstreams.choices import (
    AttachmentKind,
    CloseReason,
    DeliveryMode,
    EntryPoint,
    Milestone,
    Side,
    Status,
    SubscriptionType,
)
from workstreams.models import Attachment, DocumentRequest, Invitation, Membership, WorkStream

MILESTONES = {
    "gathering": Milestone.GATHERING_REQUIREMENTS,
    "proposal": Milestone.PREPARING_PROPOSAL,
    "review": Milestone.REVIEWING_AGREEMENT,
    "squad": Milestone.ASSEMBLING_DATASQUAD,
    "prototype": Milestone.RAPID_PROTOTYPING,
    "production": Milestone.PROCESSING_DATA,
}
TERMS: dict[str, type[AgileTerms | BatchTerms | LeanTerms]] = {
    SubscriptionType.AGILE: AgileTerms,
    SubscriptionType.BATCH: BatchTerms,
    SubscriptionType.LEAN: LeanTerms,
}
CAMPAIGNS = {
    EntryPoint.PRICING_CALCULATOR: {"utm_source": "search", "utm_medium": "cpc", "utm_content": "data-labelling"},
    EntryPoint.USE_CASE_PAGE: {"utm_source": "newsletter", "utm_medium": "email"},
}
STEP_AFTER_AGREEMENT = 4
SATURDAY = 5


def steady_uuid(*words: object) -> UUID:
    """An id that is the same after every reset, so that addresses in somebody's browser history stay good."""
    return uuid5(NAMESPACE_URL, "demo/" + "/".join(str(word) for word in words))


@dataclass
class Cast:
    """Everybody by their short name, already saved."""

    organizations: dict[str, Organization]
    people: dict[str, User]


@dataclass
class Rows:
    """What a story leaves behind."""

    memberships: list[Membership] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    carried: list[MessageFile] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    read_marks: list[ReadMark] = field(default_factory=list)
    changes: list[MilestoneChange] = field(default_factory=list)
    go_aheads: list[GoAhead] = field(default_factory=list)
    inbound: list[InboundEvent] = field(default_factory=list)
    opportunities: list[Opportunity] = field(default_factory=list)
    attempts: list[StartAttempt] = field(default_factory=list)
    requests: list[DocumentRequest] = field(default_factory=list)
    files: list[tuple[Attachment, bytes]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class Performance:
    """One WorkStream being performed, entry by entry, with a clock of its own that ends shortly before now."""

    def __init__(self, story: Story, cast: Cast, now: datetime) -> None:
        self.story = story
        self.cast = cast
        self.today = now.date()
        self.dice = Random(story.key)  # noqa: S311  only varies pauses and who has read what
        self.script, self.clock = self._timed(cast, now)
        starter = cast.people[story.starter or story.owner]
        self.workstream = WorkStream(
            public_id=steady_uuid(story.key),
            name=story.name,
            description=story.description,
            organization=cast.organizations[story.company],
            owner=cast.people[story.owner] if story.owner else None,
            created_by=starter,
            created_at=self.clock,
            last_activity_at=self.clock,
            subscription_type=story.type,
            self_selected=story.self_selected,
            entry_point=story.entry,
            intended_start=None if story.wish is None else (self.clock + timedelta(days=story.wish)).date(),
        )
        self.terms = TERMS[story.type](workstream=self.workstream)
        self.counter = Counter(workstream=self.workstream)
        self.rows = Rows()
        self._join(starter, Membership.Origin.STARTED)
        self._record(
            events.STARTED, starter, subscription_type=str(story.type), entry_point=self.workstream.entry_point
        )
        self._attempt()
        self._note(None, creation_note(self.workstream), is_creation_note=True)
        if story.entry != EntryPoint.STAFF:
            self._message(None, greeting(self.workstream))

    def perform(self) -> None:
        """Play the script to its end, then let everybody read as far as they have read."""
        for moment, entry in self.script:
            self.clock = moment
            if entry.kind == Kind.MESSAGE:
                self._message(self.cast.people[entry.who], entry.text)
            elif entry.kind == Kind.NOTE:
                self._note(self.cast.people[entry.who], entry.text)
            else:
                self._direct(entry)
        self._read()

    def _timed(self, cast: Cast, now: datetime) -> tuple[list[tuple[datetime, Entry]], datetime]:
        """Every entry with its moment, and when it all began; reckoned back from now."""
        timed: list[tuple[datetime, Entry]] = []
        clock = self._before(now, timedelta(days=self.story.quiet))
        for entry in reversed(read(self.story.script, cast.people.keys() | {"salesforce"})):
            timed.insert(0, (clock, entry))
            clock = self._before(clock, entry.after or timedelta(seconds=self.dice.randint(60, 420)))
        return timed, clock

    def _before(self, moment: datetime, pause: timedelta) -> datetime:
        """The moment a pause earlier; after half a day or more, one at which people work."""
        earlier = moment - pause
        if pause < timedelta(hours=12) or (earlier.weekday() < SATURDAY and 7 <= earlier.hour < 18):
            return earlier
        day = earlier if earlier.hour >= 18 else earlier - timedelta(days=1)
        while day.weekday() >= SATURDAY:
            day -= timedelta(days=1)
        return day.replace(hour=self.dice.randint(9, 16), minute=self.dice.randint(0, 59))

    # --- Directions, by the word they begin with -------------------------------------------------------------------

    def _direct(self, entry: Entry) -> None:
        words, _, remark = entry.text.partition(" -- ")
        verb, *arguments = words.split()
        actor = self.cast.people.get(entry.who)
        if actor is None:
            self._stage(" ".join(arguments))
            return
        simple = {
            "advance": lambda: self._advance(MILESTONES[arguments[0]], actor, remark),
            "back": lambda: self._go_back(MILESTONES[arguments[0]], actor, remark),
            "go-ahead": lambda: self._go_ahead(Side(arguments[0]), actor, remark),
            "delivery": lambda: self._choose_delivery(DeliveryMode(arguments[0]), actor),
            "lead": lambda: self._lead(self.cast.people[arguments[0]], actor, Membership.Origin.LEAD),
            "add": lambda: self._join(self.cast.people[arguments[0]], Membership.Origin.INVITED, by=actor),
            "invite": lambda: self._invite(arguments[0], actor),
            "join": lambda: self._join(actor, Membership.Origin.INVITED, by=self.workstream.owner),
            "terms": lambda: self._fill_in(dict(_pair(word) for word in shlex.split(words)[1:]), actor),
            "starting": lambda: self._settle_start(int(arguments[0]), actor),
            "tie": lambda: self._tie(actor),
            "close": lambda: self._close(CloseReason(arguments[0]), remark, actor),
            "reopen": lambda: self._reopen(actor),
            "ask": lambda: self._ask(AttachmentKind(arguments[0]), int(arguments[1]), remark, actor),
            "carry": lambda: self._carry(arguments[0]),
            "file": lambda: self._file(arguments[0], AttachmentKind(arguments[1]), remark, actor),
        }
        simple[verb]()

    def _advance(self, to: Milestone, actor: User, override_reason: str) -> None:
        workstream = self.workstream
        if to not in tracks.next_steps(workstream.subscription_type, workstream.milestone):
            raise ValueError(f"{workstream.name}: {to} does not follow {workstream.milestone}.")
        without_go_aheads = False
        if self._position(to) == STEP_AFTER_AGREEMENT:
            without_go_aheads = len(self._standing()) < len(Side)
            if without_go_aheads and not override_reason:
                raise ValueError(f"{workstream.name}: go-aheads are missing.")
            if workstream.subscription_type == SubscriptionType.BATCH:
                workstream.delivery_mode = next(
                    m for m, milestone in tracks.BY_DELIVERY_MODE.items() if milestone == to
                )
        self._move(
            to,
            MilestoneChange.Kind.ADVANCED,
            milestone_events.ADVANCED,
            actor,
            reason=override_reason,
            without_go_aheads=without_go_aheads,
        )

    def _go_back(self, to: Milestone, actor: User, reason: str) -> None:
        if self._position(to) < STEP_AFTER_AGREEMENT:
            for go_ahead in self._standing():
                go_ahead.withdrawn_at = self.clock
                self._record(milestone_events.GO_AHEAD_WITHDRAWN, actor, side=_side_word(go_ahead.side))
            self.workstream.delivery_mode = ""
        self._move(to, MilestoneChange.Kind.WENT_BACK, milestone_events.WENT_BACK, actor, reason=reason)

    def _go_ahead(self, side: Side, actor: User, note: str) -> None:
        if self.workstream.milestone != Milestone.REVIEWING_AGREEMENT:
            raise ValueError(f"{self.workstream.name}: nothing is under review.")
        self.rows.go_aheads.append(
            GoAhead(workstream=self.workstream, side=side, given_by=actor, note=note, given_at=self.clock)
        )
        self._record(milestone_events.GO_AHEAD_GIVEN, actor, side=_side_word(side))

    def _choose_delivery(self, mode: DeliveryMode, actor: User) -> None:
        self.workstream.delivery_mode = mode
        self._record(milestone_events.DELIVERY_CHOSEN, actor, mode=mode.label, value=str(mode))

    def _fill_in(self, values: dict[str, str], actor: User) -> None:
        for name, value in values.items():
            setattr(self.terms, name, value)
        self.terms.clean_fields(exclude=["workstream"])  # which also makes numbers of the words
        self._record(subscription_events.TERMS_EDITED, actor, fields=sorted(values))

    def _settle_start(self, days: int, actor: User) -> None:
        self.workstream.starts_on = (self.clock + timedelta(days=days)).date()
        self.workstream.version += 1
        self._record(events.EDITED, actor, fields=["starts_on"], words=[FIELD_WORDS["starts_on"]])

    def _close(self, reason: CloseReason, note: str, actor: User) -> None:
        workstream = self.workstream
        workstream.status, workstream.close_reason, workstream.close_note = Status.CLOSED, reason, note
        workstream.closed_at = self.clock
        self._record(events.CLOSED, actor, reason=reason.label)

    def _reopen(self, actor: User) -> None:
        workstream = self.workstream
        workstream.status, workstream.close_reason, workstream.close_note = Status.OPEN, "", ""
        workstream.closed_at = None
        self._record(events.REOPENED, actor)

    def _invite(self, email: str, actor: User) -> None:
        """Ask somebody who is not registered; they have not come yet."""
        invitation = Invitation(
            public_id=steady_uuid(self.story.key, "invited", email),
            workstream=self.workstream,
            email=email,
            side=Side.CLIENT,
            nonce=secrets.token_hex(32),
            invited_by=actor,
            created_at=self.clock,
            sent_at=self.clock,
            expires_at=self.clock + timedelta(days=settings.INVITATION_DAYS),
        )
        self.rows.invitations.append(invitation)
        self._record(events.INVITED, actor, email=email, side=str(Side.CLIENT), becomes_owner=False)

    def _ask(self, kind: AttachmentKind, due_in: int, note: str, actor: User) -> None:
        """Ask for a document, due so many days from today."""
        asked = DocumentRequest(
            public_id=steady_uuid(self.story.key, "asked", len(self.rows.requests)),
            workstream=self.workstream,
            kind=kind,
            note=note,
            due_on=self.today + timedelta(days=due_in),
            requested_by=actor,
            created_at=self.clock,
        )
        self.rows.requests.append(asked)
        self._record(events.DOCUMENT_REQUESTED, actor, kind=kind.label)

    def _file(self, name: str, kind: AttachmentKind, note: str, actor: User) -> None:
        """Add one of the files of `demo.files`; from the client it answers what was asked for."""
        content, facts = facts_of(name)
        side = Side.TEAM if actor.is_team else Side.CLIENT
        waiting = (each for each in self.rows.requests if each.kind == kind and each.is_open)
        asked = next(waiting, None) if side == Side.CLIENT else None
        file = Attachment(
            public_id=steady_uuid(self.story.key, "file", name),
            workstream=self.workstream,
            kind=kind,
            name=name,
            note=note,
            client_key=steady_uuid(self.story.key, "file", name),
            uploaded_by=actor,
            side=side,
            created_at=self.clock,
            request=asked,
            **facts,
        )
        self.rows.files.append((file, content))
        self._record(events.ATTACHMENT_ADDED, actor, kind=kind.label, side=str(side))
        if asked:
            asked.done_at, asked.done_by = self.clock, actor
            self._record(events.DOCUMENT_REQUEST_DONE, actor, kind=kind.label)
        self._touch()

    def _carry(self, name: str) -> None:
        """The last message carries a file that its author has added."""
        message = self.rows.messages[-1]
        file = next(file for file, _ in self.rows.files if file.name == name)
        if file.uploaded_by != message.author:
            raise ValueError(f"{name} is not of {message.author}.")
        self.rows.carried.append(MessageFile(message=message, attachment=file))

    def _tie(self, actor: User) -> None:
        self.workstream.opportunity_id = opportunities.id_of(self.story.key)
        self._record(salesforce_events.TIED, actor, opportunity_id=self.workstream.opportunity_id)

    def _stage(self, stage: str) -> None:
        """Salesforce tells a stage; what follows is what the portal would have done (A11, A24, A25, A27)."""
        state, reason = self._follow(opportunities.STEPS.get(stage), stage)
        told = opportunities.telling(str(self.workstream.opportunity_id), stage, self.clock)
        told.workstream, told.state, told.reason = self.workstream, state, reason
        self.rows.inbound.append(told)
        self.rows.opportunities.append(opportunities.opportunity(told))
        self._record(salesforce_events.STAGE_HEARD, SystemActor.SALESFORCE, stage=stage, outcome=state.label.lower())

    def _follow(self, step: int | None, stage: str) -> tuple[InboundEvent.State, str]:
        workstream = self.workstream
        if not workstream.is_open:
            return InboundEvent.State.IGNORED, "The WorkStream is closed."
        if step is None:
            return InboundEvent.State.IGNORED, f"No milestone belongs to the stage “{stage}”."
        here = self._position(workstream.milestone)
        if here == step or (here == len(MILESTONES) - 1 and step == STEP_AFTER_AGREEMENT):
            return InboundEvent.State.UNCHANGED, ""
        to = tracks.at(workstream.subscription_type, step, workstream.delivery_mode)
        if to is None:
            return InboundEvent.State.NEEDS_DECISION, "Choose in-house squad or distributed workers first."
        skipped = [
            str(tracks.at(workstream.subscription_type, number, workstream.delivery_mode))
            for number in range(here + 1, step)
        ]
        without_go_aheads = step >= STEP_AFTER_AGREEMENT and len(self._standing()) < len(Side)
        self._move(
            to,
            MilestoneChange.Kind.FOLLOWED,
            milestone_events.FOLLOWED,
            SystemActor.SALESFORCE,
            skipped=skipped,
            without_go_aheads=without_go_aheads,
        )
        return InboundEvent.State.APPLIED, ""

    # --- What the actions would have written -----------------------------------------------------------------------

    def _move(
        self,
        to: Milestone,
        kind: MilestoneChange.Kind,
        verb: str,
        actor: User | SystemActor,
        *,
        reason: str = "",
        skipped: list[str] | None = None,
        without_go_aheads: bool = False,
    ) -> None:
        if not self.workstream.is_open:
            raise ValueError(f"{self.workstream.name} is closed.")
        before = self.workstream.milestone
        self.rows.changes.append(
            MilestoneChange(
                workstream=self.workstream,
                kind=kind,
                before=before,
                after=to,
                at=self.clock,
                actor=None if isinstance(actor, SystemActor) else actor,
                system_actor=actor if isinstance(actor, SystemActor) else "",
                reason=reason,
                skipped=skipped or [],
                without_go_aheads=without_go_aheads,
            )
        )
        self.workstream.milestone = to
        self._touch()
        self._record(
            verb,
            actor,
            before=Milestone(before).label if before else None,
            after=to.label,
            milestone=str(to),
            skipped=skipped or [],
            without_go_aheads=without_go_aheads,
        )

    def _message(self, author: User | None, text: str) -> None:
        if author is not None and author.is_internal:
            if self.workstream.lead is None:
                self._lead(author, author, Membership.Origin.RESPONDED)
            self._join(author, Membership.Origin.RESPONDED, by=author)
        if author is not None and author not in self._members():
            raise ValueError(f"{author} is not on {self.workstream.name}.")
        self._touch()
        self.counter.last_message += 1
        number = self.counter.last_message
        side = Side.TEAM if author is None or author.is_team else Side.CLIENT
        self.rows.messages.append(
            Message(
                workstream=self.workstream,
                author=author,
                side=side,
                body=text,
                number=number,
                created_at=self.clock,
                client_key=steady_uuid(self.story.key, "message", number),
            )
        )
        self._record(chat_events.MESSAGE_POSTED, author or SystemActor.PORTAL, number=number, side=str(side))

    def _note(self, author: User | None, text: str, *, is_creation_note: bool = False) -> None:
        self.counter.last_note += 1
        number = self.counter.last_note
        self.rows.notes.append(
            Note(
                workstream=self.workstream,
                author=author,
                body=text,
                number=number,
                created_at=self.clock,
                client_key=steady_uuid(self.story.key, "note", number),
                is_creation_note=is_creation_note,
            )
        )
        self._record(chat_events.NOTE_POSTED, author or SystemActor.PORTAL, number=number)

    def _lead(self, lead: User, actor: User, origin: Membership.Origin) -> None:
        self._join(lead, origin, by=actor)
        before = self.workstream.lead
        self.workstream.lead = lead
        self._record(
            events.LEAD_SET,
            actor,
            user_id=lead.pk,
            name=lead.display_name,
            before_id=before.pk if before else None,
            by_responding=origin == Membership.Origin.RESPONDED,
        )

    def _join(self, user: User, origin: Membership.Origin, *, by: User | None = None) -> None:
        if user in self._members():
            return
        side = Side.TEAM if user.is_team else Side.CLIENT
        self.rows.memberships.append(
            Membership(workstream=self.workstream, user=user, side=side, origin=origin, joined_at=self.clock)
        )
        if by is not None:
            self._record(events.MEMBER_ADDED, by, user_id=user.pk, name=user.display_name, origin=str(origin))

    def _attempt(self) -> None:
        """The attempt that led here, for everything that a client started."""
        if self.story.starter or self.story.entry == EntryPoint.INVITATION:
            return
        self.rows.attempts.append(
            StartAttempt(
                public_id=steady_uuid(self.story.key, "attempt"),
                created_at=self.clock - timedelta(minutes=9),
                step=StartAttempt.Step.STARTED,
                entry_point=self.story.entry,
                campaign=CAMPAIGNS.get(self.story.entry, {}),
                user=self.workstream.owner,
                email=self.workstream.owner.email if self.workstream.owner else "",
                workstream=self.workstream,
            )
        )

    def _read(self) -> None:
        """How far everybody has read: at least their own last word; on closed WorkStreams all of it."""
        last_message, last_note = self.counter.last_message, self.counter.last_note
        for membership in self.rows.memberships:
            user = membership.user
            if user.role == Role.AGILE_WORKER:
                continue
            message = max((m.number for m in self.rows.messages if m.author == user), default=0)
            note = max((n.number for n in self.rows.notes if n.author == user), default=0)
            if not self.workstream.is_open or self.dice.random() < 0.45:
                message, note = last_message, last_note
            elif message < last_message - 3:
                message = last_message - self.dice.randint(1, 3)
            if message or note:
                self.rows.read_marks.append(
                    ReadMark(
                        workstream=self.workstream,
                        user=user,
                        message=message,
                        note=note if user.is_internal else 0,
                    )
                )

    def _record(self, verb: str, actor: User | SystemActor, **data: Any) -> None:
        self.rows.events.append(
            Event(
                at=self.clock,
                verb=verb,
                actor=None if isinstance(actor, SystemActor) else actor,
                system_actor=actor if isinstance(actor, SystemActor) else "",
                workstream=self.workstream,
                data=data,
            )
        )

    def _touch(self) -> None:
        if self.workstream.last_activity_at < self.clock - timedelta(seconds=60):
            self.workstream.last_activity_at = self.clock

    def _members(self) -> list[User]:
        return [membership.user for membership in self.rows.memberships]

    def _standing(self) -> list[GoAhead]:
        return [go_ahead for go_ahead in self.rows.go_aheads if go_ahead.withdrawn_at is None]

    def _position(self, milestone: str | None) -> int:
        return tracks.position(self.workstream.subscription_type, milestone)


def _pair(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name, value


def _side_word(side: str) -> str:
    return "client's" if side == Side.CLIENT else "team's"
