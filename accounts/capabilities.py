"""Who may do what: one table, read by pages, API, live streams and the administrators' overview (ledger 1.14)."""

from enum import StrEnum

from django.db import models


class Role(models.TextChoices):
    """What a person is in the app. It alone decides who belongs to the company, not the e-mail domain (R80)."""

    CLIENT = "client", "Client"
    AGILE_WORKER = "agile_worker", "Agile Worker"
    ISR = "isr", "ISR / Sales"
    ARCHITECT = "architect", "Solutions Architect"
    SOLUTIONS = "solutions", "Solutions"
    DELIVERY = "delivery", "Delivery Squad"
    ACCOUNTS = "accounts", "Accounts"
    BILLING = "billing", "Billing"
    ADMIN = "admin", "Administrator"


# Colleagues who see every WorkStream. An Agile Worker belongs to the team, but sees only what they are put on (A7).
INTERNAL_ROLES = frozenset(Role) - {Role.CLIENT, Role.AGILE_WORKER}
TEAM_ROLES = INTERNAL_ROLES | {Role.AGILE_WORKER}


class Standing(StrEnum):
    """What a person is to one WorkStream: a client is its owner or a member, a colleague is their role."""

    OWNER = "owner"
    CLIENT_MEMBER = "client_member"
    AGILE_WORKER = "agile_worker"
    ISR = "isr"
    ARCHITECT = "architect"
    SOLUTIONS = "solutions"
    DELIVERY = "delivery"
    ACCOUNTS = "accounts"
    BILLING = "billing"
    ADMIN = "admin"
    STRANGER = "stranger"

    @property
    def label(self) -> str:
        """The standing in words."""
        return Role(self.value).label if self.value in Role.values else self.replace("_", " ").capitalize()


class Can(StrEnum):
    """A thing somebody may do; the value completes "You may not …" in a refusal."""

    OPEN_WORKSTREAM = "open this WorkStream"
    SEE_PRICES = "see prices and quotes"
    SEE_ADDRESSES = "see the e-mail addresses of members"
    CHAT = "take part in the chat"
    READ_NOTES = "read Internal Notes"
    WRITE_NOTES = "write Internal Notes"
    VIEW_ATTACHMENTS = "view attachments"
    ADD_ATTACHMENTS = "add attachments"
    INVITE_CLIENT_PEOPLE = "invite people of the client"
    ADD_TEAM_PEOPLE = "add team members"
    REMOVE_CLIENT_PEOPLE = "remove people of the client"
    REMOVE_TEAM_PEOPLE = "remove team members"
    TRANSFER_OWNERSHIP = "make somebody else WorkStream Owner"
    REQUEST_DOCUMENTS = "ask the client for documents"
    ADMINISTER = "use the administration screen"
    SET_FIRST_MILESTONE = "move a WorkStream to its first milestone; that takes an ISR or an administrator"
    ADVANCE_MILESTONE = "change the milestone"
    SET_LEAD = "set the WorkStream Lead"
    TIE_OPPORTUNITY = "tie a Salesforce opportunity"
    SEARCH_GRID = "search all WorkStreams"
    START_WORKSTREAM = "start a WorkStream"
    START_FOR_CLIENT = "start a WorkStream for a client; that takes an ISR or an administrator"
    GIVE_CLIENT_GO_AHEAD = "give the client's go-ahead"
    EDIT_DETAILS = "fill in subscription details"
    MANAGE_PORTAL = "manage people, roles and settings"


_CLIENT = frozenset(
    {
        Can.OPEN_WORKSTREAM,
        Can.SEE_PRICES,
        Can.SEE_ADDRESSES,
        Can.CHAT,
        Can.VIEW_ATTACHMENTS,
        Can.ADD_ATTACHMENTS,
        Can.START_WORKSTREAM,
        Can.GIVE_CLIENT_GO_AHEAD,
        Can.EDIT_DETAILS,
    }
)
# Accounts and Billing see what an architect sees and may not change milestones (ledger, below the matrix).
_COLLEAGUE = frozenset(
    {
        Can.OPEN_WORKSTREAM,
        Can.SEE_PRICES,
        Can.SEE_ADDRESSES,
        Can.CHAT,
        Can.READ_NOTES,
        Can.WRITE_NOTES,
        Can.VIEW_ATTACHMENTS,
        Can.ADD_ATTACHMENTS,
        Can.INVITE_CLIENT_PEOPLE,
        Can.ADD_TEAM_PEOPLE,
        Can.REMOVE_CLIENT_PEOPLE,
        Can.REMOVE_TEAM_PEOPLE,
        Can.TRANSFER_OWNERSHIP,
        Can.REQUEST_DOCUMENTS,
        Can.ADMINISTER,
        Can.SET_LEAD,
        Can.TIE_OPPORTUNITY,
        Can.SEARCH_GRID,
        Can.EDIT_DETAILS,
    }
)
_MOVES_MILESTONES = _COLLEAGUE | {Can.ADVANCE_MILESTONE}

CAPABILITIES: dict[Standing, frozenset[Can]] = {
    Standing.OWNER: _CLIENT | {Can.INVITE_CLIENT_PEOPLE, Can.REMOVE_CLIENT_PEOPLE, Can.TRANSFER_OWNERSHIP},
    Standing.CLIENT_MEMBER: _CLIENT,
    Standing.AGILE_WORKER: frozenset({Can.OPEN_WORKSTREAM, Can.VIEW_ATTACHMENTS}),
    Standing.ISR: _MOVES_MILESTONES | {Can.SET_FIRST_MILESTONE, Can.START_WORKSTREAM, Can.START_FOR_CLIENT},
    Standing.ARCHITECT: _MOVES_MILESTONES,
    Standing.SOLUTIONS: _MOVES_MILESTONES,
    Standing.DELIVERY: _MOVES_MILESTONES,
    Standing.ACCOUNTS: _COLLEAGUE,
    Standing.BILLING: _COLLEAGUE,
    Standing.ADMIN: _MOVES_MILESTONES
    | {Can.SET_FIRST_MILESTONE, Can.START_WORKSTREAM, Can.START_FOR_CLIENT, Can.MANAGE_PORTAL},
    Standing.STRANGER: frozenset(),
}

# What a person may do outside any WorkStream. A client starts one before they own any.
GENERAL: dict[Role, frozenset[Can]] = {
    **{role: CAPABILITIES[Standing(role.value)] for role in TEAM_ROLES},
    Role.CLIENT: frozenset({Can.START_WORKSTREAM}),
}
