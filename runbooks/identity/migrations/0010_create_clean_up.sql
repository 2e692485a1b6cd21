-- godwit:up
-- Sessions seven days after they ended, revoked ones too, and devices nobody was seen on for a year.
CREATE FUNCTION identity.cleanup_expired_sessions() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, identity AS $$
DECLARE
    deleted integer;
BEGIN
    DELETE FROM identity.user_sessions
    WHERE expires_at < now() - interval '7 days' OR (revoked AND revoked_at < now() - interval '7 days');
    GET DIAGNOSTICS deleted = ROW_COUNT;
    DELETE FROM identity.user_devices WHERE last_seen_at < now() - interval '1 year';
    RETURN deleted;
END
$$;

-- Codes one hour after they ended.
CREATE FUNCTION identity.cleanup_expired_otps() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, identity AS $$
DECLARE
    deleted integer;
BEGIN
    DELETE FROM identity.user_otp_codes WHERE expires_at < now() - interval '1 hour';
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END
$$;

-- Links seven days after they ended; mails that were sent, after a day; failures of logins, thirty days after the last: that a password was disabled stands in the account.
CREATE FUNCTION identity.cleanup_expired_tokens(OUT reset_deleted integer, OUT verify_deleted integer, OUT mail_deleted integer, OUT buckets_deleted integer)
LANGUAGE plpgsql SET search_path = pg_catalog, identity AS $$
BEGIN
    DELETE FROM identity.password_reset_tokens WHERE expires_at < now() - interval '7 days';
    GET DIAGNOSTICS reset_deleted = ROW_COUNT;
    DELETE FROM identity.email_verification_tokens WHERE expires_at < now() - interval '7 days';
    GET DIAGNOSTICS verify_deleted = ROW_COUNT;
    DELETE FROM identity.mail_outbox WHERE ended_at < now() - interval '1 day';
    GET DIAGNOSTICS mail_deleted = ROW_COUNT;
    DELETE FROM identity.login_buckets WHERE touched_at < now() - interval '30 days';
    GET DIAGNOSTICS buckets_deleted = ROW_COUNT;
END
$$;

-- Archives of data requests when their time is over; the request stays.
CREATE FUNCTION identity.cleanup_expired_archives() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, identity AS $$
DECLARE
    deleted integer;
BEGIN
    UPDATE identity.data_subject_requests SET encrypted_response = NULL WHERE encrypted_response IS NOT NULL AND response_expires_at < now();
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

DROP FUNCTION identity.cleanup_expired_archives();

DROP FUNCTION identity.cleanup_expired_tokens();

DROP FUNCTION identity.cleanup_expired_otps();

DROP FUNCTION identity.cleanup_expired_sessions();
