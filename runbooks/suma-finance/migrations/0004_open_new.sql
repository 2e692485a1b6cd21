-- godwit:up
ALTER TABLE identity.users DISABLE TRIGGER users_only_migrated;

-- A way back that went no further than to here has raised it.
SELECT setval('suma.fence', 1);

-- godwit:down
-- All at once, and before anything is read: the lock waits for everybody who has begun to write, and whoever comes after it finds the fence up and is told so, having changed nothing. A REVOKE, or a row that says
-- "closed", would let those commit who have begun.
LOCK TABLE identity.data_subject_requests, identity.user_consents, identity.users IN SHARE ROW EXCLUSIVE MODE;

ALTER TABLE identity.users ENABLE ALWAYS TRIGGER users_only_migrated;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_prepared_xacts WHERE database = current_database()) THEN
        RAISE EXCEPTION 'there are prepared transactions, which could commit after everything was read' USING HINT = 'Commit them or roll them back (pg_prepared_xacts), and go on.';
    END IF;
END
$$;

-- The last, since nothing takes it back.
SELECT setval('suma.fence', 2);
