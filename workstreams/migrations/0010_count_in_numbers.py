"""Make the grid's counts anew, in numbers instead of words; a worker fills them within a minute."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workstreams", "0009_memberships_and_months"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("DELETE FROM workstreams_gridcounted", migrations.RunSQL.noop),
        migrations.DeleteModel(name="GridCount"),
        migrations.CreateModel(
            name="GridCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stage", models.SmallIntegerField()),
                ("type_number", models.SmallIntegerField()),
                ("n", models.PositiveIntegerField()),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lead", "stage", "type_number"),
                        name="grid_counts_each_combination_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
