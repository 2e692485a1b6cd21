-- godwit:up
-- What clients are billed by: added to, never rewritten. A correction is another event.
CREATE TABLE usage_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES clients (id),
    api_key_id uuid REFERENCES api_keys (id),
    kind text NOT NULL CHECK (kind <> ''),
    quantity bigint NOT NULL DEFAULT 1,
    -- The caller's name for the request: an event that is sent twice counts once.
    request_id text NOT NULL,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (client_id, request_id)
);

CREATE INDEX usage_events_occurred_at ON usage_events (client_id, occurred_at);

CREATE INDEX usage_events_api_key_id ON usage_events (api_key_id) WHERE api_key_id IS NOT NULL;

CREATE FUNCTION usage_events_are_immutable() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'usage events are immutable: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER usage_events_are_immutable BEFORE UPDATE OR DELETE ON usage_events
    FOR EACH ROW EXECUTE FUNCTION usage_events_are_immutable();

CREATE TRIGGER usage_events_are_not_emptied BEFORE TRUNCATE ON usage_events
    FOR EACH STATEMENT EXECUTE FUNCTION usage_events_are_immutable();

-- Under session_replication_role = replica too.
ALTER TABLE usage_events ENABLE ALWAYS TRIGGER usage_events_are_immutable;

ALTER TABLE usage_events ENABLE ALWAYS TRIGGER usage_events_are_not_emptied;

-- godwit:down
DO $$
BEGIN
    LOCK TABLE usage_events IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM usage_events) THEN
        RAISE EXCEPTION 'usage_events holds what clients are billed by, which going back would lose';
    END IF;
END
$$;

DROP TABLE usage_events;

DROP FUNCTION usage_events_are_immutable();
