"""What helps people choose a good file, for each kind: ours, or what an operator wrote in its place (R33, R34)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.capabilities import Can
from accounts.models import User
from activity.record import record
from workstreams import events, files
from workstreams.choices import AttachmentKind
from workstreams.errors import SampleTooLarge
from workstreams.papers import Guidance, kinds_known_to, sample_key
from workstreams.tenancy import require

SAMPLES = Path(__file__).parent / "samples"
LARGEST_SAMPLE = 5 * files.MEGABYTE
TYPES = {".csv": "text/csv", ".txt": "text/plain", ".md": "text/plain", ".pdf": "application/pdf"}

OURS = {
    AttachmentKind.SAMPLE_DATA: (
        "A few dozen rows or files, as they come in real life: the good, the odd and the broken ones.\n"
        "- Tables: CSV in UTF-8, one row of headings, one line a record, days as 2025-11-03.\n"
        "- Pictures: JPEG or PNG as they are; many of them as one ZIP, with a CSV that names each.\n"
        "- Leave out what names people: made-up names and numbers serve as well."
    ),
    AttachmentKind.BUSINESS_RULES: (
        "What you would tell a person who does the task for the first time.\n"
        "- What the result is for, and what one piece of work is.\n"
        "- The steps, and every answer that may be given.\n"
        "- What to do when it is not clear, with three examples.\n"
        "- How good it has to be, and how you check it.\n"
        "PDF, Word or plain text will do."
    ),
    AttachmentKind.SCOPE: (
        "How much, how often, by when, and what comes out at the end.\n"
        "- Volume a day or a month, and peaks.\n"
        "- How quickly a piece must be done.\n"
        "- The form in which you need the result."
    ),
    AttachmentKind.API_INTEGRATION: (
        "How work reaches us and goes back to you.\n"
        "- Addresses, methods, and an example of a request and its answer.\n"
        "- How to sign in, without the secret itself: never put passwords or keys into a file.\n"
        "- How many requests you allow, and what happens when something fails.\n"
        "An OpenAPI description is best."
    ),
    AttachmentKind.OTHER: "Anything else that helps to understand the task. Say in the note what it is.",
    AttachmentKind.QUOTE: "A quote or proposal for the client. PDF, so that it looks the same everywhere.",
    AttachmentKind.CONTRACT: "The agreement, signed or to be signed. PDF.",
}
OUR_SAMPLES = {
    AttachmentKind.SAMPLE_DATA: "sample-input.csv",
    AttachmentKind.BUSINESS_RULES: "business-rules.txt",
}


@dataclass(frozen=True)
class Block:
    """A paragraph, or the items of a list."""

    text: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guide:
    """What people read beside the upload of one kind."""

    kind: AttachmentKind
    text: str
    sample_name: str
    # The operator's row, where there is one.
    own: Guidance | None

    @property
    def label(self) -> str:
        """The kind in words."""
        return self.kind.label

    @property
    def sample_url(self) -> str:
        """Where the sample is downloaded; nothing when there is none."""
        return reverse("workstreams:guidance_sample", args=[self.kind.value]) if self.sample_name else ""

    @property
    def blocks(self) -> list[Block]:
        """The text as paragraphs, and lists where lines begin with a dash."""
        found: list[Block] = []
        for line in (line.strip() for line in self.text.splitlines()):
            if line.startswith("- "):
                before = found.pop().items if found and found[-1].items else ()
                found.append(Block(items=(*before, line[2:].strip())))
            elif line:
                found.append(Block(text=line))
        return found


def guide_for(kind: AttachmentKind, user: User) -> Guide | None:
    """The guidance of one kind; None for a kind this person may not send, so need not know of."""
    return next((guide for guide in guides_for(user) if guide.kind == kind), None)


def guides_for(user: User) -> list[Guide]:
    """The guidance of every kind this person may know of, in one statement."""
    own = {row.kind: row for row in Guidance.objects.visible_to(user)}
    return [_guide(kind, own.get(kind)) for kind in kinds_known_to(user)]


def read_sample(guide: Guide) -> tuple[bytes, str]:
    """The sample of a kind that has one, and its type. Only types that no browser runs are named. Raises: StoreAway."""
    content_type = TYPES.get(Path(guide.sample_name).suffix.lower(), files.UNKNOWN)
    if guide.own and guide.own.sample:
        with files.open_stored(guide.own.key) as file:
            return file.read(), content_type
    return (SAMPLES / OUR_SAMPLES[guide.kind]).read_bytes(), content_type


def edit(
    *,
    kind: AttachmentKind,
    actor: User,
    text: str,
    sample: "File[Any] | None" = None,
    shows_sample: bool = True,
    uses_our_sample: bool = False,
) -> Guide:
    """Write other guidance for a kind, perhaps with another sample; the one before it is deleted after the commit.

    An empty text means ours. `uses_our_sample` goes back to our sample, or to none where we have none.

    Raises: NotAllowed, SampleTooLarge, EmptyFile, StoreAway.
    """
    require(actor, Can.MANAGE_PORTAL)
    stored = name = None
    if sample is not None:
        if (sample.size or 0) > LARGEST_SAMPLE:
            raise SampleTooLarge(f"A sample may have up to {files.in_words(LARGEST_SAMPLE)}.")
        name = files.clean_name(sample.name or "")
        stored = files.store(sample, key=sample_key(Guidance(), ""), name=name)
    with transaction.atomic():
        own, _ = Guidance.objects.select_for_update().get_or_create(kind=kind, defaults={"changed_by": actor})
        if (stored or uses_our_sample) and own.sample:
            files.give_up(own.key)
            own.sample, own.sample_name = "", ""
        if stored and name:
            files.adopt(stored.key)
            own.sample, own.sample_name = stored.key, name
        own.text = "" if text == OURS[kind] else text
        own.shows_sample, own.changed_by, own.changed_at = shows_sample, actor, timezone.now()
        own.save()
        record(events.GUIDANCE_EDITED, actor=actor, data={"kind": kind.label})
    return _guide(kind, own)


def _guide(kind: AttachmentKind, own: Guidance | None) -> Guide:
    sample = OUR_SAMPLES.get(kind, "")
    if own:
        sample = (own.sample_name or sample) if own.shows_sample else ""
    return Guide(kind, own.text if own and own.text else OURS[kind], sample, own)
