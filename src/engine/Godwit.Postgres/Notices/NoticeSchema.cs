namespace Godwit.Postgres.Notices;

/// <summary>Notices that are to be sent, were sent, or were given up. A row is made in the transaction of what it tells of.</summary>
internal static class NoticeSchema
{
    public const string Statements = """
        CREATE TABLE IF NOT EXISTS godwit.notices (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            run uuid NOT NULL REFERENCES godwit.runs ON DELETE CASCADE,
            notice text NOT NULL,
            -- Which of its addresses: they stand in the plan, and nowhere here.
            part integer NOT NULL,
            event text NOT NULL,
            key text NOT NULL,
            required boolean NOT NULL,
            content text NOT NULL CHECK (length(content) <= 65536),
            state text NOT NULL DEFAULT 'Waiting' CHECK (state IN ('Waiting', 'Sent', 'GivenUp')),
            attempts integer NOT NULL DEFAULT 0,
            made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            next_try timestamptz NOT NULL DEFAULT clock_timestamp(),
            give_up_at timestamptz NOT NULL,
            sent_at timestamptz,
            problem text,
            -- Whoever sends it now, and until when nobody else may.
            claimed_by uuid,
            claimed_until timestamptz,
            UNIQUE (run, notice, part, event, key)
        );
        CREATE INDEX IF NOT EXISTS notices_waiting ON godwit.notices (run, next_try) WHERE state = 'Waiting';
        """;
}
