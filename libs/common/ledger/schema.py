"""The library's tables, the same in every service's schema; each service's first migration creates them.

ledger            everything this service ever said; append-only, by month of recording; rows chain by hash per key
ledger_head       per key: the last seq and hash, and the row lock under which the next is given
ledger_unsent     pointers to what the relay still has to send
relay_mark        per partition and hour: what the broker acknowledged, to notice a broker that lost its log or its tail
watermark         per key and source: the last seq of another service that was applied here
parked            events that wait (for a gap to fill, or for a pack version), failed for good, or stand behind one that
                  did; per key in order
parked_dropped    parked events that a person gave up, with the reason
answer            what was answered under an Idempotency-Key; key and request as keyed fingerprints
one_time_link     links that open one thing once, as keyed fingerprints: who made each, for what, when it was used
pack              the county pack versions that this service knows
staff             the public record of every member of staff that this service heard of
"""

LEDGER_DDL: tuple[str, ...] = (
    """
    CREATE TABLE ledger (
        id bigint GENERATED ALWAYS AS IDENTITY,
        part smallint NOT NULL,
        event_id uuid NOT NULL,
        stream text NOT NULL,
        key text NOT NULL,
        seq integer NOT NULL CHECK (seq > 0),
        type text NOT NULL,
        payload json NOT NULL,
        causes jsonb NOT NULL DEFAULT '{}',
        traceparent text,
        hash bytea NOT NULL,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (id, recorded_at)
    ) PARTITION BY RANGE (recorded_at)
    """,
    "CREATE TABLE ledger_default PARTITION OF ledger DEFAULT",
    "CREATE INDEX ledger_key_idx ON ledger (stream, key, seq)",
    """
    CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is append-only';
    END $$
    """,
    """
    CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()
    """,
    """
    CREATE TABLE ledger_head (
        stream text NOT NULL,
        key text NOT NULL,
        seq integer NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (stream, key)
    )
    """,
    """
    CREATE TABLE ledger_unsent (
        id bigint PRIMARY KEY,
        part smallint NOT NULL,
        recorded_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE relay_mark (
        topic text NOT NULL,
        partition integer NOT NULL,
        hour timestamptz NOT NULL,
        next_offset bigint NOT NULL,
        last_event uuid NOT NULL,
        first_offset bigint NOT NULL,
        first_event uuid NOT NULL,
        oldest timestamptz NOT NULL,
        PRIMARY KEY (topic, partition, hour)
    )
    """,
    """
    CREATE TABLE watermark (
        stream text NOT NULL,
        key text NOT NULL,
        source text NOT NULL,
        seq integer NOT NULL,
        PRIMARY KEY (stream, key, source)
    )
    """,
    """
    CREATE TABLE parked (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        stream text NOT NULL,
        key text NOT NULL,
        source text NOT NULL,
        seq integer NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'failed', 'behind')),
        type text NOT NULL,
        headers jsonb NOT NULL,
        value bytea NOT NULL,
        reason text NOT NULL,
        tries integer NOT NULL DEFAULT 0,
        parked_at timestamptz NOT NULL DEFAULT now(),
        asked_at timestamptz,
        again_at timestamptz,
        needs_pack integer,
        UNIQUE (stream, key, source, seq)
    )
    """,
    "CREATE INDEX parked_state_idx ON parked (state, parked_at)",
    """
    CREATE TABLE parked_dropped (
        id bigint PRIMARY KEY,
        stream text NOT NULL,
        key text NOT NULL,
        source text NOT NULL,
        seq integer NOT NULL,
        type text NOT NULL,
        headers jsonb NOT NULL,
        value bytea NOT NULL,
        reason text NOT NULL,
        dropped_by text NOT NULL,
        dropped_because text NOT NULL,
        dropped_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE answer (
        scope text NOT NULL,
        idempotency_key text NOT NULL,
        request_hash bytea NOT NULL,
        status smallint NOT NULL,
        headers jsonb NOT NULL,
        body bytea NOT NULL,
        answered_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (scope, idempotency_key)
    )
    """,
    "CREATE INDEX answer_answered_at_idx ON answer (answered_at)",
    """
    CREATE TABLE pack (
        version integer PRIMARY KEY,
        place_code text NOT NULL,
        digest text NOT NULL,
        document jsonb NOT NULL,
        effective_from timestamptz NOT NULL,
        learned_at timestamptz NOT NULL DEFAULT now()
    )
    """,
)

CATCH_UP_DDL: tuple[str, ...] = (
    "ALTER TABLE parked ADD COLUMN IF NOT EXISTS again_at timestamptz",
    "DELETE FROM relay_mark",
    "ALTER TABLE relay_mark ADD COLUMN IF NOT EXISTS last_event uuid NOT NULL",
    "ALTER TABLE relay_mark ADD COLUMN IF NOT EXISTS first_offset bigint NOT NULL",
    "ALTER TABLE relay_mark ADD COLUMN IF NOT EXISTS first_event uuid NOT NULL",
    "ALTER TABLE relay_mark ADD COLUMN IF NOT EXISTS oldest timestamptz NOT NULL",
)
"""For tables that were made by the first release: what came to them since. What the broker acknowledged before is not
remembered in the new way, so a loss of that time can no longer be noticed by the relay, only by the audit."""

