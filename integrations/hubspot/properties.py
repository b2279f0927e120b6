"""Which properties of a HubSpot contact the portal writes."""

from dataclasses import dataclass

GROUP, GROUP_LABEL = "portal_analytics", "WorkStream portal"
UTM = ("source", "medium", "campaign", "term", "content")
# Until the list of pages is cut; HubSpot takes 65,536 characters.
LONGEST = 20_000


@dataclass(frozen=True)
class Property:
    """One property of ours, as `manage.py hubspot_setup` makes it. A name is for ever."""

    name: str
    label: str
    type: str = "string"
    field_type: str = "text"
    is_unique: bool = False
    options: tuple[tuple[str, str], ...] = ()


USER_ID = "portal_user_id"
REGISTERED_AT = "portal_registered_at"
CONFIRMED = "portal_email_confirmed"
REFERRER = "portal_referrer"
LANDING_PAGE = "portal_landing_page"
PAGES = "portal_pages_visited"
FIRST_SEEN_AT = "portal_first_seen_at"


def first_touch(word: str) -> str:
    """The property of what the campaign said when the person came for the first time (R97)."""
    return f"portal_utm_{word}"


def last_touch(word: str) -> str:
    """The property of what it said when they came for the last time before registering."""
    return f"portal_last_utm_{word}"


OURS = (
    Property(USER_ID, "Portal user ID", is_unique=True),
    Property(REGISTERED_AT, "Registered in the portal", "datetime", "date"),
    Property(
        CONFIRMED,
        "E-mail confirmed in the portal",
        "bool",
        "booleancheckbox",
        options=(("true", "Yes"), ("false", "No")),
    ),
    *(Property(first_touch(word), f"First touch: UTM {word}") for word in UTM),
    *(Property(last_touch(word), f"Last touch: UTM {word}") for word in UTM),
    Property(REFERRER, "First referrer"),
    Property(LANDING_PAGE, "Landing page"),
    Property(PAGES, "Pages seen before registering", field_type="textarea"),
    Property(FIRST_SEEN_AT, "First seen", "datetime", "date"),
)
OUR_NAMES = frozenset(each.name for each in OURS)
# HubSpot's own, which its people write as well: theirs stays when they wrote later.
SHARED = ("email", "firstname", "lastname", "company", "jobtitle", "hs_language")
ALL_NAMES = (*SHARED, *(each.name for each in OURS))
# Only for a contact that we make (A3). It moves forward only, and that is HubSpot's business.
LIFECYCLE, LEAD = "lifecyclestage", "lead"
