from django.db import migrations

# Each event is stored, claimed and settled; dead rows would make every later claim dearer.
SET = """
ALTER TABLE integrations_inboundevent SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);
"""
RESET = """
ALTER TABLE integrations_inboundevent RESET (fillfactor, autovacuum_vacuum_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0002_longer_dedupe_key")]

    operations = [migrations.RunSQL(SET, RESET)]
