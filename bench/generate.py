"""A skewed portal of any size, made inside PostgreSQL by a handful of statements; the same seed gives the same rows.

What makes lists slow is skew, so that is what is copied from life: a few clients, leads and people have most of the
work (Zipf everywhere), common words stand in a fifth of all names, six years of growth leave mostly closed and idle
rows, and what was touched last is mostly what was made last. Every number is drawn from a hash of the row's id, so
statements run in any order and still agree.

Indexes other than primary keys, and foreign keys, are dropped before loading and made again afterwards as they were,
so whatever migrations built is there. Columns that migrations add later get the empty value of their type.
"""

import math
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from psycopg2 import extensions, sql

VOCABULARY_SIZE = 6_041
YEARS = 6
SEED = 20_260_101
# The skew of each choice: the higher, the more the first ones have.
LEADS, CLIENTS, PEOPLE, WORDS = 0.79, 0.84, 0.60, 0.92

# Words of the trade come first, so they are the common ones; the rest is made up from syllables.
_TRADE = (
    "data images invoices labelling review pilot website catalogue documents video audio claims maps products receipts "
    "faces plates forms contracts records medical retail street aerial satellite drone thermal scans survey tickets "
    "orders reports charts tables pages photos clips signs roads fields crops trees cattle parcels shelves menus "
    "recipes reviews comments posts messages letters notes archives ledgers tax payroll insurance banking legal energy "
    "transcripts captions subtitles translations speech accents names addresses companies profiles listings prices "
    "damage defects welds circuits wafers cells tumours x-rays radiology pathology dental traffic vehicles pedestrians "
    "lanes signals cameras sensors lidar depth points boxes polygons masks keypoints tracking sorting matching merging "
    "cleaning coding tagging checking counting reading writing sampling training testing quality phase second annual "
    "north south east west spring autumn urgent legacy global regional internal external mobile desktop sandbox"
).split()
_FIRST = (
    "Ada Amara Ana Anders Anil Aoife Asha Ben Bela Carla Chidi Clara Dalia Dan Deepa Elif Emma Erik Esther Farid Femi "
    "Finn Grace Hana Hugo Ida Imran Ines Ivan Jana Joao Jun Kamal Karin Kofi Lars Leila Lena Lin Luis Mara Marek Mei "
    "Milo Nadia Nia Noor Olga Omar Petra Priya Rafa Rosa Sami Sara Sven Tara Tomas Uma Vera Wanja Yara Yusuf Zoe"
).split()
_LAST = (
    "Abbas Adeyemi Alvarez Banda Bauer Becker Bianchi Brown Castro Chen Costa Dahl Diaz Dubois Eriksen Fischer Garcia "
    "Gupta Haddad Hansen Ito Ivanova Jansen Jones Kaya Khan Kim Kovac Kumar Lopez Mbeki Meyer Moreau Mwangi Nakamura "
    "Ndiaye Nguyen Novak Nowak Okafor Olsen Park Patel Petrov Popescu Reyes Rossi Sato Schmidt Shrestha Silva Singh "
    "Smith Tanaka Torres Tran Wagner Weber Wong Yilmaz Zhang"
).split()


