"""Memberships of a person from one index alone; the grid's walks by month of creation, by status instead of by stage."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# Whoever is interrupted here (a lock not had in time, a server that goes down) leaves some of these behind, perhaps
# unusable, and begins again from the start.
INDEXES = [
    'memberships_of_a_person',
    'grid_months_activity',
    'grid_months_start',
    'grid_by_owner',
]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('workstreams', '0008_changes_of_many_and_exports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Making these holds nobody up, so it may wait for whatever runs; that it waits is no reason to give up.
        migrations.RunSQL('SET lock_timeout = 0', migrations.RunSQL.noop),
        migrations.RunSQL([f'DROP INDEX CONCURRENTLY IF EXISTS {name}' for name in INDEXES], migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name='membership',
            index=models.Index(fields=['user', 'workstream'], name='memberships_of_a_person'),
        ),
        AddIndexConcurrently(
            model_name='workstream',
            index=models.Index(fields=['created_month', 'status', 'last_activity_at', 'id'], include=('traits', 'stage', 'intended_start', 'created_at', 'lead', 'organization'), name='grid_months_activity'),
        ),
        AddIndexConcurrently(
            model_name='workstream',
            index=models.Index(fields=['created_month', 'status', 'intended_start', 'id'], include=('traits', 'stage', 'created_at', 'last_activity_at', 'lead', 'organization'), name='grid_months_start'),
        ),
        AddIndexConcurrently(
            model_name='workstream',
            index=models.Index(fields=['owner', 'last_activity_at', 'id'], include=('traits', 'stage', 'intended_start', 'created_at', 'lead', 'organization'), name='grid_by_owner'),
        ),
        RemoveIndexConcurrently(
            model_name='workstream',
            name='grid_month_activity',
        ),
        RemoveIndexConcurrently(
            model_name='workstream',
            name='grid_owner_activity',
        ),
        # The rest takes a lock that others queue behind.
        migrations.RunSQL("SET lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='membership',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='membership',
            name='workstream',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='workstreams.workstream'),
        ),
        # How frequent a part of a name is, is guessed from a thousand names instead of a hundred.
        migrations.RunSQL(
            'ALTER TABLE workstreams_workstream ALTER COLUMN name_norm SET STATISTICS 1000',
            'ALTER TABLE workstreams_workstream ALTER COLUMN name_norm SET STATISTICS DEFAULT',
        ),
    ]
