from django.db import migrations

# The only way around the trigger. It may be called by whoever may write events; it changes words inside `data` and the
# trigger refuses everything else. A value is replaced when it is one of the words as a whole (and no
# namesake's name), or when it is the name in an event about this person.
ALLOW = """
CREATE FUNCTION activity_event_without(data jsonb, person bigint, words text[], instead text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_object_agg(
    key,
    CASE
      WHEN jsonb_typeof(value) <> 'string' THEN value
      WHEN value #>> '{}' = ANY (words)
           AND (key <> 'name' OR NOT data ? 'user_id' OR data -> 'user_id' = to_jsonb(person)) THEN to_jsonb(instead)
      WHEN key IN ('name', 'person', 'email') AND data -> 'user_id' = to_jsonb(person)
           AND NOT (key = 'name' AND data ? 'person') THEN to_jsonb(instead)
      ELSE value
    END
  ), '{}'::jsonb)
  FROM jsonb_each(data)
$$;

CREATE FUNCTION activity_event_forget(first bigint, until bigint, person bigint, words text[], instead text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  changed bigint;
BEGIN
  PERFORM set_config('activity.forgets', 'on', true);
  UPDATE activity_event SET data = activity_event_without(data, person, words, instead)
  WHERE id >= first AND id < until AND data <> activity_event_without(data, person, words, instead);
  GET DIAGNOSTICS changed = ROW_COUNT;
  PERFORM set_config('activity.forgets', '', true);
  RETURN changed;
END $$;

CREATE OR REPLACE FUNCTION activity_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('activity.forgets', true) = 'on'
     AND (NEW.id, NEW.at, NEW.verb, NEW.system_actor) = (OLD.id, OLD.at, OLD.verb, OLD.system_actor)
     AND NEW.actor_id IS NOT DISTINCT FROM OLD.actor_id
     AND NEW.workstream_id IS NOT DISTINCT FROM OLD.workstream_id
     AND (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(NEW.data) k)
         IS NOT DISTINCT FROM (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(OLD.data) k)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'The event record is append-only.';
END $$;
"""

REFUSE = """
CREATE OR REPLACE FUNCTION activity_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The event record is append-only.';
END $$;
DROP FUNCTION activity_event_forget(bigint, bigint, bigint, text[], text);
DROP FUNCTION activity_event_without(jsonb, bigint, text[], text);
"""


class Migration(migrations.Migration):
    dependencies = [("activity", "0006_no_index_by_actor")]

    operations = [migrations.RunSQL(ALLOW, REFUSE)]
