-- godwit:up
-- What the move itself needs. All of it goes with contract, or with the way back.
CREATE SCHEMA suma;

-- Each row of legacy_users with its address in normal form, or with why it has none. Both forms of an address stand here in the clear, as in legacy_users, and no longer than there.
CREATE TABLE suma.people (
    legacy_id bigint PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE,
    mailbox text,
    normal text,
    fault text,
    deleted boolean NOT NULL,
    first_name text,
    last_name text,
    created_at timestamptz NOT NULL,
    -- 1: the backfill; 2: who came or changed while it went on, taken over when the legacy system is closed.
    pass smallint NOT NULL CHECK (pass IN (1, 2)),
    -- Who has the mailbox already: the one who came first has it.
    collides_with bigint,
    CHECK ((fault IS NULL) = (normal IS NOT NULL) AND (normal IS NULL) = (mailbox IS NULL))
);

CREATE UNIQUE INDEX people_normal_key ON suma.people (normal) WHERE collides_with IS NULL AND NOT deleted;

CREATE INDEX people_collides_with ON suma.people (collides_with) WHERE collides_with IS NOT NULL;

CREATE INDEX people_pass ON suma.people (pass) WHERE pass = 2;

-- Rows that were written since this is here: not the backfill's, but of the second pass.
CREATE TABLE suma.changed (legacy_id bigint PRIMARY KEY);

-- What was not taken over, whole but for its password, with the reason.
CREATE TABLE suma.quarantine (
    kind text NOT NULL CHECK (kind IN ('user', 'consent')),
    legacy_id bigint NOT NULL,
    reason text NOT NULL,
    kept jsonb NOT NULL,
    PRIMARY KEY (kind, legacy_id)
);

CREATE INDEX quarantine_user ON suma.quarantine (((kept ->> 'user_id')::bigint)) WHERE kind = 'consent';

-- The accounts that were made of them, and under which index.
CREATE TABLE suma.accounts (
    account_uuid uuid PRIMARY KEY,
    user_id bigint NOT NULL UNIQUE,
    account_index bytea,
    -- As the account's own column had it: an account in which that is later was used since.
    arrived_at timestamptz NOT NULL,
    gone boolean NOT NULL DEFAULT false
);

-- Who registered since the switch, or has another address now: filled on the way back alone.
CREATE TABLE suma.returned (uuid uuid PRIMARY KEY, email text, first_name text, last_name text);

-- Of the same row always the same uuid, so that a second run finds the person's data key; and nobody else's guess.
CREATE TABLE suma.salt (salt uuid NOT NULL);

INSERT INTO suma.salt SELECT installation FROM identity.schema_version;

CREATE FUNCTION suma.uuid_of(legacy_id bigint) RETURNS uuid LANGUAGE sql STABLE SET search_path = pg_catalog AS
$$ SELECT substr(encode(sha256(convert_to('suma-finance ' || salt || ' ' || legacy_id, 'UTF8')), 'hex'), 1, 32)::uuid FROM suma.salt $$;

CREATE FUNCTION suma.find_collision() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    SELECT legacy_id INTO NEW.collides_with FROM suma.people WHERE normal = NEW.normal AND collides_with IS NULL AND NOT deleted AND legacy_id <> NEW.legacy_id;
    RETURN NEW;
END
$$;

CREATE TRIGGER people_find_collision BEFORE INSERT ON suma.people FOR EACH ROW WHEN (NEW.normal IS NOT NULL AND NOT NEW.deleted) EXECUTE FUNCTION suma.find_collision();

CREATE FUNCTION suma.set_aside() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO suma.quarantine (kind, legacy_id, reason, kept)
    SELECT 'user', NEW.legacy_id,
        CASE WHEN NEW.deleted THEN 'the account was deleted' WHEN NEW.fault IS NOT NULL THEN 'the address ' || NEW.fault ELSE 'the address is that of legacy user ' || NEW.collides_with END,
        to_jsonb(l) - 'password_hash'
    FROM public.legacy_users l WHERE l.id = NEW.legacy_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER people_set_aside AFTER INSERT ON suma.people FOR EACH ROW WHEN (NEW.deleted OR NEW.fault IS NOT NULL OR NEW.collides_with IS NOT NULL) EXECUTE FUNCTION suma.set_aside();

