-- godwit:up
-- Nothing on the way forward: what is below brings home on the way back what carry-back has decrypted.
SELECT 1;

-- godwit:down
-- What is written here is the runbook's own: the closed tables let it through, and nobody's account goes because of it.
SELECT set_config('suma.inside', 'on', true);

-- Who was erased in the new system does not come back in the old one, nor by another spelling of the same mailbox, which was set aside. Whose data key is gone is being erased right now.
UPDATE public.legacy_users l SET email = NULL, password_hash = NULL, first_name = NULL, last_name = NULL, last_login_at = NULL, deleted_at = coalesce(l.deleted_at, now())
FROM suma.people s JOIN suma.people p ON p.legacy_id = coalesce(s.collides_with, s.legacy_id) JOIN suma.accounts a ON a.account_uuid = p.uuid LEFT JOIN identity.users u ON u.uuid = p.uuid
WHERE l.id = s.legacy_id AND (a.gone OR u.deleted_at IS NOT NULL OR EXISTS (SELECT FROM godwit.person_keys k WHERE k.person = p.uuid::text AND k.shredded_at IS NOT NULL));

-- Who set a password there may have done so because the old one was stolen: it is good no more. The new hash is of a kind that the legacy system cannot read.
UPDATE public.legacy_users l SET password_hash = NULL
FROM suma.people p JOIN identity.users u ON u.uuid = p.uuid WHERE l.id = p.legacy_id AND u.password_hash IS NOT NULL AND u.deleted_at IS NULL;

-- Which row everybody has who registered or changed there: their own; else one that has their address and is nobody's account, deleted or set aside, because they have shown by mail whose the address is; else a new one.
CREATE TEMPORARY TABLE suma_home ON COMMIT DROP AS
SELECT r.uuid, u.id AS user_id, r.email, r.first_name, r.last_name, p.legacy_id IS NULL AS registered, coalesce(p.legacy_id, l.id) AS legacy_id,
    -- An address that is the same stays as it was written here.
    p.legacy_id IS NOT NULL AND u.email_index IS NOT DISTINCT FROM a.account_index AS keeps_address
FROM suma.returned r JOIN identity.users u ON u.uuid = r.uuid AND u.deleted_at IS NULL
LEFT JOIN suma.people p ON p.uuid = r.uuid LEFT JOIN suma.accounts a ON a.account_uuid = r.uuid
LEFT JOIN public.legacy_users l ON p.legacy_id IS NULL AND l.email = r.email AND NOT EXISTS (SELECT FROM suma.people o JOIN identity.users i ON i.uuid = o.uuid WHERE o.legacy_id = l.id AND i.deleted_at IS NULL);

-- In two passes: two may have swapped their addresses, or passed them on in a ring, and what one gives up another takes. So does a row that is nobody's account.
UPDATE public.legacy_users l SET email = NULL FROM pg_temp.suma_home h WHERE l.id = h.legacy_id AND NOT h.keeps_address;

UPDATE public.legacy_users l SET email = NULL FROM pg_temp.suma_home h
WHERE NOT h.keeps_address AND l.email = h.email AND l.id IS DISTINCT FROM h.legacy_id AND NOT EXISTS (SELECT FROM suma.people o JOIN identity.users i ON i.uuid = o.uuid WHERE o.legacy_id = l.id AND i.deleted_at IS NULL);

UPDATE public.legacy_users l SET email = CASE WHEN h.keeps_address THEN l.email ELSE h.email END, first_name = h.first_name, last_name = h.last_name,
    password_hash = CASE WHEN h.registered THEN NULL ELSE l.password_hash END, deleted_at = CASE WHEN h.registered THEN NULL ELSE l.deleted_at END
FROM pg_temp.suma_home h WHERE l.id = h.legacy_id;

INSERT INTO public.legacy_users (email, first_name, last_name, created_at, last_login_at)
SELECT h.email, h.first_name, h.last_name, u.created_at, u.last_login_at FROM pg_temp.suma_home h JOIN identity.users u ON u.id = h.user_id WHERE h.legacy_id IS NULL ORDER BY u.id;

