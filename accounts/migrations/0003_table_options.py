from django.db import migrations

# "Last seen" is written again every few minutes while somebody is here, and stands in no index.
SET = """
ALTER TABLE accounts_user SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);
"""
RESET = """
ALTER TABLE accounts_user RESET (fillfactor, autovacuum_vacuum_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_told_of_unassigned")]

    operations = [migrations.RunSQL(SET, RESET)]