-- A mailbox that is given up goes to the next who has it.
CREATE FUNCTION suma.give_up() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    next bigint;
BEGIN
    DELETE FROM suma.quarantine WHERE kind = 'user' AND legacy_id = OLD.legacy_id;
    DELETE FROM suma.quarantine WHERE kind = 'consent' AND (kept ->> 'user_id')::bigint = OLD.legacy_id;
    IF OLD.collides_with IS NULL THEN
        SELECT min(legacy_id) INTO next FROM suma.people WHERE collides_with = OLD.legacy_id;
        IF next IS NOT NULL THEN
            INSERT INTO suma.changed VALUES (next) ON CONFLICT DO NOTHING;
            DELETE FROM suma.people WHERE legacy_id = next;
            UPDATE suma.quarantine q SET reason = 'the address is that of legacy user ' || next FROM suma.people p WHERE p.collides_with = OLD.legacy_id AND q.kind = 'user' AND q.legacy_id = p.legacy_id;
            UPDATE suma.people SET collides_with = next WHERE collides_with = OLD.legacy_id;
        END IF;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER people_give_up AFTER DELETE ON suma.people FOR EACH ROW EXECUTE FUNCTION suma.give_up();

-- With the account, in one transaction: what was agreed to, and the event that says where it came from, committed to by its leaf as the service's own are.
CREATE FUNCTION suma.write_events(of_users bigint[], type text) RETURNS void LANGUAGE sql SET search_path = pg_catalog AS $$
    INSERT INTO identity.user_security_events (event_id, user_id, event_type, event_category, severity, event_data, created_at, salt, leaf)
    SELECT e.event_id, e.user_id, type, 'admin_action', 'info', e.data::jsonb, e.at, e.salt,
        sha256('\x00'::bytea || e.salt || convert_to(format(
            '{"at":"%s","blocked":false,"category":"admin_action","data":%s,"id":"%s","severity":"info","type":"%s","user":%s}',
            to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.data, e.event_id, type, e.user_id), 'UTF8'))
    FROM (
        SELECT gen_random_uuid() AS event_id, u AS user_id, now() AS at, '{"requires_password_reset":true,"runbook":"suma-finance"}' AS data,
            decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex') AS salt
        FROM unnest(of_users) u OFFSET 0
    ) e
$$;

CREATE FUNCTION suma.accompany() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO suma.accounts (account_uuid, user_id, account_index, arrived_at)
    SELECT a.uuid, a.id, a.email_index, a.updated_at FROM arrived a JOIN suma.people p ON p.uuid = a.uuid
    ON CONFLICT (account_uuid) DO UPDATE SET user_id = excluded.user_id, account_index = excluded.account_index, arrived_at = excluded.arrived_at, gone = false;
    INSERT INTO identity.user_consents (user_id, consent_type, version, granted, consent_method, ip_address, granted_at, withdrawn_at, created_at)
    SELECT a.id, c.consent_type, c.version, c.granted, 'imported', c.ip_address, CASE WHEN c.granted THEN c.changed_at END, CASE WHEN NOT c.granted THEN c.changed_at END, c.changed_at
    FROM arrived a JOIN suma.people p ON p.uuid = a.uuid JOIN public.legacy_consents c ON c.user_id = p.legacy_id
    WHERE c.consent_type IN ('terms', 'privacy', 'marketing', 'analytics') ORDER BY c.id;
    INSERT INTO suma.quarantine (kind, legacy_id, reason, kept)
    SELECT 'consent', c.id, 'nobody asks for this consent any more', to_jsonb(c)
    FROM arrived a JOIN suma.people p ON p.uuid = a.uuid JOIN public.legacy_consents c ON c.user_id = p.legacy_id
    WHERE c.consent_type NOT IN ('terms', 'privacy', 'marketing', 'analytics') ON CONFLICT DO NOTHING;
    PERFORM suma.write_events(ARRAY(SELECT a.id FROM arrived a JOIN suma.people p ON p.uuid = a.uuid), 'account_migrated');
    RETURN NULL;
END
$$;

CREATE TRIGGER users_accompany AFTER INSERT ON identity.users REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION suma.accompany();

