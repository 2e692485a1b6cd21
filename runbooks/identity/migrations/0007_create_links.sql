-- godwit:up
-- A link in a mail holds the row's id and a MAC over it, so that no token is stored. A row is made for every request, whether anybody has that address or not: who it is for is found when the link is used.
CREATE TABLE identity.email_verification_tokens (
    id uuid PRIMARY KEY,
    -- Of a change of address; null for a registration, which is no account yet.
    user_id bigint REFERENCES identity.users (id) ON DELETE CASCADE,
    email_index bytea NOT NULL CHECK (octet_length(email_index) = 48),
    -- Address, names, password's hash and consents, encrypted: what the account is made of.
    registration bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    used boolean NOT NULL DEFAULT false,
    used_at timestamptz,
    ip_address inet NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT verify_token_expires_future CHECK (expires_at > created_at)
);

ALTER TABLE identity.email_verification_tokens ALTER COLUMN ip_address SET STATISTICS 0;

CREATE INDEX idx_verify_tokens_user_id ON identity.email_verification_tokens (user_id) WHERE NOT used;

CREATE INDEX idx_verify_tokens_email ON identity.email_verification_tokens (email_index, created_at DESC) WHERE NOT used;

CREATE INDEX idx_verify_tokens_expires ON identity.email_verification_tokens (expires_at);

CREATE TABLE identity.password_reset_tokens (
    id uuid PRIMARY KEY,
    email_index bytea NOT NULL CHECK (octet_length(email_index) = 48),
    -- The address, encrypted: an account may stand under the index of another key than this row's.
    address bytea NOT NULL,
    -- password: a new password; login: a link that signs in.
    purpose text NOT NULL CHECK (purpose IN ('password', 'login')),
    expires_at timestamptz NOT NULL,
    used boolean NOT NULL DEFAULT false,
    used_at timestamptz,
    ip_address inet NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT reset_token_expires_future CHECK (expires_at > created_at)
);

ALTER TABLE identity.password_reset_tokens ALTER COLUMN ip_address SET STATISTICS 0;

CREATE INDEX idx_reset_tokens_email ON identity.password_reset_tokens (email_index, created_at DESC) WHERE NOT used;

CREATE INDEX idx_reset_tokens_expires ON identity.password_reset_tokens (expires_at);

-- godwit:down
DROP TABLE identity.password_reset_tokens;

DROP TABLE identity.email_verification_tokens;
