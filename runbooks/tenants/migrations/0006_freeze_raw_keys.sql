-- godwit:up
-- A raw key that comes or changes while the backfill goes on would have no hash, and one that is taken away would live on as its hash. The pepper is not in
-- the database, so no trigger can compute the hash: it refuses. New keys are rows of api_keys.
CREATE FUNCTION clients_raw_keys_are_frozen() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    -- The runbook's last phase clears them.
    IF current_setting('godwit.backfill', true) = 'on' AND NEW.api_key IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'raw API keys are frozen: keys are created, rotated and revoked in api_keys' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER clients_raw_keys_are_frozen BEFORE UPDATE ON clients
    FOR EACH ROW WHEN (NEW.api_key IS DISTINCT FROM OLD.api_key) EXECUTE FUNCTION clients_raw_keys_are_frozen();

CREATE TRIGGER clients_come_without_raw_keys BEFORE INSERT ON clients
    FOR EACH ROW WHEN (NEW.api_key IS NOT NULL) EXECUTE FUNCTION clients_raw_keys_are_frozen();

ALTER TABLE clients ENABLE ALWAYS TRIGGER clients_raw_keys_are_frozen;

ALTER TABLE clients ENABLE ALWAYS TRIGGER clients_come_without_raw_keys;

-- godwit:down
DROP TRIGGER clients_come_without_raw_keys ON clients;

DROP TRIGGER clients_raw_keys_are_frozen ON clients;

DROP FUNCTION clients_raw_keys_are_frozen();