CREATE FUNCTION suma.note_departure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM suma.write_events(ARRAY(SELECT d.id FROM departed d JOIN suma.accounts a ON a.account_uuid = d.uuid), 'account_migration_withdrawn');
    UPDATE suma.accounts a SET gone = true FROM departed d WHERE a.account_uuid = d.uuid;
    RETURN NULL;
END
$$;

CREATE TRIGGER users_note_departure AFTER DELETE ON identity.users REFERENCING OLD TABLE AS departed FOR EACH STATEMENT EXECUTE FUNCTION suma.note_departure();

-- Until the switch nobody registers in the new system: the same address could come twice.
CREATE FUNCTION suma.only_migrated() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF EXISTS (SELECT FROM suma.people WHERE uuid = NEW.uuid) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'accounts are still made in the legacy system' USING ERRCODE = '25006';
END
$$;

CREATE TRIGGER users_only_migrated BEFORE INSERT ON identity.users FOR EACH ROW EXECUTE FUNCTION suma.only_migrated();

ALTER TABLE identity.users ENABLE ALWAYS TRIGGER users_only_migrated;

-- The legacy application goes on. Who comes or changes is taken over again in the second pass; whose account is made already loses it until then, and has it in the legacy system.
CREATE FUNCTION suma.note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    known uuid;
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO suma.changed VALUES (NEW.id) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    DELETE FROM suma.people WHERE legacy_id = OLD.id RETURNING uuid INTO known;
    DELETE FROM identity.users WHERE uuid = known;
    -- It is gone because its row changed, and not because somebody was erased: the way back tells the two apart by this.
    DELETE FROM suma.accounts WHERE account_uuid = known;
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO suma.changed VALUES (NEW.id) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM suma.changed WHERE legacy_id = OLD.id;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER suma_note_arrival AFTER INSERT OR DELETE ON public.legacy_users FOR EACH ROW EXECUTE FUNCTION suma.note_change();

CREATE TRIGGER suma_note_change AFTER UPDATE ON public.legacy_users FOR EACH ROW
    WHEN ((OLD.id, OLD.email, OLD.first_name, OLD.last_name, OLD.created_at, OLD.deleted_at) IS DISTINCT FROM (NEW.id, NEW.email, NEW.first_name, NEW.last_name, NEW.created_at, NEW.deleted_at))
    EXECUTE FUNCTION suma.note_change();

CREATE FUNCTION suma.note_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    known uuid;
BEGIN
    -- Waits for a batch that makes this account right now, and makes one wait that begins.
    SELECT uuid INTO known FROM suma.people WHERE legacy_id = NEW.user_id FOR UPDATE;
    IF NEW.consent_type NOT IN ('terms', 'privacy', 'marketing', 'analytics') THEN
        INSERT INTO suma.quarantine (kind, legacy_id, reason, kept)
        SELECT 'consent', NEW.id, 'nobody asks for this consent any more', to_jsonb(NEW) FROM identity.users u WHERE u.uuid = known ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    INSERT INTO identity.user_consents (user_id, consent_type, version, granted, consent_method, ip_address, granted_at, withdrawn_at, created_at)
    SELECT u.id, NEW.consent_type, NEW.version, NEW.granted, 'imported', NEW.ip_address, CASE WHEN NEW.granted THEN NEW.changed_at END, CASE WHEN NOT NEW.granted THEN NEW.changed_at END, NEW.changed_at
    FROM identity.users u WHERE u.uuid = known;
    RETURN NULL;
END
$$;

CREATE TRIGGER suma_note_consent AFTER INSERT ON public.legacy_consents FOR EACH ROW EXECUTE FUNCTION suma.note_consent();

ALTER TABLE public.legacy_users ENABLE ALWAYS TRIGGER suma_note_arrival;

ALTER TABLE public.legacy_users ENABLE ALWAYS TRIGGER suma_note_change;

ALTER TABLE public.legacy_consents ENABLE ALWAYS TRIGGER suma_note_consent;

-- godwit:down
DROP TRIGGER suma_note_consent ON public.legacy_consents;

DROP TRIGGER suma_note_change ON public.legacy_users;

DROP TRIGGER suma_note_arrival ON public.legacy_users;

DROP TRIGGER users_only_migrated ON identity.users;

DROP TRIGGER users_note_departure ON identity.users;

DROP TRIGGER users_accompany ON identity.users;

DROP SCHEMA suma CASCADE;
