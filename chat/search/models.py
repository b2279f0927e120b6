"""The words of messages and notes, beside them: posting writes neither, and removing a message removes its words."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from chat.querysets import MessageQuerySet, NoteQuerySet
from workstreams.models import WorkStream


class Words(models.Model):
    """What is asked of an entry while searching; see chat.search.index for the marks in `vector`."""

    # Nothing is ever looked up by it alone.
    workstream = models.ForeignKey(WorkStream, on_delete=models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    vector = SearchVectorField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"The words of {self.pk}"


class MessageWords(Words):
    """The words of a message that was not removed."""

    entry = models.OneToOneField("chat.Message", on_delete=models.CASCADE, primary_key=True, related_name="words")

    objects = MessageQuerySet.as_manager()

    class Meta:
        # A worker writes them many at a time, so that nobody who searches reads a list of what is not sorted in yet.
        indexes = [GinIndex(fields=["vector"], fastupdate=False, name="messages_by_words")]


class NoteWords(Words):
    """The words of an Internal Note: a table of their own, as the notes have (R70)."""

    entry = models.OneToOneField("chat.Note", on_delete=models.CASCADE, primary_key=True, related_name="words")

    objects = NoteQuerySet.as_manager()

    class Meta:
        indexes = [GinIndex(fields=["vector"], fastupdate=False, name="notes_by_words")]
