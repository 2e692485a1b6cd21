using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Model.Verification;
using Godwit.Postgres.Runs;
using Godwit.Postgres.Verification;
using Npgsql;

namespace Godwit.Postgres.Reading;

/// <summary>
/// One snapshot that many connections read (pg_export_snapshot): what is verified is one state of the target, whoever writes beside it.
/// </summary>
public sealed class TargetSnapshot : ITargetSnapshot
{
    /// <summary>Bytes of a table that is not worth the question how many blocks it has.</summary>
    private const long SmallTable = 1 << 20;

    /// <summary>Bytes of a row beside its values: header and pointer (https://www.postgresql.org/docs/current/storage-page-layout.html).</summary>
    private const long RowOverhead = 28;

    private readonly TargetSessions _sessions;
    private readonly TargetSession _session;
    private readonly NpgsqlTransaction _transaction;
    private readonly string _schema;
    private readonly UInt128 _key;
    private readonly string _snapshot;

    private TargetSnapshot(
        TargetSessions sessions, TargetSession session, NpgsqlTransaction transaction, string schema, UInt128 key, string snapshot)
    {
        _sessions = sessions;
        _session = session;
        _transaction = transaction;
        _schema = schema;
        _key = key;
        _snapshot = snapshot;
    }

    /// <summary>The connection whose transaction is the snapshot; checks run on it, one at a time.</summary>
    public NpgsqlConnection Connection => _session.Connection;

    public static async Task<TargetSnapshot> OpenAsync(
        TargetSessions sessions, string schema, UInt128 key, IReadOnlyList<string>? expectedCatalog, CancellationToken cancellation)
    {
        var session = await sessions.RentAsync(cancellation);
        try
        {
            var transaction = await BeginAsync(session.Connection, cancellation);
            await using var export = new NpgsqlCommand("SELECT pg_export_snapshot()", session.Connection, transaction);
            var snapshot = (string)(await export.ExecuteScalarAsync(cancellation))!;
            return new TargetSnapshot(sessions, session, transaction, schema, key, snapshot) { ExpectedCatalog = expectedCatalog };
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<TablePlan>> FindIncomparableAsync(MovePlan plan, CancellationToken cancellation)
    {
        var rows = await TargetQuery.ReadAsync(
            Connection,
            """
            SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relkind IN ('r', 'p', 'f')
            """,
            r => (Table: r.GetString(0), Column: r.GetString(1), Type: r.GetString(2)), cancellation, _schema, plan.Tables.Select(t => t.TargetName).ToArray());
        var there = rows.ToHashSet();
        return [.. plan.Tables.Where(t => t.Columns.Any(c => !there.Contains((t.TargetName, c.TargetName, c.Type.Sql))))];
    }

    public async Task<IReadOnlyList<BlockRange>> SplitAsync(TablePlan table, int parts, CancellationToken cancellation)
    {
        // Whatever stands in it by now, one part is never wrong.
        if (parts == 1 || table.Bytes + table.Rows * RowOverhead < SmallTable) return [new BlockRange(0, null)];
        await using var session = await _sessions.RentAsync(cancellation);
        var parted = await TargetScan.SplitAsync(session.Connection, _schema, table, parts, cancellation);
        session.Keep();
        return parted;
    }

    public Task ScanAsync(TablePlan table, BlockRange part, bool whole, ITupleVisitor visitor, CancellationToken cancellation) =>
        WithReaderAsync(connection => TargetScan.ReadAsync(connection, _schema, table, part, _key, whole, visitor, cancellation), cancellation);

    public Task ScanQuarantineAsync(TablePlan table, ITupleVisitor visitor, CancellationToken cancellation) =>
        WithReaderAsync(
            connection => TargetScan.ReadAsync(
                connection, $"SELECT * FROM ONLY {TargetName.Qualify(_schema, table.Quarantine!.TargetName)}", _key, whole: false, visitor, cancellation),
            cancellation);

    /// <summary>The catalog's lines as they were when the move ended; null while it has not.</summary>
    public IReadOnlyList<string>? ExpectedCatalog { get; init; }

    public async Task<IReadOnlyList<CheckResult>> CheckAsync(MovePlan plan, bool scanRows, CancellationToken cancellation)
    {
        var results = new List<CheckResult>(await VerificationChecks.RunAsync(scanRows ? VerificationChecks.All : VerificationChecks.OfCatalog, Connection, plan, cancellation));
        if (ExpectedCatalog is { } expected)
        {
            var now = await ReadCatalogAsync(plan, cancellation);
            var counts = new Dictionary<string, long>(StringComparer.Ordinal) { ["objects"] = now.Objects.Count };
            results.Add(new CheckResult("schema unchanged", counts, CatalogDifference.Between(CatalogSnapshot.FromLines(expected), now)));
        }
        return results;
    }

    public async Task<TargetSchema> ReadSchemaAsync(MovePlan plan, CancellationToken cancellation)
    {
        var catalog = await ReadCatalogAsync(plan, cancellation);
        return new TargetSchema(catalog.Lines, catalog.Hash);
    }

    /// <summary>The catalog of everything the plan makes.</summary>
    private Task<CatalogSnapshot> ReadCatalogAsync(MovePlan plan, CancellationToken cancellation) =>
        CatalogSnapshot.ReadAsync(
            Connection, _schema,
            [.. plan.Tables.Select(t => t.TargetName), .. plan.Tables.Where(t => t.Quarantine is not null).Select(t => t.Quarantine!.TargetName), .. plan.Views.Select(v => v.TargetName),
                .. (plan.Postgres?.Objects ?? []).Where(o => o.IsRelation && o.Table is null).Select(o => o.Name)],
            cancellation);

    private async Task WithReaderAsync(Func<NpgsqlConnection, Task> read, CancellationToken cancellation)
    {
        await using var session = await _sessions.RentAsync(cancellation);
        var connection = session.Connection;
        await using var transaction = await BeginAsync(connection, cancellation);
        // The name comes from the server itself and holds hexadecimal digits and dashes; SET takes no parameters.
        await using var import = new NpgsqlCommand($"SET TRANSACTION SNAPSHOT {TargetName.Literal(_snapshot)}", connection, transaction);
        await import.ExecuteNonQueryAsync(cancellation);
        await read(connection);
        await transaction.CommitAsync(cancellation);
        session.Keep();
    }

    private static async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        await using var readOnly = new NpgsqlCommand("SET TRANSACTION READ ONLY", connection, transaction);
        await readOnly.ExecuteNonQueryAsync(cancellation);
        return transaction;
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _session.DisposeAsync();
    }
}
