using Godwit.Model.Findings;
using Godwit.Model.Names;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>
/// Runs one question within the caller's snapshot and leaves nothing behind: settings are local to a savepoint that is rolled back, and an error that
/// only says that the schema is not the planned one does not spend the transaction.
/// </summary>
internal static class Probe
{
    /// <summary>Row security filters silently; with it off, a table that has it errors instead (https://www.postgresql.org/docs/current/ddl-rowsecurity.html).</summary>
    private const string AllRows = "SET LOCAL row_security = off";

    /// <summary>The heap is read, so that a corrupt index cannot answer for it; without an index, joins hash.</summary>
    public const string WithoutIndexes =
        "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_nestloop = off";

    private const string Savepoint = "godwit_check";

    /// <summary>Runs <paramref name="work"/> and gives back the error that a wrong schema caused, or null.</summary>
    public static async Task<PostgresException?> RunAsync(
        NpgsqlConnection connection, string schema, string? settings, Func<Task> work, CancellationToken cancellationToken)
    {
        await TargetQuery.ExecuteAsync(connection,
            $"SAVEPOINT {Savepoint}; {AllRows}; SET LOCAL search_path = pg_catalog, {TargetName.Quote(schema)}" + (settings is null ? "" : $"; {settings}"), cancellationToken);
        PostgresException? fault = null;
        try
        {
            await work();
        }
        catch (PostgresException e) when (IsAboutTheSchema(e))
        {
            fault = e;
        }
        await TargetQuery.ExecuteAsync(connection, $"ROLLBACK TO SAVEPOINT {Savepoint}; RELEASE SAVEPOINT {Savepoint}", cancellationToken);
        return fault;
    }

    /// <summary>The same, with the error as a finding of the record.</summary>
    public static async Task RunAsync(
        NpgsqlConnection connection, string schema, string? settings, CheckRecord record, string subject, Place place, Func<Task> work, CancellationToken cancellationToken)
    {
        if (await RunAsync(connection, schema, settings, work, cancellationToken) is not { } fault) return;
        record.Count("not checked");
        record.Add(Finding.Error(FindingCodes.SchemaDiffers, $"{subject} cannot be checked: {fault.MessageText}", place));
    }

    /// <summary>Class 42: a table, column, operator or function that is not there (https://www.postgresql.org/docs/current/errcodes-appendix.html). Its messages hold names, no values.</summary>
    private static bool IsAboutTheSchema(PostgresException e) => e.SqlState.StartsWith("42", StringComparison.Ordinal) && e.SqlState != PostgresErrorCodes.InsufficientPrivilege;
}
