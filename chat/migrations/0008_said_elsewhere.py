"""Where something was said, and by whom if they have no account here."""

from django.db import migrations, models

CAME_FROM = models.CharField(
    blank=True, choices=[("intercom", "Intercom")], db_default="", default="", editable=False, max_length=20
)
SAID_BY = models.CharField(blank=True, db_default="", default="", editable=False, max_length=120)


class Migration(migrations.Migration):
    dependencies = [("chat", "0007_indexes_of_changes")]

    operations = [
        migrations.AddField(model_name=kind, name=name, field=field.clone())
        for kind in ("message", "note")
        for name, field in (("came_from", CAME_FROM), ("said_by", SAID_BY))
    ]
