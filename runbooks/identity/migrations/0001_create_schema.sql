-- godwit:up
CREATE SCHEMA identity;

-- What the service looks at before it starts: it serves this version of the schema, and no other.
CREATE TABLE identity.schema_version (
    version integer NOT NULL CHECK (version > 0),
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    installed_at timestamptz NOT NULL DEFAULT now(),
    -- Names the log of security events: a block of another installation is none of this one.
    installation uuid NOT NULL DEFAULT gen_random_uuid()
);

INSERT INTO identity.schema_version (version) VALUES (1);

CREATE FUNCTION identity.update_updated_at_column() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    NEW.updated_at = now();
    RETURN NEW;
END
$$;

-- Gives a role what the service needs, and nothing else: it makes, alters and drops no table, and changes or deletes no security event, no block and no consent but through the functions that are for that. Called once the schema
-- and the keys are there, by their owner, and again after each run of a runbook that changed the schema.
CREATE FUNCTION identity.allow_service(service name) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    part record;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA identity, godwit TO %I', service);
    FOR part IN SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'identity'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition LOOP
        EXECUTE format('REVOKE ALL ON identity.%I FROM %I', part.name, service);
        EXECUTE format('GRANT %s ON identity.%I TO %I',
            CASE
                WHEN part.name IN ('schema_version', 'roles', 'role_permissions', 'dropped_event_partitions') THEN 'SELECT'
                WHEN part.name IN ('user_security_events', 'audit_blocks', 'consent_texts') THEN 'SELECT, INSERT'
                WHEN part.name = 'user_consents' THEN 'SELECT, INSERT, DELETE'
                WHEN part.name = 'erasure_register' THEN 'SELECT, UPDATE'
                ELSE 'SELECT, INSERT, UPDATE, DELETE'
            END, part.name, service);
    END LOOP;
    EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA identity TO %I', service);
    EXECUTE format('GRANT SELECT ON godwit.versions, godwit.keyring, godwit.keys, godwit.key_changes TO %I', service);
    EXECUTE format('GRANT SELECT, INSERT ON godwit.key_unwraps, godwit.key_uses, godwit.key_columns TO %I', service);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON godwit.key_counts, godwit.person_keys TO %I', service);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON godwit.key_hosts TO %I', service);
END
$$;

-- godwit:down
-- What the service registered: columns that are gone need no key.
DELETE FROM godwit.key_columns WHERE table_schema = 'identity';

DROP FUNCTION identity.allow_service(name);

DROP FUNCTION identity.update_updated_at_column();

DROP TABLE identity.schema_version;

DROP SCHEMA identity;
