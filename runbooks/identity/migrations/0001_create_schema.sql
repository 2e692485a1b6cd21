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

-- godwit:down
DROP FUNCTION identity.update_updated_at_column();

DROP TABLE identity.schema_version;

DROP SCHEMA identity;
