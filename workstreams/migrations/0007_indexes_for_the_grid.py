"""The indexes that the grid walks and collects by, made while the portal is in use; then those they replace go."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# Whoever is interrupted here (a lock not had in time, a server that goes down) leaves some of these behind, perhaps
# unusable, and begins again from the start.
INDEXES = [
    'grid_stage_activity',
    'grid_stage_created',
    'grid_stage_start',
    'grid_by_name',
    'grid_month_activity',
    'grid_lead_activity',
    'grid_client_activity',
    'grid_owner_activity',
    'clients_in_production',
]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('workstreams', '0006_numbers_for_the_grid'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Making these holds nobody up, so it may wait for whatever runs; that it waits is no reason to give up.
        migrations.RunSQL('SET lock_timeout = 0', migrations.RunSQL.noop),
        migrations.RunSQL([f'DROP INDEX CONCURRENTLY IF EXISTS {name}' for name in INDEXES], migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name='workstream',
            index=models.Index(fields=['stage', 'last_activity_at', 'id'], include=('traits', 'intended_start', 'created_at', 'lead', 'organization'), name='grid_stage_activity'),
        ),
        AddIndexConcurrently(
            model_name='workstream',
            index=models.Index(fields=['stage', 'created_at', 'id'], include=('traits', 'intended_start', 'last_activity_at', 'lead', 'organization'), name='grid_stage_created'),
        ),
        AddIndexConcurrently(
            model_name='workstream',
            index=models.Index(fields=['stage', 'intended_start', 'id'], include=('traits', 'created_at', 'last_activity_at', 'lead', 'organization'), name='grid_stage_start'),
        ),
        AddIndexConcurrently(
            model_name='workstream',
            index=models.Index(fields=['name_norm', 'id'], include=('traits', 'stage', 'intended_start', 'created_at', 'last_activity_at', 'lead', 'organization'), name='grid_by_name'),
        ),
        AddIndexConcurrently(
            model_name='workstream',
            index=models.Index(fields=['created_month', 'stage', 'last_activity_at', 'id'], include=('traits', 'intended_start', 'created_at', 'lead', 'organization'), name='grid_month_activity'),
        ),
        AddIndexConcurrently(
            model_name='workstream',
            index=models.Index(fields=['lead', 'last_activity_at', 'id'], include=('traits', 'stage', 'intended_start', 'created_at', 'organization'), name='grid_lead_activity'),
        ),
        AddIndexConcurrently(
            model_name='workstream',
            index=models.Index(fields=['organization', 'last_activity_at', 'id'], include=('traits', 'stage', 'intended_start', 'created_at', 'lead'), name='grid_client_activity'),
        ),
        AddIndexConcurrently(
            model_name='workstream',
            index=models.Index(fields=['owner', 'last_activity_at', 'id'], name='grid_owner_activity'),
        ),
        AddIndexConcurrently(
            model_name='workstream',
            index=models.Index(condition=models.Q(('milestone', 'processing_data'), ('status', 'open')), fields=['organization'], name='clients_in_production'),
        ),
        RemoveIndexConcurrently(
            model_name='workstream',
            name='grid_lead',
        ),
        RemoveIndexConcurrently(
            model_name='workstream',
            name='grid_status',
        ),
        RemoveIndexConcurrently(
            model_name='workstream',
            name='grid_organization',
        ),
        RemoveIndexConcurrently(
            model_name='workstream',
            name='grid_latest',
        ),
        # The rest takes a lock that others queue behind.
        migrations.RunSQL("SET lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='workstream',
            name='lead',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='led_workstreams', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='workstream',
            name='organization',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='workstreams', to='accounts.organization'),
        ),
        migrations.AlterField(
            model_name='workstream',
            name='owner',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='owned_workstreams', to=settings.AUTH_USER_MODEL),
        ),
    ]
