-- godwit:up
-- Written in the transaction of what is told. The recipient and what the mail says are encrypted, and go once it was sent.
CREATE TABLE identity.mail_outbox (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (char_length(kind) <= 50),
    -- The blind index of the recipient, for mails that strangers can ask for: so many are sent in an hour.
    about bytea CHECK (octet_length(about) = 48),
    payload bytea,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'dropped', 'failed')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    not_before timestamptz NOT NULL DEFAULT now(),
    -- By a class of error, never a mail server's words: those name people.
    last_fault text CHECK (char_length(last_fault) <= 100),
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    CONSTRAINT mail_outbox_payload CHECK ((state = 'waiting') = (payload IS NOT NULL)),
    CONSTRAINT mail_outbox_ended CHECK ((state = 'waiting') = (ended_at IS NULL))
);

CREATE INDEX idx_mail_outbox_waiting ON identity.mail_outbox (not_before) WHERE state = 'waiting';

CREATE INDEX idx_mail_outbox_about ON identity.mail_outbox (about, ended_at) WHERE about IS NOT NULL AND state = 'sent';

CREATE INDEX idx_mail_outbox_ended ON identity.mail_outbox (ended_at) WHERE ended_at IS NOT NULL;

-- The same for text messages: number and words are encrypted, and go once it was sent.
CREATE TABLE identity.sms_outbox (
    id uuid PRIMARY KEY,
    -- Whose it is, so that it goes with them.
    account uuid NOT NULL,
    kind text NOT NULL CHECK (char_length(kind) <= 50),
    payload bytea,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'dropped', 'failed')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    not_before timestamptz NOT NULL DEFAULT now(),
    last_fault text CHECK (char_length(last_fault) <= 100),
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    CONSTRAINT sms_outbox_payload CHECK ((state = 'waiting') = (payload IS NOT NULL)),
    CONSTRAINT sms_outbox_ended CHECK ((state = 'waiting') = (ended_at IS NULL))
);

CREATE INDEX idx_sms_outbox_waiting ON identity.sms_outbox (not_before) WHERE state = 'waiting';

CREATE INDEX idx_sms_outbox_ended ON identity.sms_outbox (ended_at) WHERE ended_at IS NOT NULL;

-- godwit:down
DROP TABLE identity.sms_outbox;

DROP TABLE identity.mail_outbox;
