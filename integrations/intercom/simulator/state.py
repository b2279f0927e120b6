"""What Intercom knows: dataclasses that can be written into a file."""

from dataclasses import dataclass, field


@dataclass
class Teammate:
    """Somebody of the Team Inbox."""

    id: str
    name: str
    email: str


@dataclass
class Upload:
    """A file of a part; its content in base64. Addresses that lead to it are signed anew at each reading."""

    id: str
    name: str
    content_type: str
    data: str


@dataclass
class Contact:
    """A user or a lead."""

    id: str
    role: str
    created_at: int
    updated_at: int
    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    avatar: str | None = None
    owner_id: int | None = None
    signed_up_at: int | None = None
    last_seen_at: int | None = None
    unsubscribed_from_emails: bool = False
    custom_attributes: dict[str, str | int | float | bool | None] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    archived: bool = False
    # Merged into another, or deleted: the id answers 404 from then on.
    merged_into: str | None = None
    deleted: bool = False

    @property
    def is_there(self) -> bool:
        """Whether the API still knows it."""
        return self.merged_into is None and not self.deleted


@dataclass
class Part:
    """An entry of a conversation, or what opened it. `body` is HTML."""

    id: str
    part_type: str
    body: str | None
    created_at: int
    author_type: str
    author_id: str
    uploads: list[Upload] = field(default_factory=list)
    redacted: bool = False
    # Which app wrote it through the API.
    app: str | None = None
    assigned_to: str | None = None


@dataclass
class Conversation:
    """One conversation; `source` opened it and is none of its parts."""

    id: str
    created_at: int
    source: Part
    contacts: list[str]
    delivered_as: str = "customer_initiated"
    title: str | None = None
    state: str = "open"
    snoozed_until: int | None = None
    read: bool = False
    admin_assignee_id: int | None = None
    teammates: list[str] = field(default_factory=list)
    custom_attributes: dict[str, str | int | float | bool | None] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    deleted: bool = False
    # When it changed, for a search that hears of it later.
    changes: list[float] = field(default_factory=list)


@dataclass
class Attribute:
    """A custom attribute that values may be stored under."""

    id: int
    model: str
    name: str
    data_type: str
    description: str = ""


@dataclass
class Happening:
    """A data event of a contact."""

    name: str
    contact: str
    created_at: int
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass
class Subscription:
    """How webhooks are written and where they stand. Tests change it to keep the portal honest."""

    # From version 2.15 on bodies are plain text.
    plain_bodies: bool = False
    # Whether what came over the API is told, too.
    echo: bool = True
    # Another workspace, or another secret, than the portal knows; "" for the right ones.
    app_id: str = ""
    secret: str = ""
    # The portal answered 410: nothing is sent any more.
    disabled: bool = False
    # It answered 429: everything waits until then.
    throttled_until: float = 0.0


@dataclass
class Workspace:
    """Everything."""

    teammates: dict[str, Teammate] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    attributes: list[Attribute] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    happenings: list[Happening] = field(default_factory=list)
    subscription: Subscription = field(default_factory=Subscription)
    # How long, in seconds, a search does not know of what is new.
    contact_lag: float = 120.0
    conversation_lag: float = 20.0
    # Values now and then have other types than they should.
    odd_types: bool = True
    # The cursor of the next pages of searches is that of the page before, so many times.
    repeated_cursors: int = 0
    # Calls in ten seconds before 429; 0 for no limit.
    calls_in_window: int = 0
    window: int = 0
    calls: int = 0
    # Ids handed out so far.
    last_number: int = 400

    def next_number(self) -> str:
        """An id that nobody has."""
        self.last_number += 1
        return str(self.last_number)
