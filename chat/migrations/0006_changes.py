"""Changes are numbered, as entries are."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("chat", "0005_words_to_search_for")]

    operations = [
        migrations.AddField(
            model_name='counter',
            name='message_changes',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='counter',
            name='note_changes',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='message',
            name='change',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='note',
            name='change',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
    ]
