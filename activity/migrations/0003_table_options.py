from django.db import migrations

# Events are only ever added.
SET = """
ALTER TABLE activity_event SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
"""
RESET = """
ALTER TABLE activity_event RESET (autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("activity", "0002_append_only")]

    operations = [migrations.RunSQL(SET, RESET)]
