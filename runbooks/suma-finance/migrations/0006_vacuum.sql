-- A row that was emptied, or a table that was dropped, leaves its bytes where they stood: in the file of its table and its indexes, and in the statistics of its columns. Written anew they are gone. What the
-- write-ahead log and backups still have goes with their age.
-- A row stays where it stood for as long as some transaction of this database is older than what emptied it.
DO $$
DECLARE
    own xid := pg_current_xact_id()::xid;
    until timestamptz := clock_timestamp() + interval '10 minutes';
    older text;
BEGIN
    LOOP
        PERFORM pg_stat_clear_snapshot();
        SELECT string_agg(pid::text, ', ') INTO older FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND (age(backend_xmin) > age(own) OR age(backend_xid) > age(own));
        EXIT WHEN older IS NULL;
        IF clock_timestamp() > until THEN
            RAISE EXCEPTION 'transactions are open that are older than what emptied the rows: the sessions %', older USING HINT = 'End them, and resume.';
        END IF;
        PERFORM pg_sleep(0.1);
    END LOOP;
END
$$;

VACUUM (FULL, ANALYZE) public.legacy_users;

VACUUM (FULL, ANALYZE) public.legacy_consents;

VACUUM (FULL, ANALYZE) suma.quarantine;

VACUUM (FULL) pg_catalog.pg_statistic;

ANALYZE identity.users, identity.user_consents;