UPDATE pg_temp.suma_home h SET legacy_id = l.id FROM public.legacy_users l WHERE h.legacy_id IS NULL AND l.email = h.email;

-- What was agreed to, or withdrawn, since: the history goes on.
CREATE TEMPORARY TABLE suma_said ON COMMIT DROP AS
SELECT coalesce(h.legacy_id, p.legacy_id) AS user_id, c.consent_type, c.version, c.granted, c.ip_address, coalesce(c.withdrawn_at, c.granted_at) AS changed_at
FROM identity.user_consents c JOIN identity.users u ON u.id = c.user_id AND u.deleted_at IS NULL LEFT JOIN suma.people p ON p.uuid = u.uuid LEFT JOIN pg_temp.suma_home h ON h.user_id = u.id
WHERE p.uuid IS NULL OR c.consent_method IS DISTINCT FROM 'imported';

INSERT INTO public.legacy_consents (user_id, consent_type, version, granted, ip_address, changed_at) SELECT user_id, consent_type, version, granted, ip_address, changed_at FROM pg_temp.suma_said ORDER BY changed_at;

-- By what they say, not by how many there are.
DO $$
DECLARE
    lost bigint;
BEGIN
    SELECT count(*) INTO lost FROM identity.users u LEFT JOIN suma.people p ON p.uuid = u.uuid LEFT JOIN pg_temp.suma_home h ON h.user_id = u.id LEFT JOIN public.legacy_users l ON l.id = h.legacy_id
    WHERE u.deleted_at IS NULL AND NOT EXISTS (SELECT FROM godwit.person_keys k WHERE k.person = u.uuid::text AND k.shredded_at IS NOT NULL)
    AND CASE WHEN h.uuid IS NULL THEN p.uuid IS NULL ELSE (l.first_name, l.last_name) IS DISTINCT FROM (h.first_name, h.last_name) OR NOT h.keeps_address AND l.email IS DISTINCT FROM h.email END;
    IF lost > 0 THEN
        RAISE EXCEPTION '% people who registered or changed since the switch are not in legacy_users as they are: nothing was taken back', lost;
    END IF;
    SELECT count(*) INTO lost FROM (SELECT user_id, consent_type, version, granted, ip_address, changed_at FROM pg_temp.suma_said EXCEPT ALL SELECT user_id, consent_type, version, granted, ip_address, changed_at FROM public.legacy_consents) missing;
    IF lost > 0 THEN
        RAISE EXCEPTION '% consents since the switch are not in legacy_consents: nothing was taken back', lost;
    END IF;
END
$$;

-- Whose account it was, and in which row they are: the next run gives them the account's uuid again. As RFC 8785 writes it, since the event is committed to.
SELECT suma.write_events(array_agg(h.user_id ORDER BY h.user_id), 'account_returned', array_agg(format('{"account":"%s","legacy_id":%s,"runbook":"suma-finance"}', h.uuid, h.legacy_id) ORDER BY h.user_id))
FROM pg_temp.suma_home h WHERE h.registered HAVING count(*) > 0;

-- What people have asked for stays open, and of whom it is stands in the sealed log: it is answered from there, or by the next run, which gives it back to its account.
SELECT suma.write_events(array_agg(q.user_id ORDER BY q.id), 'data_request_returned', array_agg(format(
    '{"account":"%s","due":"%s","legacy_id":%s,"request":"%s","request_type":"%s","runbook":"suma-finance"}',
    u.uuid, to_char(q.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), coalesce(h.legacy_id, p.legacy_id), q.uuid, q.request_type) ORDER BY q.id))
FROM identity.data_subject_requests q JOIN identity.users u ON u.id = q.user_id LEFT JOIN suma.people p ON p.uuid = u.uuid LEFT JOIN pg_temp.suma_home h ON h.user_id = u.id
WHERE q.status IN ('pending', 'in_progress') AND coalesce(h.legacy_id, p.legacy_id) IS NOT NULL HAVING count(*) > 0;

DELETE FROM identity.users u WHERE NOT EXISTS (SELECT FROM suma.people p WHERE p.uuid = u.uuid);

TRUNCATE suma.returned;
