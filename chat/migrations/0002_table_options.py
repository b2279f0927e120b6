from django.db import migrations

# Every message writes a counter and a read mark again: room on the page keeps the new version there, without an entry in
# any index. Messages and notes are only ever added: their indexes can be read alone once a vacuum has passed.
SET = """
ALTER TABLE chat_counter SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01);
ALTER TABLE chat_readmark SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01);
ALTER TABLE chat_message SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE chat_note SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
"""
RESET = """
ALTER TABLE chat_counter RESET (fillfactor, autovacuum_vacuum_scale_factor);
ALTER TABLE chat_readmark RESET (fillfactor, autovacuum_vacuum_scale_factor);
ALTER TABLE chat_message RESET (autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor);
ALTER TABLE chat_note RESET (autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial")]

    operations = [migrations.RunSQL(SET, RESET)]
