-- godwit:up
-- Who may read this table can call nobody's API: a hash under a pepper that the database never sees is of no use without the pepper.
CREATE TABLE api_keys (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    client_id uuid NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    name text NOT NULL CHECK (name <> ''),
    -- What the pepper makes of the key: gwp1, the ids of the peppers that it takes to verify it, the hash (docs/encrypting.md, Bytes). Always of this form, which keeps a raw key from being
    -- stored here. A chain begins with a name where another system's hash was taken over.
    api_key_hash text NOT NULL UNIQUE CHECK (api_key_hash ~ '^gwp1[.]([0-9a-f]{32}|[a-z][a-z0-9-]{0,31}[+][0-9a-f]{32})([+][0-9a-f]{32}){0,3}[.][A-Za-z0-9_-]{43}$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    expires_at timestamptz CHECK (expires_at > created_at),
    revoked_at timestamptz,
    -- The key that took this one's place when it was rotated.
    replaced_by uuid REFERENCES api_keys (id) ON DELETE SET NULL
);

CREATE INDEX api_keys_client_id ON api_keys (client_id, created_at);

CREATE INDEX api_keys_replaced_by ON api_keys (replaced_by) WHERE replaced_by IS NOT NULL;

-- godwit:down
-- Keys that clients were given since the migration exist nowhere else.
DO $$
BEGIN
    LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM api_keys) THEN
        RAISE EXCEPTION 'api_keys holds keys that the legacy service does not know, which going back would lose';
    END IF;
END
$$;

DROP TABLE api_keys;
