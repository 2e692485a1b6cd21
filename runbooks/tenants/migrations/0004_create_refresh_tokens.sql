-- godwit:up
CREATE TABLE refresh_tokens (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    client_id uuid NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    -- All tokens that came of one sign-in. One that is used twice was stolen: its whole family is revoked.
    family_id uuid NOT NULL,
    token_hash text NOT NULL UNIQUE CHECK (token_hash ~ '^[0-9a-f]{64}$'),
    issued_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL CHECK (expires_at > issued_at),
    rotated_at timestamptz,
    revoked_at timestamptz,
    replaced_by uuid UNIQUE REFERENCES refresh_tokens (id) ON DELETE SET NULL
);

CREATE INDEX refresh_tokens_client_id ON refresh_tokens (client_id);

CREATE INDEX refresh_tokens_family_id ON refresh_tokens (family_id);

CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at);

-- godwit:down
-- The legacy service knows no tokens: whoever holds one signs in again.
DROP TABLE refresh_tokens;
