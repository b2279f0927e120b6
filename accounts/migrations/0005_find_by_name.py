"""Make people and client organisations findable by any part of their name, as WorkStreams are."""

import django.contrib.postgres.indexes
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_grid_columns'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        # Not taken away again when going back: other tables have indexes of this kind.
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        migrations.AddField(
            model_name='organization',
            name='name_norm',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Concat(models.Value(' '), django.db.models.functions.text.Lower('name')), output_field=models.TextField(db_collation='C')),
        ),
        migrations.AddField(
            model_name='user',
            name='name_norm',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Concat(models.Value(' '), django.db.models.functions.text.Lower(django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.NullIf(models.F('name'), models.Value('')), models.Func(models.F('email'), models.Value('@'), models.Value(1), function="split_part", output_field=models.CharField())))), output_field=models.TextField(db_collation='C')),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=models.Index(fields=['name_norm', 'id'], name='organization_by_name'),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('name_norm', 'gin_trgm_ops'), name='organization_by_part_of_name'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['role', 'name_norm', 'id'], name='person_by_role_and_name'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('name_norm', 'gin_trgm_ops'), name='person_by_part_of_name'),
        ),
    ]
