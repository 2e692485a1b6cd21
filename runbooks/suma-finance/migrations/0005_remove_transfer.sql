-- What was made for the move alone. legacy_users stays closed and empty of people until somebody drops it; the quarantine stays for as long as somebody has to look at it, and is all that is left in the clear.
DROP TRIGGER suma_note_consent ON public.legacy_consents;

DROP TRIGGER suma_note_change ON public.legacy_users;

DROP TRIGGER suma_note_arrival ON public.legacy_users;

DROP TRIGGER aa_suma_fence ON identity.data_subject_requests;

DROP TRIGGER aa_suma_fence ON identity.user_consents;

DROP TRIGGER aa_suma_fence ON identity.users;

DROP TRIGGER users_only_migrated ON identity.users;

DROP TRIGGER users_note_departure ON identity.users;

DROP TRIGGER users_accompany ON identity.users;

DROP TRIGGER users_reach_erasure ON identity.users;

-- Whose mailbox, or consent, it is that was set aside: an erasure finds it by this from now on.
ALTER TABLE suma.quarantine ADD account_uuid uuid;

UPDATE suma.quarantine q SET account_uuid = o.uuid FROM suma.people p JOIN suma.people o ON o.legacy_id = coalesce(p.collides_with, p.legacy_id)
WHERE p.legacy_id = CASE q.kind WHEN 'user' THEN q.legacy_id ELSE (q.kept ->> 'user_id')::bigint END;

CREATE INDEX quarantine_account ON suma.quarantine (account_uuid);

DROP TABLE suma.people, suma.changed, suma.returned, suma.accounts, suma.salt, suma.former, suma.open_requests;

DROP SEQUENCE suma.batch, suma.fence;

DROP FUNCTION suma.note_consent(), suma.note_change(), suma.only_migrated(), suma.note_departure(), suma.accompany(), suma.write_events(bigint[], text), suma.write_events(bigint[], text, text[]),
    suma.give_up(), suma.set_aside(), suma.find_collision(), suma.uuid_of(bigint), suma.note_batch(), suma.require_sight(), suma.refuse_return();

CREATE OR REPLACE FUNCTION suma.reach_erasure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    DELETE FROM suma.quarantine WHERE account_uuid = NEW.uuid;
    RETURN NULL;
END
$$;

CREATE TRIGGER users_reach_erasure AFTER UPDATE OF deleted_at ON identity.users FOR EACH ROW WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) EXECUTE FUNCTION suma.reach_erasure();

SELECT set_config('suma.inside', 'on', true);

UPDATE public.legacy_users SET email = NULL, password_hash = NULL, first_name = NULL, last_name = NULL, last_login_at = NULL
WHERE num_nonnulls(email, password_hash, first_name, last_name, last_login_at) > 0;

UPDATE public.legacy_consents SET ip_address = NULL WHERE ip_address IS NOT NULL;
