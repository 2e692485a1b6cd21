-- godwit:up
-- What an authenticator was asked, until it answers: gone with the first answer, and after five minutes.
CREATE TABLE identity.passkey_challenges (
    id uuid PRIMARY KEY,
    -- Who makes a passkey; null where anybody may answer.
    user_id bigint REFERENCES identity.users (id) ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('passkey_registration', 'passkey_login')),
    -- The session, or the client: the answer has to come from there.
    bound_to bytea NOT NULL CHECK (octet_length(bound_to) = 32),
    -- The challenge and an account's id, and nothing else of a person.
    state text NOT NULL CHECK (char_length(state) <= 2000),
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT passkey_challenges_expires_future CHECK (expires_at > created_at)
);

CREATE INDEX idx_passkey_challenges_expires ON identity.passkey_challenges (expires_at);

CREATE INDEX idx_passkey_challenges_user_id ON identity.passkey_challenges (user_id) WHERE user_id IS NOT NULL;

-- What nobody answered, at once when its time is over.
CREATE FUNCTION identity.cleanup_expired_sign_ins() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, identity AS $$
DECLARE
    deleted integer;
BEGIN
    DELETE FROM identity.passkey_challenges WHERE expires_at < now();
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END
$$;

-- godwit:down
-- Before anything is taken away: steps are taken back one by one, and this is the first.
DO $$
BEGIN
    LOCK TABLE identity.users IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM identity.users) THEN
        RAISE EXCEPTION 'identity.users holds accounts that exist nowhere else, which going back would lose';
    END IF;
END
$$;

DROP FUNCTION identity.cleanup_expired_sign_ins();

DROP TABLE identity.passkey_challenges;