@dataclass(frozen=True)
class Volume:
    """How many of what; a million WorkStreams have 100,000 clients, 300,000 people and 200 leads."""

    workstreams: int

    @property
    def organizations(self) -> int:
        """Client organisations."""
        return max(5, self.workstreams // 10)

    @property
    def people(self) -> int:
        """Everybody, colleagues included."""
        return self.leads + max(3 * self.organizations - self.leads, 2 * self.organizations)

    @property
    def leads(self) -> int:
        """Colleagues; each leads some."""
        return min(200, max(8, self.workstreams // 500))


def generate(link: extensions.connection, size: int, *, now: datetime) -> Volume:
    """Fill an empty, migrated database with `size` WorkStreams; `now` is when the newest of them was touched last.

    Commits, and leaves every table vacuumed and analysed. Raises ValueError when there are WorkStreams already.
    """
    volume = Volume(size)
    link.autocommit = False
    with link.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM workstreams_workstream)")
        if cursor.fetchone() != (False,):
            raise ValueError("This database has WorkStreams already; the generator fills empty ones only.")
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '256MB'; SET LOCAL jit = off")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        with _without_indexes(cursor, [name for name, _ in _STEPS if name]):
            _prepare(cursor, volume, now)
            for table, statement in _STEPS:
                _run(cursor, table, statement)
        for table in {name for name, _ in _STEPS if name}:
            _set_sequence(cursor, table)
    link.commit()
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM (ANALYZE)")
    return volume


def vocabulary() -> list[str]:
    """The words of names, the commonest first; always the same."""
    chance = random.Random(SEED)  # noqa: S311  words, not secrets
    words = dict.fromkeys(_TRADE)
    onsets = ["", *"bcdfghjklmnprstvwz", "br", "ch", "cl", "dr", "fl", "gr", "pl", "pr", "sh", "sk", "st", "th", "tr"]
    codas = ["", "", "", *"dklmnrst", "ck", "ld", "nd", "ng", "nt", "rn", "st"]
    while len(words) < VOCABULARY_SIZE:
        count = chance.choice([1, 2, 2, 2, 3, 3])
        word = "".join(chance.choice(onsets) + chance.choice("aeiou") for _ in range(count)) + chance.choice(codas)
        if len(word) >= 3:
            words[word] = None
    return [word.capitalize() for word in words]


def _prepare(cursor: extensions.cursor, volume: Volume, now: datetime) -> None:
    """The numbers and functions that the statements use."""
    # `u` is an even number in [0, 1) for a row and a purpose; `pick` one of 1..n, the first ones more often.
    cursor.execute(
        """
        CREATE FUNCTION pg_temp.u(row_id bigint, purpose int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
          SELECT (hashint8extended(row_id, purpose) & 9007199254740991)::float8 / 9007199254740992.0 $$;
        CREATE FUNCTION pg_temp.pick(chance float8, n float8, skew float8) RETURNS int LANGUAGE sql IMMUTABLE AS $$
          SELECT least(n, floor(power(1 + chance * (power(n + 1, 1 - skew) - 1), 1 / (1 - skew))))::int $$;
        CREATE TEMP TABLE words (rank int PRIMARY KEY, word text NOT NULL) ON COMMIT DROP;
        CREATE TEMP TABLE first_names (rank int PRIMARY KEY, word text NOT NULL) ON COMMIT DROP;
        CREATE TEMP TABLE last_names (rank int PRIMARY KEY, word text NOT NULL) ON COMMIT DROP;
        CREATE TEMP TABLE facts ON COMMIT DROP AS SELECT
          %(workstreams)s::bigint AS workstreams, %(organizations)s::bigint AS organizations,
          %(people)s::bigint AS people, %(leads)s::bigint AS leads, %(stride)s::bigint AS stride,
          %(now)s::timestamptz AS now, %(days)s::float8 AS days,
          %(n_words)s::int AS n_words, %(n_first)s::int AS n_first, %(n_last)s::int AS n_last,
          %(seed)s::int AS seed, %(LEADS)s::float8 AS lead_skew, %(CLIENTS)s::float8 AS client_skew,
          %(PEOPLE)s::float8 AS people_skew, %(WORDS)s::float8 AS word_skew;
        """,
        {
            "workstreams": volume.workstreams,
            "organizations": volume.organizations,
            "people": volume.people,
            "leads": volume.leads,
            "stride": _stride(volume.organizations),
            "now": now,
            "days": YEARS * 365.25,
            "n_words": VOCABULARY_SIZE,
            "n_first": len(_FIRST),
            "n_last": len(_LAST),
            "seed": SEED,
            "LEADS": LEADS,
            "CLIENTS": CLIENTS,
            "PEOPLE": PEOPLE,
            "WORDS": WORDS,
        },
    )
    for table, words in (("words", vocabulary()), ("first_names", _FIRST), ("last_names", _LAST)):
        cursor.execute(
            sql.SQL(
                "INSERT INTO {} SELECT rank, word FROM unnest(%s::text[]) WITH ORDINALITY AS w (word, rank)"
            ).format(sql.Identifier(table)),
            [list(words)],
        )
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def _stride(count: int) -> int:
    """A number without a common divisor with `count`: stepping by it visits every client, so ids tell no size."""
    return next(number for number in (7919, 7907, 7901, 7883, 7879, 7877) if math.gcd(number, count) == 1)


# --- The statements: what table they fill ("" for none), and how -------------------------------------------------

_CLIENTS_DRAFT = """
CREATE TEMP TABLE clients ON COMMIT DROP AS
SELECT size_rank, 1 + (size_rank * stride) % organizations AS id,
       -- The people of a client have neighbouring ids, from the first one's on.
       leads + size_rank + floor(before * (people - leads - organizations))::bigint AS first_person,
       1 + floor(upto * (people - leads - organizations))::bigint
         - floor(before * (people - leads - organizations))::bigint AS people
FROM facts, generate_series(1, organizations) AS size_rank, LATERAL (SELECT
       (power(size_rank, 1 - people_skew) - 1) / (power(organizations + 1, 1 - people_skew) - 1) AS before,
       (power(size_rank + 1, 1 - people_skew) - 1) / (power(organizations + 1, 1 - people_skew) - 1) AS upto) AS share;
ALTER TABLE clients ADD PRIMARY KEY (size_rank);
ANALYZE clients;
"""

_ORGANIZATIONS = """
SELECT c.id, md5('organisation' || c.id)::uuid AS public_id,
       a.word || ' ' || b.word || (array['', ' Ltd', ' Group', ' GmbH', ' Inc'])[1 + c.id % 5] AS name,
       (array['americas', 'emea', 'apac', ''])[1 + floor(4 * power(pg_temp.u(c.id, seed + 1), 1.4))::int] AS region,
       now - days * interval '1 day' AS created_at
FROM facts, clients AS c
JOIN words AS a ON a.rank = 1 + (c.id * 31) % (SELECT n_words FROM facts)
JOIN words AS b ON b.rank = 1 + (c.id * 17 + 5) % (SELECT n_words FROM facts)
ORDER BY c.id
"""

_USERS = """
SELECT p.id, md5('person' || p.id)::uuid AS public_id, 'person-' || p.id || '@example.com' AS email,
       f.word || ' ' || l.word AS name, p.role, p.organization_id, '!' AS password, NULL::timestamptz AS last_login,
       p.role = 'admin' AS is_superuser, true AS is_active, 'UTC' AS time_zone,
       (SELECT now - days * interval '1 day' FROM facts) AS date_joined
FROM (
  SELECT id, (CASE WHEN id % 20 = 0 THEN 'admin' WHEN id % 10 = 1 THEN 'architect' WHEN id % 10 = 2 THEN 'solutions'
                   WHEN id % 10 = 3 THEN 'delivery' ELSE 'isr' END) AS role, NULL::bigint AS organization_id
  FROM facts, generate_series(1, leads) AS id
  UNION ALL
  SELECT c.first_person + n, 'client', c.id FROM clients AS c, generate_series(0, c.people - 1) AS n
) AS p
JOIN first_names AS f ON f.rank = 1 + floor(pg_temp.u(p.id, 2) * (SELECT n_first FROM facts))::int
JOIN last_names AS l ON l.rank = 1 + floor(pg_temp.u(p.id, 3) * (SELECT n_last FROM facts))::int
ORDER BY p.id
"""

# Key people are on most of what their client has: with a client of ten thousand WorkStreams that is the long tail of
# "my WorkStreams".
_DRAFT = """
CREATE TEMP TABLE draft ON COMMIT DROP AS
SELECT d.*,
       CASE WHEN is_open THEN now - least(age, 0.01 + 7 * power(-ln(1 - pg_temp.u(i, 20)), 2)) * interval '1 day'
            ELSE created_at + least(age, 0.5 + 70 * power(-ln(1 - pg_temp.u(i, 21)), 1.3)) * interval '1 day'
       END AS last_activity_at
FROM (
  SELECT e.*, pg_temp.u(i, 10) < 0.92 * exp(-age / 162) + 0.013 AS is_open,
         now - age * interval '1 day' AS created_at
  FROM (
    SELECT i, f.now, c.id AS organization_id, c.first_person, c.people, f.leads,
           0.02 + f.days * (1 - sqrt((i - pg_temp.u(i, 11)) / f.workstreams)) AS age,
           pg_temp.u(i, 12) AS u_type, pg_temp.u(i, 13) AS u_step, pg_temp.u(i, 14) AS u_lead,
           pg_temp.pick(pg_temp.u(i, 15), f.leads, f.lead_skew) AS lead_id,
           CASE WHEN pg_temp.u(i, 16) < 0.55 THEN 0
                ELSE floor(c.people * power(pg_temp.u(i, 17), 1.2))::int END AS owner_number,
           pg_temp.u(i, 18) < 0.015 AS is_started_by_staff
    FROM facts AS f, generate_series(1, f.workstreams) AS i
    JOIN clients AS c ON c.size_rank = pg_temp.pick(
        pg_temp.u(i, 19), (SELECT organizations FROM facts), (SELECT client_skew FROM facts))
    OFFSET 0
  ) AS e OFFSET 0
) AS d;
ANALYZE draft;
"""

_WORKSTREAMS = """
SELECT i AS id, md5('workstream' || i)::uuid AS public_id,
       concat_ws(' ', w1.word, w2.word, w3.word, w4.word, w5.word) AS name,
       CASE WHEN pg_temp.u(i, 30) < 0.6 THEN 'We need help with ' || w1.word || ' and ' || w2.word || ', about '
            || (20 + i % 980) || ' thousand a month.' ELSE '' END AS description,
       organization_id,
       CASE WHEN NOT is_started_by_staff THEN first_person + owner_number END AS owner_id,
       CASE WHEN u_lead >= (CASE WHEN is_open AND age < 10 THEN 0.25 ELSE 0.015 END) THEN lead_id END AS lead_id,
       CASE WHEN is_started_by_staff THEN lead_id ELSE first_person + owner_number END AS created_by_id,
       created_at, subscription_type, NOT is_started_by_staff AND pg_temp.u(i, 31) < 0.7 AS self_selected,
       CASE WHEN is_started_by_staff THEN 'staff' ELSE (array['app_direct', 'pricing_calculator', 'homepage',
            'use_case_page', 'product_page', 'invitation'])[pg_temp.pick(pg_temp.u(i, 32), 6, 0.9)] END AS entry_point,
       CASE WHEN is_open THEN 'open' ELSE 'closed' END AS status,
       CASE WHEN is_open THEN '' WHEN step = 5 AND subscription_type = 'batch' THEN 'completed'
            WHEN step = 5 THEN 'ended_by_client'
            ELSE (array['lost', 'not_qualified', 'abandoned', 'duplicate'])[pg_temp.pick(pg_temp.u(i, 33), 4, 0.8)]
       END AS close_reason,
       '' AS close_note,
       CASE WHEN NOT is_open THEN created_at + (last_activity_at - created_at) * 0.97 END AS closed_at,
       CASE step WHEN 1 THEN 'gathering_requirements' WHEN 2 THEN 'preparing_proposal' WHEN 3 THEN 'reviewing_agreement'
            WHEN 4 THEN CASE WHEN subscription_type = 'lean' OR delivery_mode = 'distributed' THEN 'rapid_prototyping'
                             ELSE 'assembling_datasquad' END
            WHEN 5 THEN 'processing_data' END AS milestone,
       delivery_mode,
       CASE WHEN pg_temp.u(i, 34) < 0.6 THEN (created_at + (7 + 90 * pg_temp.u(i, 35)) * interval '1 day')::date
       END AS intended_start,
       CASE WHEN step >= 3 THEN (created_at + (20 + 90 * pg_temp.u(i, 35)) * interval '1 day')::date END AS starts_on,
       CASE WHEN step >= 1 AND pg_temp.u(i, 36) < 0.5 THEN '006' || lpad(to_hex(i), 12, '0') || 'AAA'
       END AS opportunity_id,
       last_activity_at, 1 AS version
FROM (
  SELECT t.*, CASE WHEN subscription_type <> 'batch' OR step < 4 THEN ''
                   WHEN pg_temp.u(i, 37) < 0.6 THEN 'in_house' ELSE 'distributed' END AS delivery_mode,
         pg_temp.pick(pg_temp.u(i, 41), n_words, word_skew) AS r1,
         pg_temp.pick(pg_temp.u(i, 42), n_words, word_skew) AS r2,
         CASE WHEN words > 2 THEN pg_temp.pick(pg_temp.u(i, 43), n_words, word_skew) END AS r3,
         CASE WHEN words > 3 THEN pg_temp.pick(pg_temp.u(i, 44), n_words, word_skew) END AS r4,
         CASE WHEN words > 4 THEN pg_temp.pick(pg_temp.u(i, 45), n_words, word_skew) END AS r5
  FROM (
    SELECT draft.*, n_words, word_skew, 2 + floor(4 * pg_temp.u(i, 40))::int AS words,
           CASE WHEN u_type < 0.55 THEN 'agile' WHEN u_type < 0.85 THEN 'batch' ELSE 'lean' END AS subscription_type,
           -- Which step it stands on, 0 for none yet; few of the closed ones ended in the short fourth.
           CASE WHEN is_open THEN width_bucket(u_step, array[0.14, 0.40, 0.60, 0.74, 0.84])
                ELSE width_bucket(u_step, array[0.12, 0.47, 0.72, 0.83, 0.85]) END AS step
    FROM draft, facts OFFSET 0
  ) AS t OFFSET 0
) AS s
JOIN words AS w1 ON w1.rank = r1
JOIN words AS w2 ON w2.rank = r2
LEFT JOIN words AS w3 ON w3.rank = r3
LEFT JOIN words AS w4 ON w4.rank = r4
LEFT JOIN words AS w5 ON w5.rank = r5
ORDER BY i
"""

_MEMBERSHIPS = """
SELECT workstream_id, user_id, side, origin, joined_at FROM (
  SELECT id AS workstream_id, owner_id AS user_id, 'client' AS side, 'started' AS origin, created_at AS joined_at
  FROM workstreams_workstream WHERE owner_id IS NOT NULL
  UNION ALL
  SELECT id, lead_id, 'team', 'lead', least(created_at + interval '4 hours', last_activity_at)
  FROM workstreams_workstream WHERE lead_id IS NOT NULL
  UNION ALL
  SELECT i, other, 'team', 'invited', w.last_activity_at
  FROM (SELECT i, last_activity_at, leads, 1 + floor(leads * pg_temp.u(i, 51))::bigint AS other
        FROM draft WHERE pg_temp.u(i, 50) < 0.06) AS colleagues
  JOIN workstreams_workstream AS w ON w.id = i AND w.lead_id IS DISTINCT FROM other
  UNION ALL
  SELECT DISTINCT ON (i, number) i, first_person + number, 'client', 'invited', last_activity_at
  FROM (
    SELECT i, first_person, last_activity_at, owner_number,
           CASE WHEN n = 1 AND pg_temp.u(i, 53) < 0.6 THEN 0
                ELSE floor(people * power(pg_temp.u(i * 8 + n, 54), 1.2))::int END AS number
    FROM draft, generate_series(1, width_bucket(pg_temp.u(i, 52), array[0.32, 0.56, 0.72, 0.82, 0.90, 0.955])) AS n
    WHERE NOT is_started_by_staff
  ) AS guests
  WHERE number <> owner_number
) AS members
ORDER BY workstream_id
"""

# Chats: one to three messages where it is over, more where it is not.
_COUNTERS = """
SELECT i AS workstream_id, CASE WHEN is_open THEN 1 + floor(4 * power(-ln(1 - pg_temp.u(i, 60)), 1.5))::int
                                ELSE 1 + floor(2.2 * pg_temp.u(i, 60))::int END AS last_message, 0 AS last_note
FROM draft ORDER BY i
"""

_MESSAGES = """
SELECT number, md5('message' || d.i || '-' || number)::uuid AS client_key,
       'Thank you, that is clear. We send the next batch of ' || (d.i % 900) || ' by Friday.' AS body,
       d.created_at + (d.last_activity_at - d.created_at) * (number::float8 / c.last_message) AS created_at,
       d.i AS workstream_id,
       CASE WHEN number = 1 THEN NULL
            WHEN number % 2 = 0 OR w.lead_id IS NULL THEN coalesce(w.owner_id, w.created_by_id)
            ELSE w.lead_id END AS author_id,
       CASE WHEN number > 1 AND (number % 2 = 0 OR w.lead_id IS NULL) AND w.owner_id IS NOT NULL THEN 'client'
            ELSE 'team' END AS side
FROM draft AS d
JOIN chat_counter AS c ON c.workstream_id = d.i
JOIN workstreams_workstream AS w ON w.id = d.i
CROSS JOIN LATERAL generate_series(1, c.last_message) AS number
ORDER BY d.i, number
"""

_READ_MARKS = """
SELECT m.workstream_id, m.user_id, floor(c.last_message * pg_temp.u(m.id, 70) * 1.3)::int AS message, 0 AS note
FROM workstreams_membership AS m
JOIN draft AS d ON d.i = m.workstream_id AND d.is_open
JOIN chat_counter AS c ON c.workstream_id = m.workstream_id
"""

_STEPS: Sequence[tuple[str, str]] = (
    ("", _CLIENTS_DRAFT),
    ("accounts_organization", _ORGANIZATIONS),
    ("accounts_user", _USERS),
    ("", _DRAFT),
    ("workstreams_workstream", _WORKSTREAMS),
    ("workstreams_membership", _MEMBERSHIPS),
    ("chat_counter", _COUNTERS),
    ("chat_message", _MESSAGES),
    ("chat_readmark", _READ_MARKS),
)


def _run(cursor: extensions.cursor, table: str, statement: str) -> None:
    if not table:
        cursor.execute(statement)
        return
    cursor.execute(f"SELECT * FROM ({statement}) AS rows LIMIT 0")  # noqa: S608  our own statements
    given = [column.name for column in cursor.description or ()]
    cursor.execute(
        """SELECT column_name, CASE WHEN data_type IN ('text', 'character varying') THEN ''''''
                                    WHEN data_type = 'boolean' THEN 'false' WHEN data_type = 'jsonb' THEN '''{}'''
                                    WHEN data_type LIKE 'timestamp%%' THEN '(SELECT now FROM facts)' ELSE '0' END
           FROM information_schema.columns
           WHERE table_schema = current_schema() AND table_name = %s AND is_nullable = 'NO' AND column_default IS NULL
             AND is_identity = 'NO' AND is_generated = 'NEVER' AND NOT column_name = ANY (%s)""",
        [table, given],
    )
    added = dict(cursor.fetchall())
    cursor.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM ({}) AS rows").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, [*given, *added])),
            sql.SQL(", ").join([*map(sql.Identifier, given), *map(sql.SQL, added.values())]),
            sql.SQL(statement),
        )
    )
    cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


