using Godwit.Cli.Move.Sources;
using Godwit.Engine.Live;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Live;
using Godwit.Postgres.Live.Exchange;
using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Opening;
using Npgsql;

namespace Godwit.Cli.Move.Nested;

/// <summary>What a live move needs of its sides, beside what any move needs.</summary>
internal static class NestedLiveReadiness
{
    public static async Task<IReadOnlyList<Finding>> OfSourceAsync(IMoveSource source, MovePlan plan, CancellationToken cancellation) => source switch
    {
        SqliteMoveSource { File: { } file } => [.. OfSource(file, plan)],
        PostgresMoveSource { Database: { } database } => await LiveSourceReadiness.FindAsync(database.Server, database.Schema, plan, cancellation),
        _ => throw new InvalidOperationException("this kind of source is not moved live"),
    };

    /// <summary>Of a move whose writers are to be taken over by name.</summary>
    public static async Task<IReadOnlyList<Finding>> OfNamesAsync(IMoveSource source, PostgresTarget target, MovePlan plan, CancellationToken cancellation) =>
        source is PostgresMoveSource { Database: { } database } ? await LiveNameReadiness.FindAsync(database, target, plan, cancellation) : [LiveNameReadiness.TwoDatabases];

    private static IEnumerable<Finding> OfSource(SourceFile source, MovePlan plan)
    {
        var path = source.Facts.Path;
        if (!FileAccessRights.MayWrite(path) || !FileAccessRights.MayWrite(Path.GetDirectoryName(path)!))
            yield return Finding.Error(FindingCodes.LiveSource, $"{path} or its folder cannot be written to, and so changes cannot be recorded", null, "Run as the user that owns the file.");
        if (source.Facts.Mode == ReadingMode.RollbackJournal)
            yield return Finding.Warning(FindingCodes.LiveSlow, "the source has no write-ahead log: writers wait while it is profiled, and for each short read", null, "`PRAGMA journal_mode = WAL` on the source, once, if the application can do with it.");
        foreach (var table in SqliteLiveSource.WithoutKey(source, plan))
            yield return Finding.Warning(FindingCodes.LiveSlow, $"table {table.SourceName} has no key: its {table.Rows:N0} rows are copied again while writers wait", new Place.InTable(table.SourceName), "Give it a primary key, or leave it out.");
        foreach (var (table, stops) in SqliteLiveSource.Unwritable(source, plan))
        {
            yield return Finding.Error(
                FindingCodes.LiveSource, $"a column, an index or a check of table {table.SourceName} needs what only the application's own connections have ({stops}): its rows could not be brought back", new Place.InTable(table.SourceName),
                "Leave the table out, or take out of it what is not SQLite's own.");
        }
        if (LiveMove.OneWayOf(plan) is { } why)
            yield return Finding.Warning(FindingCodes.LiveOneWay, $"after the cut-over there is no way back to the old side: {why}", null, "The step `cutover` needs `irreversible:` with the reason.");
    }

    public static async Task<IReadOnlyList<Finding>> OfTargetAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellation)
    {
        if (!plan.Tables.Any(t => t.ForeignKeys.Count > 0) && plan.Postgres?.Objects.Any(o => o.Kind == "trigger") != true) return [];
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            await using var set = new NpgsqlCommand("SELECT set_config('session_replication_role', 'replica', true)", connection, transaction);
            await set.ExecuteNonQueryAsync(cancellation);
            await transaction.RollbackAsync(cancellation);
            return [];
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            await transaction.RollbackAsync(cancellation);
            return
            [
                Finding.Error(
                    FindingCodes.LiveForeignKey, "foreign keys or triggers would be in the way of applying changes, and this role may not set session_replication_role", null,
                    "As a superuser: GRANT SET ON PARAMETER session_replication_role TO the role that moves (PostgreSQL 15 and later)."),
            ];
        }
    }
}
