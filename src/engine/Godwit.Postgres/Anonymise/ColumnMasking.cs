using Godwit.Engine.Anonymise;
using Godwit.Engine.Anonymise.Masks;
using Godwit.Postgres.Backups;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Postgres.Anonymise;

/// <param name="Rows">Rows of the table.</param>
/// <param name="Unchanged">By column: values with letters or digits in them that came out as they were, since they hold none that the mask replaces.</param>
internal sealed record MaskedTable(string Table, long Rows, IReadOnlyDictionary<string, long> Unchanged);

/// <summary>
/// Masks columns of a table: reads them in one session, and puts the others in their place in another, whose triggers and foreign keys rest meanwhile. Where a unique index is on one of
/// them all rows are written anew, since in the middle of an UPDATE two rows may have one value.
/// </summary>
internal sealed class ColumnMasking(NpgsqlConnection reading, NpgsqlConnection writing, MaskKinds kinds)
{
    private const string Masked = "pg_temp.godwit_masked", Whole = "pg_temp.godwit_whole";

    public async Task<MaskedTable> MaskAsync(CopiedTable table, IReadOnlyDictionary<string, string> columns, CancellationToken cancellation)
    {
        var masked = table.Columns.Where(c => columns.ContainsKey(c.Name)).ToList();
        var masks = masked.Select(c => kinds.Mask(columns[c.Name], c.Type)).ToList();
        await using var transaction = await writing.BeginTransactionAsync(cancellation);
        await ExecuteAsync("SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '60s'", cancellation);
        await ExecuteAsync($"CREATE TEMP TABLE godwit_masked (part oid, at tid, {string.Join(", ", masked.Select((_, i) => $"c{i} text"))}) ON COMMIT DROP", cancellation);
        var (rows, unchanged) = await FillAsync(table, masked, masks, cancellation);
        await ExecuteAsync($"ANALYZE {Masked}", cancellation);
        if (masked.Exists(c => c.IsUnique)) await RewriteAsync(table, masked, cancellation);
        else await ExecuteAsync($"UPDATE {table.Sql} t SET {string.Join(", ", masked.Select((c, i) => $"{Quote(c.Name)} = m.c{i}::{c.Cast}"))} FROM {Masked} m WHERE t.ctid = m.at AND t.tableoid = m.part", cancellation);
        await transaction.CommitAsync(cancellation);
        return new MaskedTable(table.Key, rows, unchanged);
    }

    private async Task<(long Rows, IReadOnlyDictionary<string, long> Unchanged)> FillAsync(CopiedTable table, List<CopiedColumn> columns, List<IMask> masks, CancellationToken cancellation)
    {
        var rows = 0L;
        var same = new long[columns.Count];
        await using var command = new NpgsqlCommand($"SELECT tableoid, ctid, {string.Join(", ", columns.Select(c => $"{Quote(c.Name)}::text"))} FROM {table.Sql}", reading) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await using var import = await writing.BeginBinaryImportAsync($"COPY {Masked} FROM STDIN (FORMAT binary)", cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows++;
            await import.StartRowAsync(cancellation);
            await import.WriteAsync(reader.GetFieldValue<uint>(0), NpgsqlDbType.Oid, cancellation);
            await import.WriteAsync(reader.GetFieldValue<NpgsqlTid>(1), NpgsqlDbType.Tid, cancellation);
            for (var i = 0; i < columns.Count; i++)
            {
                var before = reader.IsDBNull(i + 2) ? null : reader.GetString(i + 2);
                var after = before is null ? null : masks[i].Apply(before);
                if (before is not null && after == before && before.Any(char.IsLetterOrDigit)) same[i]++;
                if (after is null) await import.WriteNullAsync(cancellation);
                else await import.WriteAsync(after, NpgsqlDbType.Text, cancellation);
            }
        }
        await import.CompleteAsync(cancellation);
        return (rows, columns.Select((c, i) => (c.Name, Count: same[i])).Where(c => c.Count > 0).ToDictionary(c => c.Name, c => c.Count, StringComparer.Ordinal));
    }

    private async Task RewriteAsync(CopiedTable table, List<CopiedColumn> masked, CancellationToken cancellation)
    {
        // What is generated is generated again.
        var kept = table.Columns.Where(c => !c.IsGenerated).ToList();
        var values = kept.Select(c => masked.IndexOf(c) is >= 0 and var i ? $"m.c{i}::{c.Cast} AS {Quote(c.Name)}" : $"t.{Quote(c.Name)}");
        var names = string.Join(", ", kept.Select(c => Quote(c.Name)));
        await ExecuteAsync($"CREATE TEMP TABLE godwit_whole ON COMMIT DROP AS SELECT {string.Join(", ", values)} FROM {table.Sql} t JOIN {Masked} m ON t.ctid = m.at AND t.tableoid = m.part", cancellation);
        await ExecuteAsync($"DELETE FROM {table.Sql}", cancellation);
        await ExecuteAsync($"INSERT INTO {table.Sql} ({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM {Whole}", cancellation);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation) => await LogicalRestore.ExecuteAsync(writing, sql, cancellation);

    private static string Quote(string name) => LogicalRestore.Quote(name);
}
