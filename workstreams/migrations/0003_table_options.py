from django.db import migrations

# A million rows would wait for 200,000 changes before the first vacuum; until then counts and lists read dead rows.
SET = """
ALTER TABLE workstreams_workstream SET (
  fillfactor = 85, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02
);
ALTER TABLE workstreams_membership SET (
  autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02
);
"""
RESET = """
ALTER TABLE workstreams_workstream RESET (
  fillfactor, autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor
);
ALTER TABLE workstreams_membership RESET (
  autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor
);
"""


class Migration(migrations.Migration):
    dependencies = [("workstreams", "0002_search_by_name")]

    operations = [migrations.RunSQL(SET, RESET)]
