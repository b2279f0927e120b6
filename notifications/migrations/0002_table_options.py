from django.db import migrations

# Each mail is written, claimed and settled; dead rows would make every later claim dearer.
SET = """
ALTER TABLE notifications_mail SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);
"""
RESET = """
ALTER TABLE notifications_mail RESET (fillfactor, autovacuum_vacuum_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [migrations.RunSQL(SET, RESET)]
