"""The few messages and notes that changed, in the order of their changes; made while the portal is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

INDEXES = ["messages_that_changed", "notes_that_changed"]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("chat", "0006_changes")]

    operations = [
        # Making these holds nobody up, so it may wait for whatever runs. What an interrupted run left is made anew.
        migrations.RunSQL("SET lock_timeout = 0", migrations.RunSQL.noop),
        migrations.RunSQL([f"DROP INDEX CONCURRENTLY IF EXISTS {name}" for name in INDEXES], migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("change__gt", 0)), fields=["workstream", "change"], name="messages_that_changed"
            ),
        ),
        AddIndexConcurrently(
            model_name="note",
            index=models.Index(
                condition=models.Q(("change__gt", 0)), fields=["workstream", "change"], name="notes_that_changed"
            ),
        ),
        migrations.RunSQL("SET lock_timeout = '10s'", migrations.RunSQL.noop),
    ]
