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

-- Who registered at the service and was brought home by an earlier way back has their account's uuid again, and by it their data key and what they asked for.
CREATE TABLE suma.former (legacy_id bigint PRIMARY KEY, account_uuid uuid NOT NULL);

INSERT INTO suma.former
SELECT DISTINCT ON (1) (event_data ->> 'legacy_id')::bigint, (event_data ->> 'account')::uuid FROM identity.user_security_events WHERE event_type = 'account_returned' AND event_data ? 'legacy_id' ORDER BY 1, id DESC;

-- What people had asked the service for when an earlier way back took their accounts, and nobody has answered yet.
CREATE TABLE suma.open_requests (request_uuid uuid PRIMARY KEY, account_uuid uuid NOT NULL);

INSERT INTO suma.open_requests
SELECT DISTINCT ON (1) (event_data ->> 'request')::uuid, (event_data ->> 'account')::uuid FROM identity.user_security_events WHERE event_type = 'data_request_returned' ORDER BY 1, id DESC;

CREATE FUNCTION suma.uuid_of(legacy_id bigint) RETURNS uuid LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT coalesce(
        (SELECT f.account_uuid FROM suma.former f WHERE f.legacy_id = $1),
        (SELECT substr(encode(sha256(convert_to('suma-finance ' || salt || ' ' || $1, 'UTF8')), 'hex'), 1, 32)::uuid FROM suma.salt))
$$;

-- The transaction that last took people over. A sequence, because everybody sees its value at once, whatever snapshot they have.
CREATE SEQUENCE suma.batch;

CREATE FUNCTION suma.note_batch() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM setval('suma.batch', pg_current_xact_id()::text::bigint);
    RETURN NULL;
END
$$;

CREATE TRIGGER people_note_batch AFTER INSERT ON suma.people FOR EACH STATEMENT EXECUTE FUNCTION suma.note_batch();

-- A legacy transaction of REPEATABLE READ or above does not see what was taken over since it began, and could neither take it back nor complete it: it has to begin anew, as it has to after any conflict.
CREATE FUNCTION suma.require_sight() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' AND NOT pg_visible_in_snapshot((SELECT last_value::text::xid8 FROM suma.batch), pg_current_snapshot()) THEN
        RAISE EXCEPTION 'could not serialize access: people were taken over since this transaction began' USING ERRCODE = '40001', HINT = 'Begin it anew.';
    END IF;
END
$$;

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
        -- OFFSET 0: else the least of them may be looked for in the order of the primary key, past a million who collide with nobody.
        SELECT min(f.legacy_id) INTO next FROM (SELECT p.legacy_id FROM suma.people p WHERE p.collides_with = OLD.legacy_id OFFSET 0) f;
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
CREATE FUNCTION suma.write_events(of_users bigint[], type text, datas text[]) RETURNS void LANGUAGE sql SET search_path = pg_catalog AS $$
    INSERT INTO identity.user_security_events (event_id, user_id, event_type, event_category, severity, event_data, created_at, salt, leaf)
    SELECT e.event_id, e.user_id, type, 'admin_action', 'info', e.data::jsonb, e.at, e.salt,
        sha256('\x00'::bytea || e.salt || convert_to(format(
            '{"at":"%s","blocked":false,"category":"admin_action","data":%s,"id":"%s","severity":"info","type":"%s","user":%s}',
            to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.data, e.event_id, type, e.user_id), 'UTF8'))
    FROM (
        SELECT gen_random_uuid() AS event_id, w.u AS user_id, now() AS at, w.d AS data,
            decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex') AS salt
        FROM unnest(of_users, datas) w (u, d) OFFSET 0
    ) e
$$;

CREATE FUNCTION suma.write_events(of_users bigint[], type text) RETURNS void LANGUAGE sql SET search_path = pg_catalog AS
$$ SELECT suma.write_events(of_users, type, array_fill('{"requires_password_reset":true,"runbook":"suma-finance"}'::text, ARRAY[cardinality(of_users)])) $$;

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
    IF EXISTS (SELECT FROM suma.open_requests) THEN
        UPDATE identity.data_subject_requests q SET user_id = a.id FROM arrived a JOIN suma.open_requests o ON o.account_uuid = a.uuid
        WHERE q.uuid = o.request_uuid AND q.user_id IS NULL AND q.status IN ('pending', 'in_progress');
    END IF;
    PERFORM setval('suma.batch', pg_current_xact_id()::text::bigint);
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
    -- Of the runbook's own.
    IF current_setting('suma.inside', true) = 'on' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO suma.changed VALUES (NEW.id) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    -- Past the fence, which stands until the last of the way back is done: the legacy system has opened by then.
    PERFORM set_config('suma.inside', 'on', true);
    DELETE FROM suma.people WHERE legacy_id = OLD.id RETURNING uuid INTO known;
    DELETE FROM identity.users WHERE uuid = known;
    -- It is gone because its row changed, and not because somebody was erased: the way back tells the two apart by this.
    DELETE FROM suma.accounts WHERE account_uuid = known;
    -- After the deletions: they have waited for a batch that has this row.
    PERFORM suma.require_sight();
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO suma.changed VALUES (NEW.id) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM suma.changed WHERE legacy_id = OLD.id;
    END IF;
    PERFORM set_config('suma.inside', '', true);
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
    IF current_setting('suma.inside', true) = 'on' THEN
        RETURN NULL;
    END IF;
    -- Waits for a batch that makes this account right now, and makes one wait that begins.
    SELECT uuid INTO known FROM suma.people WHERE legacy_id = NEW.user_id FOR UPDATE;
    PERFORM suma.require_sight();
    IF NEW.consent_type NOT IN ('terms', 'privacy', 'marketing', 'analytics') THEN
        INSERT INTO suma.quarantine (kind, legacy_id, reason, kept)
        SELECT 'consent', NEW.id, 'nobody asks for this consent any more', to_jsonb(NEW) FROM identity.users u WHERE u.uuid = known ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    PERFORM set_config('suma.inside', 'on', true);
    INSERT INTO identity.user_consents (user_id, consent_type, version, granted, consent_method, ip_address, granted_at, withdrawn_at, created_at)
    SELECT u.id, NEW.consent_type, NEW.version, NEW.granted, 'imported', NEW.ip_address, CASE WHEN NEW.granted THEN NEW.changed_at END, CASE WHEN NOT NEW.granted THEN NEW.changed_at END, NEW.changed_at
    FROM identity.users u WHERE u.uuid = known;
    PERFORM set_config('suma.inside', '', true);
    RETURN NULL;
