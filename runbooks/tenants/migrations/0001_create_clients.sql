-- godwit:up
-- The table is there: it is the legacy service's, and stays in use as it is. It must be what the others build on, and not another of that name.
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN SELECT * FROM (VALUES ('id', 'uuid'), ('api_key', 'text'), ('created_at', 'timestamp with time zone')) AS w (name, type) LOOP
        PERFORM FROM pg_attribute
        WHERE attrelid = to_regclass('clients') AND attname = wanted.name AND NOT attisdropped AND format_type(atttypid, NULL) = wanted.type;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no column clients.% of type %', wanted.name, wanted.type;
        END IF;
    END LOOP;
END
$$;

-- A column without a default: a change of the catalog, whatever the table's size. NULL until a service that kept hashes here brings them along.
ALTER TABLE clients ADD COLUMN api_key_hash text;

COMMENT ON COLUMN clients.api_key_hash IS 'The one key that a client had before api_keys, as a hash. New keys are in api_keys.';

-- godwit:down
DO $$
BEGIN
    LOCK TABLE clients IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM clients WHERE api_key_hash IS NOT NULL) THEN
        RAISE EXCEPTION 'clients.api_key_hash holds hashes, which going back would lose';
    END IF;
END
$$;

ALTER TABLE clients DROP COLUMN api_key_hash;
