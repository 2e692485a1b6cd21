-- What was made for the move alone. legacy_users stays closed, without passwords, until somebody drops it; the quarantine stays for as long as somebody has to look at it.
DROP TRIGGER suma_note_consent ON public.legacy_consents;

DROP TRIGGER suma_note_change ON public.legacy_users;

DROP TRIGGER suma_note_arrival ON public.legacy_users;

DROP TRIGGER users_only_migrated ON identity.users;

DROP TRIGGER users_note_departure ON identity.users;

DROP TRIGGER users_accompany ON identity.users;

DROP TABLE suma.people, suma.changed, suma.returned, suma.accounts, suma.salt;

DROP FUNCTION suma.note_consent(), suma.note_change(), suma.only_migrated(), suma.note_departure(), suma.accompany(), suma.write_events(bigint[], text), suma.give_up(), suma.set_aside(), suma.find_collision(), suma.uuid_of(bigint);

ALTER TABLE public.legacy_users DISABLE TRIGGER suma_closed;

UPDATE public.legacy_users SET password_hash = NULL WHERE password_hash IS NOT NULL;

ALTER TABLE public.legacy_users ENABLE ALWAYS TRIGGER suma_closed;
