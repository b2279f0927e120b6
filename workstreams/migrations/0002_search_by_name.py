"""Make names findable by any part of them: a column in small letters, and an index of its three-letter pieces."""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workstreams', '0001_initial'),
    ]

    operations = [
        TrigramExtension(),
        migrations.AddField(
            model_name='workstream',
            name='name_norm',
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.text.Concat(
                    models.Value(' '), django.db.models.functions.text.Lower('name')
                ),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddIndex(
            model_name='workstream',
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass('name_norm', 'gin_trgm_ops'), name='grid_name'
            ),
        ),
    ]
