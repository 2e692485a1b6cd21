namespace Godwit.Postgres.Journal;

/// <summary>
/// The tables of the journal. Entries and heads are only ever added: a trigger refuses everything else, to everybody, a superuser and a replication role
/// included. <c>godwit uninstall</c> drops the tables, which no trigger sees. Whoever owns them can drop or disable the trigger all the same, and a superuser
/// anything: what then is not as it was, signed heads and an export elsewhere show (docs/journal.md).
/// </summary>
public static class JournalSchema
{
    /// <summary>
    /// Idempotent. A table comes first: of two sessions that run this at once, one waits there for the other and then fails with a duplicate, as
    /// the caller of CREATE … IF NOT EXISTS must expect, before either has touched the function, where two at once fail in ways that say less.
    /// </summary>
    public const string Statements = """
        CREATE TABLE IF NOT EXISTS godwit.journal_tips (
            run uuid PRIMARY KEY,
            sequence bigint NOT NULL CHECK (sequence >= 0),
            hash text NOT NULL
        );
        CREATE TABLE IF NOT EXISTS godwit.journal (
            run uuid NOT NULL,
            sequence bigint NOT NULL CHECK (sequence > 0),
            at timestamptz NOT NULL,
            kind text NOT NULL,
            body text NOT NULL,
            previous text NOT NULL,
            hash text NOT NULL,
            PRIMARY KEY (run, sequence)
        );
        CREATE TABLE IF NOT EXISTS godwit.journal_heads (
            run uuid NOT NULL,
            sequence bigint NOT NULL,
            kid text NOT NULL,
            hash text NOT NULL,
            at timestamptz NOT NULL,
            key_x text NOT NULL,
            key_y text NOT NULL,
            signature text NOT NULL,
            PRIMARY KEY (run, sequence, kid)
        );
        CREATE OR REPLACE FUNCTION godwit.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $godwit$
        BEGIN
            RAISE EXCEPTION '% of %.% is refused: the journal is only ever added to', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege', HINT = 'godwit uninstall removes it.';
        END
        $godwit$;
        CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON godwit.journal
            FOR EACH STATEMENT EXECUTE FUNCTION godwit.refuse_change();
        CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON godwit.journal_heads
            FOR EACH STATEMENT EXECUTE FUNCTION godwit.refuse_change();
        ALTER TABLE godwit.journal ENABLE ALWAYS TRIGGER append_only;
        ALTER TABLE godwit.journal_heads ENABLE ALWAYS TRIGGER append_only;
        """;
}
