"""What an operator writes in the place of our guidance."""

from pathlib import Path
from typing import Any

from django import forms

from accounts.fields import ProseField
from workstreams.guidance import LARGEST_SAMPLE, OUR_SAMPLES, OURS, TYPES, Guide


class GuidanceForm(forms.Form):
    """The text beside the upload, and the sample that is offered with it (R34)."""

    text = ProseField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "data-counter": "2000", "data-grow": True}),
        help_text="A line that begins with “- ” becomes an item of a list. Leave it empty to go back to our text.",
    )
    sample = forms.FileField(
        label="Another sample",
        required=False,
        max_length=120,
        help_text=f"CSV, text or PDF of up to {LARGEST_SAMPLE // 1_000_000} MB. It takes the place of the one above.",
        widget=forms.FileInput(attrs={"accept": ",".join(TYPES)}),
    )
    uses_our_sample = forms.BooleanField(label="Go back to our own sample", required=False)
    shows_sample = forms.BooleanField(label="Offer the sample beside the upload", required=False)

    def __init__(self, data: Any = None, sent_files: Any = None, *, guide: Guide) -> None:
        """As it stands now."""
        own = guide.own
        super().__init__(
            data, sent_files, initial={"text": guide.text, "shows_sample": own.shows_sample if own else True}
        )
        if not (own and own.sample):
            del self.fields["uses_our_sample"]
        elif guide.kind not in OUR_SAMPLES:
            self.fields["uses_our_sample"].label = "Take the sample away"
        self.ours = OURS[guide.kind]

    def clean_sample(self) -> Any:
        """A file of a kind that everybody can open."""
        sample = self.cleaned_data["sample"]
        if sample and Path(sample.name).suffix.lower() not in TYPES:
            raise forms.ValidationError(f"A sample is one of these: {', '.join(sorted(TYPES))}.")
        if sample and sample.size > LARGEST_SAMPLE:
            raise forms.ValidationError(f"A sample may have up to {LARGEST_SAMPLE // 1_000_000} MB.")
        return sample
