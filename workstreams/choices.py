"""The words a WorkStream is described in."""

from django.db import models


class SubscriptionType(models.TextChoices):
    """What the client subscribes to (R15)."""

    AGILE = "agile", "AGILE"
    BATCH = "batch", "BATCH"
    LEAN = "lean", "LEAN"


class Status(models.TextChoices):
    """Open is being worked on; closed was not realised, or is a finished BATCH job (R24, R25, A9)."""

    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class CloseReason(models.TextChoices):
    """Why a WorkStream was closed; only a completed one counts as realised (A9)."""

    LOST = "lost", "Lost"
    NOT_QUALIFIED = "not_qualified", "Not qualified"
    DUPLICATE = "duplicate", "Duplicate"
    ABANDONED = "abandoned", "Abandoned"
    ENDED_BY_CLIENT = "ended_by_client", "Ended by the client"
    COMPLETED = "completed", "Completed"


class Milestone(models.TextChoices):
    """The phases of table 1.7; which follow which is in `milestones.tracks`."""

    GATHERING_REQUIREMENTS = "gathering_requirements", "Gathering Requirements"
    PREPARING_PROPOSAL = "preparing_proposal", "Preparing a Proposal"
    REVIEWING_AGREEMENT = "reviewing_agreement", "Reviewing Service Agreement"
    ASSEMBLING_DATASQUAD = "assembling_datasquad", "Assembling DataSquad"
    RAPID_PROTOTYPING = "rapid_prototyping", "Rapid Prototyping"
    PROCESSING_DATA = "processing_data", "Processing Data"


class DeliveryMode(models.TextChoices):
    """How a BATCH WorkStream is delivered, which decides its fourth milestone (R54)."""

    IN_HOUSE = "in_house", "In-house squad"
    DISTRIBUTED = "distributed", "Distributed workers"


class EntryPoint(models.TextChoices):
    """Where the way to this WorkStream began (R16, F1)."""

    APP_DIRECT = "app_direct", "Directly in the app"
    HOMEPAGE = "homepage", "Homepage"
    PRODUCT_PAGE = "product_page", "Product page"
    USE_CASE_PAGE = "use_case_page", "Use-case page"
    PRICING_CALCULATOR = "pricing_calculator", "Pricing calculator"
    INVITATION = "invitation", "Invitation"
    STAFF = "staff", "Started by staff"


class Lifecycle(models.TextChoices):
    """What a client organisation is to us (R7, R9): derived from its WorkStreams, never typed in (A5)."""

    USER = "user", "User (prospect)"
    CUSTOMER = "customer", "Customer"


class Side(models.TextChoices):
    """The two teams of a WorkStream (R66, R83)."""

    CLIENT = "client", "Client"
    TEAM = "team", "Team"


class AttachmentKind(models.TextChoices):
    """What a document of a WorkStream is (R32, R35, T7)."""

    SAMPLE_DATA = "sample_data", "Sample data"
    BUSINESS_RULES = "business_rules", "Business rules document"
    SCOPE = "scope", "Scope description"
    API_INTEGRATION = "api_integration", "API integration document"
    QUOTE = "quote", "Quote or proposal"
    CONTRACT = "contract", "Contract"
    OTHER = "other", "Other"


# Kinds that speak of money: those to whom prices are not shown do not see them either (A7).
COMMERCIAL_KINDS = frozenset({AttachmentKind.QUOTE, AttachmentKind.CONTRACT})
