-- godwit:up
-- Nobody's account is in two systems. The lock that CREATE TRIGGER takes waits for every writer who has begun; whoever comes after it is told to go to the other side, having changed nothing.
CREATE FUNCTION suma.refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    -- The runbook's own, on the way back and where somebody is erased.
    IF TG_OP <> 'TRUNCATE' AND current_setting('suma.inside', true) = 'on' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'accounts have moved' USING ERRCODE = '25006';
END
$$;

CREATE TRIGGER suma_closed BEFORE INSERT OR UPDATE OR DELETE ON public.legacy_users FOR EACH ROW EXECUTE FUNCTION suma.refuse();

CREATE TRIGGER suma_closed BEFORE INSERT OR UPDATE OR DELETE ON public.legacy_consents FOR EACH ROW EXECUTE FUNCTION suma.refuse();

CREATE TRIGGER suma_emptied BEFORE TRUNCATE ON public.legacy_users FOR EACH STATEMENT EXECUTE FUNCTION suma.refuse();

CREATE TRIGGER suma_emptied BEFORE TRUNCATE ON public.legacy_consents FOR EACH STATEMENT EXECUTE FUNCTION suma.refuse();

ALTER TABLE public.legacy_users ENABLE ALWAYS TRIGGER suma_closed, ENABLE ALWAYS TRIGGER suma_emptied;

ALTER TABLE public.legacy_consents ENABLE ALWAYS TRIGGER suma_closed, ENABLE ALWAYS TRIGGER suma_emptied;

-- godwit:down
DROP TRIGGER suma_closed ON public.legacy_consents;

DROP TRIGGER suma_emptied ON public.legacy_consents;

DROP TRIGGER suma_closed ON public.legacy_users;

DROP TRIGGER suma_emptied ON public.legacy_users;

DROP FUNCTION suma.refuse();