@contextmanager
def _without_indexes(cursor: extensions.cursor, tables: Sequence[str]) -> Iterator[None]:
    """Load without what slows loading: foreign keys from and to the tables, unique constraints, plain indexes."""
    cursor.execute(
        """SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
                  format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, definition)
           FROM pg_constraint, pg_get_constraintdef(oid) AS definition,
                (SELECT %(tables)s::regclass[] AS loaded) AS ours
           WHERE (contype = 'f' AND (conrelid = ANY (loaded) OR confrelid = ANY (loaded)))
              OR (contype = 'u' AND conrelid = ANY (loaded))
           ORDER BY contype = 'f' DESC""",
        {"tables": list(tables)},
    )
    constraints = cursor.fetchall()
    cursor.execute(
        """SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
           FROM pg_index WHERE indrelid = ANY (%s::regclass[])
             AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))""",
        [list(tables)],
    )
    indexes = cursor.fetchall()
    for drop, _ in [*constraints, *indexes]:
        cursor.execute(drop)
    yield
    for _, create in [*reversed(constraints), *indexes]:
        cursor.execute(create)


def _set_sequence(cursor: extensions.cursor, table: str) -> None:
    cursor.execute(
        "SELECT pg_get_serial_sequence(%s, column_name) FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name = %s AND is_identity = 'YES'",
        [table, table],
    )
    for (sequence,) in cursor.fetchall():
        cursor.execute(
            sql.SQL("SELECT setval(%s, coalesce((SELECT max(id) FROM {}), 1))").format(sql.Identifier(table)),
            [sequence],
        )
