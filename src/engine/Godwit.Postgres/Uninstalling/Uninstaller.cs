using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.Uninstalling;

/// <summary>What came of uninstalling.</summary>
public abstract record UninstallOutcome
{
    private UninstallOutcome()
    {
    }

    /// <summary>There is no schema godwit.</summary>
    public sealed record Nothing : UninstallOutcome;

    /// <summary>Somebody needs the rows. Nothing was changed.</summary>
    public sealed record Needed(IReadOnlyList<string> By) : UninstallOutcome;

    /// <summary>The export is not what it has to be. Nothing was removed; the file stays.</summary>
    public sealed record Unsound(IReadOnlyList<string> Problems) : UninstallOutcome;

    /// <summary>Something that is not godwit's would have to go too. Nothing was removed.</summary>
    public sealed record Refused(string Message) : UninstallOutcome;

    /// <param name="Rows">Of each table that was there.</param>
    public sealed record Removed(IReadOnlyDictionary<string, long> Rows) : UninstallOutcome;
}

/// <summary>Takes godwit's own schema out of a database, after all that it holds is in a file: in one transaction, in which nobody else can write to it.</summary>
public static class Uninstaller
{
    public static async Task<UninstallOutcome> RunAsync(NpgsqlConnection connection, string path, KnownSigners known, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var tables = await GodwitTables.ListAsync(connection, cancellation);
        if (tables.Count == 0) return new UninstallOutcome.Nothing();
        // Looked at before and after: a runner at work is not to wait for a lock that would be given back at once.
        if (await GodwitTables.NeededByAsync(connection, tables, cancellation) is { Count: > 0 } busy) return new UninstallOutcome.Needed(busy);
        await GodwitTables.LockAsync(connection, tables, cancellation);
        if (await GodwitTables.NeededByAsync(connection, tables, cancellation) is { Count: > 0 } by) return new UninstallOutcome.Needed(by);
        if (await GodwitTables.StrangersAsync(connection, cancellation) is { Count: > 0 } strangers)
            return new UninstallOutcome.Refused($"the schema godwit holds or is used by what godwit did not make: {string.Join(", ", strangers)}");
        var rows = await TablesExport.WriteAsync(connection, tables, path, cancellation);
        if (TablesExportCheck.Check(path, rows, known) is { Count: > 0 } problems) return new UninstallOutcome.Unsound(problems);
        try
        {
            await GodwitTables.DropAsync(connection, tables, cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DependentObjectsStillExist)
        {
            return new UninstallOutcome.Refused(e.MessageText);
        }
        return new UninstallOutcome.Removed(rows);
    }
}
