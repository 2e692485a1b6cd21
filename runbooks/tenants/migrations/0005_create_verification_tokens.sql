-- godwit:up
-- For audit: that a token was issued, to whom and for what. The token itself, a signed JWT, is not kept: whoever reads this table cannot use one.
CREATE TABLE verification_tokens (
    -- The JWT's jti.
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    client_id uuid NOT NULL REFERENCES clients (id),
    subject text NOT NULL,
    purpose text NOT NULL CHECK (purpose <> ''),
    token_hash text NOT NULL UNIQUE CHECK (token_hash ~ '^[0-9a-f]{64}$'),
    issued_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT verification_tokens_are_short_lived CHECK (expires_at > issued_at AND expires_at <= issued_at + interval '1 day')
);

CREATE INDEX verification_tokens_client_id ON verification_tokens (client_id, issued_at);

-- godwit:down
DO $$
BEGIN
    LOCK TABLE verification_tokens IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM verification_tokens) THEN
        RAISE EXCEPTION 'verification_tokens holds an audit record, which going back would lose';
    END IF;
END
$$;

DROP TABLE verification_tokens;
