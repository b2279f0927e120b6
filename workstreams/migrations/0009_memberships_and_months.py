"""Memberships of a person from one index alone; the grid's walks by month of creation, by status instead of by stage."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('workstreams', '0008_changes_of_many_and_exports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='membership',
            index=models.Index(fields=['user', 'workstream'], name='memberships_of_a_person'),
        ),
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
        # How frequent a part of a name is, is guessed from a thousand names instead of a hundred.
        migrations.RunSQL(
            'ALTER TABLE workstreams_workstream ALTER COLUMN name_norm SET STATISTICS 1000',
            'ALTER TABLE workstreams_workstream ALTER COLUMN name_norm SET STATISTICS DEFAULT',
        ),
    ]
