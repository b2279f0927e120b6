"""Links as the public site would have them, to begin as a newcomer does."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse


@dataclass(frozen=True)
class HandOff:
    """One link of the public site: what a visitor clicked there, and what goes along."""

    title: str
    about: str
    chosen: dict[str, str]

    @property
    def url(self) -> str:
        """Where the click arrives."""
        query = urlencode(self.chosen)
        return reverse("subscriptions:start") + (f"?{query}" if query else "")


HAND_OFFS = (
    HandOff(
        "Pricing calculator, AGILE",
        "400 hours a month, billed yearly, for street signs",
        {
            "product": "agile",
            "hours": "400",
            "billing": "yearly",
            "use_case": "street-signs",
            "from": "pricing_calculator",
            "utm_source": "newsletter",
            "utm_medium": "email",
            "utm_content": "autumn",
        },
    ),
    HandOff(
        "Use-case page, BATCH",
        "50,000 invoices once",
        {
            "product": "batch",
            "units": "50000",
            "use_case": "invoice-transcription",
            "from": "use_case_page",
            "utm_source": "search",
        },
    ),
    HandOff(
        "Product page, LEAN",
        "The Megafactory package",
        {"product": "lean", "package": "megafactory", "from": "product_page", "utm_source": "partner"},
    ),
    HandOff("Homepage", "“Get Started”, nothing chosen yet", {"from": "homepage"}),
    HandOff(
        "A mangled link",
        "Nonsense in every value: it must do no harm",
        {"product": "<b>gold</b>", "hours": "-9e99", "billing": "never", "use_case": "x" * 300, "price": "1"},
    ),
)
