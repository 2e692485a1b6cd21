namespace Godwit.Postgres.Rehearsals;

/// <summary>The table that keeps what was rehearsed. The columns beside the record are for people: what counts is the record, which is signed.</summary>
internal static class RehearsalsSchema
{
    public const string Statements = """
        CREATE TABLE IF NOT EXISTS godwit.rehearsals (
            id uuid PRIMARY KEY,
            runbook text NOT NULL,
            plan_hash text NOT NULL,
            outcome text NOT NULL,
            began_at timestamptz NOT NULL,
            ended_at timestamptz NOT NULL,
            record text NOT NULL
        );
        CREATE INDEX IF NOT EXISTS rehearsals_of ON godwit.rehearsals (runbook, ended_at);
        """;
}
