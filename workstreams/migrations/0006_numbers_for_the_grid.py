"""Numbers for the words that the grid asks for, so that its indexes can carry them (workstreams.codes)."""

import django.db.models.expressions
from django.db import migrations, models

# What the fields below would do one by one, each with a rewrite of the table; a million rows take 20 s once.
ADD = """
ALTER TABLE workstreams_workstream
  ADD COLUMN created_month integer
    GENERATED ALWAYS AS (((extract(year from created_at AT TIME ZONE 'UTC') * 12 + extract(month from created_at AT TIME ZONE 'UTC'))::integer)) STORED,
  ADD COLUMN stage smallint
    GENERATED ALWAYS AS ((CASE
    WHEN status = 'closed' THEN 8
    ELSE 0 END + CASE
    WHEN milestone = 'gathering_requirements' THEN 1
    WHEN milestone = 'preparing_proposal' THEN 2
    WHEN milestone = 'reviewing_agreement' THEN 3
    WHEN milestone = 'assembling_datasquad' THEN 4
    WHEN milestone = 'rapid_prototyping' THEN 5
    WHEN milestone = 'processing_data' THEN 6
    ELSE 0 END)) STORED,
  ADD COLUMN traits smallint
    GENERATED ALWAYS AS (((((CASE
    WHEN subscription_type = 'batch' THEN 1
    WHEN subscription_type = 'lean' THEN 2
    ELSE 0 END + CASE
    WHEN entry_point = 'homepage' THEN 4
    WHEN entry_point = 'product_page' THEN 8
    WHEN entry_point = 'use_case_page' THEN 12
    WHEN entry_point = 'pricing_calculator' THEN 16
    WHEN entry_point = 'invitation' THEN 20
    WHEN entry_point = 'staff' THEN 24
    ELSE 0 END) + CASE
    WHEN opportunity_id IS NOT NULL THEN 32
    ELSE 0 END) + CASE
    WHEN lead_id IS NOT NULL THEN 64
    ELSE 0 END) + CASE
    WHEN owner_id IS NOT NULL THEN 128
    ELSE 0 END)) STORED;
"""
REMOVE = """
ALTER TABLE workstreams_workstream DROP COLUMN created_month, DROP COLUMN stage, DROP COLUMN traits;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('workstreams', '0005_saved_views'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ADD, REMOVE)],
            state_operations=[
                migrations.AddField(
                    model_name='workstream',
                    name='created_month',
                    field=models.GeneratedField(db_persist=True, expression=models.Func('created_at', output_field=models.IntegerField(), template="((extract(year from %(expressions)s AT TIME ZONE 'UTC') * 12 + extract(month from %(expressions)s AT TIME ZONE 'UTC'))::integer)"), output_field=models.IntegerField()),
                ),
                migrations.AddField(
                    model_name='workstream',
                    name='stage',
                    field=models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(models.Case(models.When(models.Q(('status', 'closed')), then=models.Value(8)), default=models.Value(0), output_field=models.SmallIntegerField()), '+', models.Case(models.When(models.Q(('milestone', 'gathering_requirements')), then=models.Value(1)), models.When(models.Q(('milestone', 'preparing_proposal')), then=models.Value(2)), models.When(models.Q(('milestone', 'reviewing_agreement')), then=models.Value(3)), models.When(models.Q(('milestone', 'assembling_datasquad')), then=models.Value(4)), models.When(models.Q(('milestone', 'rapid_prototyping')), then=models.Value(5)), models.When(models.Q(('milestone', 'processing_data')), then=models.Value(6)), default=models.Value(0), output_field=models.SmallIntegerField())), output_field=models.SmallIntegerField()),
                ),
                migrations.AddField(
                    model_name='workstream',
                    name='traits',
                    field=models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.Case(models.When(models.Q(('subscription_type', 'batch')), then=models.Value(1)), models.When(models.Q(('subscription_type', 'lean')), then=models.Value(2)), default=models.Value(0), output_field=models.SmallIntegerField()), '+', models.Case(models.When(models.Q(('entry_point', 'homepage')), then=models.Value(4)), models.When(models.Q(('entry_point', 'product_page')), then=models.Value(8)), models.When(models.Q(('entry_point', 'use_case_page')), then=models.Value(12)), models.When(models.Q(('entry_point', 'pricing_calculator')), then=models.Value(16)), models.When(models.Q(('entry_point', 'invitation')), then=models.Value(20)), models.When(models.Q(('entry_point', 'staff')), then=models.Value(24)), default=models.Value(0), output_field=models.SmallIntegerField())), '+', models.Case(models.When(models.Q(('opportunity_id__isnull', False)), then=models.Value(32)), default=models.Value(0), output_field=models.SmallIntegerField())), '+', models.Case(models.When(models.Q(('lead__isnull', False)), then=models.Value(64)), default=models.Value(0), output_field=models.SmallIntegerField())), '+', models.Case(models.When(models.Q(('owner__isnull', False)), then=models.Value(128)), default=models.Value(0), output_field=models.SmallIntegerField())), output_field=models.SmallIntegerField()),
                ),
            ],
        ),
    ]