PACK_DDL: tuple[str, ...] = ("ALTER TABLE parked ADD COLUMN IF NOT EXISTS needs_pack integer",)
"""The pack version that an event waits for, in tables that were made before."""

ROOM_DDL: tuple[str, ...] = (
    "ALTER TABLE ledger_head SET (fillfactor = 50)",
    "ALTER TABLE watermark SET (fillfactor = 50)",
)
"""Room on each page for the next versions of its rows, which change with every event of their key: so they stay on
their page, and no index has to hear of them. Each service's `room_for_updates` does the same for its own tables."""

MONTHS_DDL: tuple[str, ...] = (
    "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)",
    """
    CREATE FUNCTION prepare_ledger_months() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
    DECLARE
        first timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
        begins timestamp;
        name text;
    BEGIN
        FOREACH begins IN ARRAY ARRAY[first, first + interval '1 month'] LOOP
            name := 'ledger_' || to_char(begins, 'YYYY_MM');
            CONTINUE WHEN to_regclass(name) IS NOT NULL;
            PERFORM pg_advisory_xact_lock(hashtext(current_schema() || name));
            EXECUTE format(
                'CREATE TABLE IF NOT EXISTS %I PARTITION OF ledger FOR VALUES FROM (%L) TO (%L)',
                name, begins || '+00', (begins + interval '1 month') || '+00'
            );
        END LOOP;
    END $$
    """,
    "REVOKE EXECUTE ON FUNCTION prepare_ledger_months() FROM PUBLIC",
)
"""The partitions of this month and the next, by the database's clock, which also says when a row was recorded. The
function runs as the owner of the tables, so that the role that serves needs no right to make any."""

NO_TRUNCATE_DDL: tuple[str, ...] = (
    "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)",
    """
    DO $$
    DECLARE
        part regclass;
    BEGIN
        FOR part IN SELECT 'ledger'::regclass UNION ALL
            SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'ledger'::regclass
        LOOP
            EXECUTE format(
                'CREATE TRIGGER ledger_never_emptied BEFORE TRUNCATE ON %s
                 FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()', part
            );
        END LOOP;
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION prepare_ledger_months() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT AS $$
    DECLARE
        first timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
        begins timestamp;
        name text;
    BEGIN
        FOREACH begins IN ARRAY ARRAY[first, first + interval '1 month'] LOOP
            name := 'ledger_' || to_char(begins, 'YYYY_MM');
            CONTINUE WHEN to_regclass(name) IS NOT NULL;
            PERFORM pg_advisory_xact_lock(hashtext(current_schema() || name));
            CONTINUE WHEN to_regclass(name) IS NOT NULL;
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF ledger FOR VALUES FROM (%L) TO (%L)',
                name, begins || '+00', (begins + interval '1 month') || '+00'
            );
            EXECUTE format(
                'CREATE TRIGGER ledger_never_emptied BEFORE TRUNCATE ON %I
                 FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()', name
            );
        END LOOP;
    END $$
    """,
)
"""Nor is a ledger emptied as files, whole or a month of it, which the trigger for rows does not see. It stops a mistake
of the owner's, who can take it away; what he does on purpose the anchors tell."""

APPEND_ONLY = ("ledger",)
"""Tables to which a role that serves only adds."""

KEYED_ANSWERS_DDL: tuple[str, ...] = ("TRUNCATE answer",)
"""What was kept of requests before their fingerprints had a key: Idempotency-Keys as they came, and hashes by which
whoever has the table finds the phone numbers that were sent. Emptied as files, so that no page of a backup holds them.
Whoever repeats a request of before is not known again."""

LINKS_DDL: tuple[str, ...] = (
    """
    CREATE TABLE one_time_link (
        name text COLLATE "C" PRIMARY KEY CHECK (length(name) = 32),
        purpose text NOT NULL,
        about text NOT NULL,
        subject text NOT NULL,
        roles text[] NOT NULL CHECK (cardinality(roles) > 0),
        area_code text NOT NULL,
        unit_code text,
        token_id text NOT NULL,
        made_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > made_at),
        used_at timestamptz
    )
    """,
)
"""For a service with routes that a one-time link opens (``web.signed``). Its rows stay: they are the record of who
looked."""

STAFF_OF_LINKS_DDL: tuple[str, ...] = ("ALTER TABLE one_time_link ADD COLUMN staff_id text",)
"""Whose account made a link, so that it opens nothing any more once a term of office has ended."""

STAFF_DDL: tuple[str, ...] = (
    """
    CREATE TABLE staff (
        staff_id text PRIMARY KEY,
        version integer NOT NULL CHECK (version > 0),
        name text NOT NULL,
        terms jsonb NOT NULL,
        sealed text,
        recorded_at timestamptz NOT NULL,
        place bigint NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX staff_place_idx ON staff (place)",
)
"""``place`` counts the changes up under one lock: whoever has read up to one of them has missed none before it."""

PARTS = 16
"""Key-hash parts of the unsent pointers; a relay owns whole parts under an advisory lock."""