END
$$;

CREATE TRIGGER suma_note_consent AFTER INSERT ON public.legacy_consents FOR EACH ROW EXECUTE FUNCTION suma.note_consent();

ALTER TABLE public.legacy_users ENABLE ALWAYS TRIGGER suma_note_arrival;

ALTER TABLE public.legacy_users ENABLE ALWAYS TRIGGER suma_note_change;

ALTER TABLE public.legacy_consents ENABLE ALWAYS TRIGGER suma_note_consent;

-- Who is erased in the identity service is erased here in the same transaction, for as long as any of this stands: their row, what they agreed to, what was set aside of them, and other spellings of their mailbox.
CREATE FUNCTION suma.reach_erasure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    theirs bigint[] := ARRAY(SELECT p.legacy_id FROM suma.people o JOIN suma.people p ON p.legacy_id = o.legacy_id OR p.collides_with = o.legacy_id WHERE o.uuid = NEW.uuid);
    was text := coalesce(current_setting('suma.inside', true), '');
BEGIN
    PERFORM set_config('suma.inside', 'on', true);
    UPDATE public.legacy_users SET email = NULL, password_hash = NULL, first_name = NULL, last_name = NULL, last_login_at = NULL, deleted_at = coalesce(deleted_at, now()) WHERE id = ANY (theirs);
    DELETE FROM public.legacy_consents WHERE user_id = ANY (theirs);
    UPDATE suma.quarantine SET reason = 'the person was erased', kept = jsonb_build_object('id', legacy_id) WHERE kind = 'user' AND legacy_id = ANY (theirs);
    DELETE FROM suma.quarantine WHERE kind = 'consent' AND (kept ->> 'user_id')::bigint = ANY (theirs);
    -- As the backfill reads the row from now on.
    UPDATE suma.people SET mailbox = NULL, normal = NULL, fault = 'is missing', deleted = true, first_name = NULL, last_name = NULL WHERE legacy_id = ANY (theirs);
    DELETE FROM suma.returned WHERE uuid = NEW.uuid;
    PERFORM set_config('suma.inside', was, true);
    RETURN NULL;
END
$$;

CREATE TRIGGER users_reach_erasure AFTER UPDATE OF deleted_at ON identity.users FOR EACH ROW WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) EXECUTE FUNCTION suma.reach_erasure();

-- Up, at 2, while people are brought home: what the service writes then would not come along, and would be acknowledged all the same. A sequence, whose value no old snapshot hides; the lock under which it is raised
-- waits for everybody who has found it down. It changes nothing that the catalog knows, which has to be after a phase's way back what it was before the phase.
CREATE SEQUENCE suma.fence MAXVALUE 2;

-- The sessions of the runner that holds the lease are let through, which carry its epoch.
CREATE FUNCTION suma.refuse_return() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF (SELECT last_value FROM suma.fence) = 2 AND current_setting('suma.inside', true) IS DISTINCT FROM 'on'
        AND NOT EXISTS (SELECT FROM godwit.leases l WHERE starts_with(current_setting('application_name'), 'godwit ' || left(replace(l.epoch::text, '-', ''), 8) || ' ')) THEN
        RAISE EXCEPTION 'accounts go back to the legacy system right now' USING ERRCODE = '25006';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER aa_suma_fence BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON identity.users FOR EACH STATEMENT EXECUTE FUNCTION suma.refuse_return();

CREATE TRIGGER aa_suma_fence BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON identity.user_consents FOR EACH STATEMENT EXECUTE FUNCTION suma.refuse_return();

CREATE TRIGGER aa_suma_fence BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON identity.data_subject_requests FOR EACH STATEMENT EXECUTE FUNCTION suma.refuse_return();

ALTER TABLE identity.users ENABLE ALWAYS TRIGGER aa_suma_fence;

ALTER TABLE identity.user_consents ENABLE ALWAYS TRIGGER aa_suma_fence;

ALTER TABLE identity.data_subject_requests ENABLE ALWAYS TRIGGER aa_suma_fence;

-- godwit:down
DROP TRIGGER suma_note_consent ON public.legacy_consents;

DROP TRIGGER suma_note_change ON public.legacy_users;

DROP TRIGGER suma_note_arrival ON public.legacy_users;

DROP TRIGGER aa_suma_fence ON identity.data_subject_requests;

DROP TRIGGER aa_suma_fence ON identity.user_consents;

DROP TRIGGER aa_suma_fence ON identity.users;

DROP TRIGGER users_reach_erasure ON identity.users;

DROP TRIGGER users_only_migrated ON identity.users;

DROP TRIGGER users_note_departure ON identity.users;

DROP TRIGGER users_accompany ON identity.users;

DROP SCHEMA suma CASCADE;
