-- godwit:up
-- Nothing on the way forward: what is below brings home on the way back what carry-back has decrypted.
SELECT 1;

-- godwit:down
ALTER TABLE public.legacy_users DISABLE TRIGGER suma_closed, DISABLE TRIGGER suma_note_arrival, DISABLE TRIGGER suma_note_change;

ALTER TABLE public.legacy_consents DISABLE TRIGGER suma_closed, DISABLE TRIGGER suma_note_consent;

-- Who was erased in the new system does not come back in the old one.
UPDATE public.legacy_users l SET email = NULL, password_hash = NULL, first_name = NULL, last_name = NULL, last_login_at = NULL, deleted_at = now()
FROM suma.people p JOIN suma.accounts a ON a.account_uuid = p.uuid LEFT JOIN identity.users u ON u.uuid = p.uuid
WHERE l.id = p.legacy_id AND (a.gone OR u.deleted_at IS NOT NULL);

-- Nor by another spelling of the same mailbox, which was set aside.
UPDATE public.legacy_users l SET email = NULL, password_hash = NULL, first_name = NULL, last_name = NULL, last_login_at = NULL, deleted_at = now()
FROM suma.people s JOIN suma.people p ON p.legacy_id = s.collides_with JOIN suma.accounts a ON a.account_uuid = p.uuid LEFT JOIN identity.users u ON u.uuid = p.uuid
WHERE l.id = s.legacy_id AND (a.gone OR u.deleted_at IS NOT NULL);

-- Who set a password there may have done so because the old one was stolen: it is good no more. The new hash is of a kind that the legacy system cannot read.
UPDATE public.legacy_users l SET password_hash = NULL
FROM suma.people p JOIN identity.users u ON u.uuid = p.uuid WHERE l.id = p.legacy_id AND u.password_hash IS NOT NULL AND u.deleted_at IS NULL;

-- An address that is the same stays as it was written here.
UPDATE public.legacy_users l SET email = CASE WHEN u.email_index = a.account_index THEN l.email ELSE r.email END, first_name = r.first_name, last_name = r.last_name
FROM suma.returned r JOIN suma.people p ON p.uuid = r.uuid JOIN suma.accounts a ON a.account_uuid = r.uuid JOIN identity.users u ON u.uuid = r.uuid WHERE l.id = p.legacy_id AND u.deleted_at IS NULL;

-- Who registered since. An address that a deleted row holds has shown by mail whose it is.
INSERT INTO public.legacy_users (email, first_name, last_name, created_at, last_login_at)
SELECT r.email, r.first_name, r.last_name, u.created_at, u.last_login_at
FROM suma.returned r JOIN identity.users u ON u.uuid = r.uuid WHERE u.deleted_at IS NULL AND NOT EXISTS (SELECT FROM suma.people p WHERE p.uuid = r.uuid)
ON CONFLICT (email) DO UPDATE SET password_hash = NULL, first_name = excluded.first_name, last_name = excluded.last_name, deleted_at = NULL WHERE legacy_users.deleted_at IS NOT NULL;

-- What was agreed to, or withdrawn, since: the history goes on.
INSERT INTO public.legacy_consents (user_id, consent_type, version, granted, ip_address, changed_at)
SELECT l.id, c.consent_type, c.version, c.granted, c.ip_address, coalesce(c.withdrawn_at, c.granted_at)
FROM identity.user_consents c JOIN identity.users u ON u.id = c.user_id JOIN suma.returned r ON r.uuid = u.uuid JOIN public.legacy_users l ON l.email = r.email
WHERE u.deleted_at IS NULL AND NOT EXISTS (SELECT FROM suma.people p WHERE p.uuid = r.uuid)
UNION ALL
SELECT p.legacy_id, c.consent_type, c.version, c.granted, c.ip_address, coalesce(c.withdrawn_at, c.granted_at)
FROM identity.user_consents c JOIN identity.users u ON u.id = c.user_id JOIN suma.people p ON p.uuid = u.uuid
WHERE c.consent_method IS DISTINCT FROM 'imported' AND u.deleted_at IS NULL;

DO $$
BEGIN
    IF (SELECT count(*) FROM identity.users u WHERE u.deleted_at IS NULL AND NOT EXISTS (SELECT FROM suma.people p WHERE p.uuid = u.uuid))
        <> (SELECT count(*) FROM suma.returned r JOIN public.legacy_users l ON l.email = r.email WHERE l.deleted_at IS NULL AND NOT EXISTS (SELECT FROM suma.people p WHERE p.uuid = r.uuid)) THEN
        RAISE EXCEPTION 'somebody who registered since the switch is not in legacy_users: nothing was taken back';
    END IF;
END
$$;

SELECT suma.write_events(ARRAY(SELECT u.id FROM identity.users u WHERE NOT EXISTS (SELECT FROM suma.people p WHERE p.uuid = u.uuid)), 'account_returned');

DELETE FROM identity.users u WHERE NOT EXISTS (SELECT FROM suma.people p WHERE p.uuid = u.uuid);

TRUNCATE suma.returned;

ALTER TABLE public.legacy_users ENABLE ALWAYS TRIGGER suma_closed, ENABLE ALWAYS TRIGGER suma_note_arrival, ENABLE ALWAYS TRIGGER suma_note_change;

ALTER TABLE public.legacy_consents ENABLE ALWAYS TRIGGER suma_closed, ENABLE ALWAYS TRIGGER suma_note_consent;
