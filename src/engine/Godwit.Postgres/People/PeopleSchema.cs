namespace Godwit.Postgres.People;

/// <summary>Who may agree, and what was signed. What counts is the register's journal and the signatures; these are where they are found.</summary>
internal static class PeopleSchema
{
    /// <summary>Of <c>godwit.approvals</c>, rows are only ever added: whoever takes one away all the same is found out by the journal, which names what a gate accepted by its hash.</summary>
    public const string Statements = """
        CREATE TABLE IF NOT EXISTS godwit.people (
            kid text PRIMARY KEY,
            name text NOT NULL,
            key_x text NOT NULL,
            key_y text NOT NULL,
            roles text[] NOT NULL,
            added_at timestamptz NOT NULL,
            retired_at timestamptz,
            reason text
        );
        CREATE UNIQUE INDEX IF NOT EXISTS people_active ON godwit.people (lower(name)) WHERE retired_at IS NULL;
        CREATE TABLE IF NOT EXISTS godwit.approvals (
            id text PRIMARY KEY,
            runbook text NOT NULL,
            purpose text NOT NULL CHECK (purpose IN ('sign-plan', 'approve-phase', 'approve-rollback', 'attest')),
            plan text NOT NULL,
            subject text NOT NULL,
            run uuid,
            person text NOT NULL,
            document text NOT NULL CHECK (length(document) <= 16384),
            received_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX IF NOT EXISTS approvals_runbook ON godwit.approvals (runbook, received_at);
        CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON godwit.approvals
            FOR EACH STATEMENT EXECUTE FUNCTION godwit.refuse_change();
        ALTER TABLE godwit.approvals ENABLE ALWAYS TRIGGER append_only;
        """;
}
