"""An answer may come from a vendor's, by somebody without an account here; made while the portal is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("activity", "0007_forget_people")]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="system_actor",
            field=models.CharField(
                blank=True,
                choices=[
                    ("portal", "Portal"),
                    ("salesforce", "Salesforce"),
                    ("operator", "Operator"),
                    ("intercom", "Intercom"),
                ],
                editable=False,
                max_length=20,
            ),
        ),
        # Making it holds nobody up, so it may wait for whatever runs. The old one goes, and what an interrupted run left.
        migrations.RunSQL("SET lock_timeout = 0", migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveIndex(model_name="event", name="event_of_an_answer")]
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS event_of_an_answer", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(
                condition=models.Q(("data__side", "team"), ("verb", "chat.message_posted"))
                & ~models.Q(("system_actor", "portal")),
                fields=["workstream"],
                name="event_of_an_answer",
            ),
        ),
        migrations.RunSQL("SET lock_timeout = '10s'", migrations.RunSQL.noop),
    ]
