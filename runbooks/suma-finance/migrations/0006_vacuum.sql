-- A row that was emptied, or a table that was dropped, leaves its bytes where they stood: in the file of its table and its indexes, and in the statistics of its columns. Written anew they are gone. What the
-- write-ahead log and backups still have goes with their age.
VACUUM (FULL, ANALYZE) public.legacy_users;

VACUUM (FULL, ANALYZE) public.legacy_consents;

VACUUM (FULL, ANALYZE) suma.quarantine;

VACUUM (FULL) pg_catalog.pg_statistic;

ANALYZE identity.users, identity.user_consents;
