using System.Globalization;
using Godwit.Engine.Anonymise;
using Godwit.Postgres.Backups;
using Npgsql;

namespace Godwit.Postgres.Anonymise;

/// <param name="Before">Rows of all tables.</param>
/// <param name="After">Rows that are left.</param>
/// <param name="EnoughDays">With how many days four fifths would be left; null where no number of days would do, or these do.</param>
internal sealed record KeptRows(long Before, long After, int? EnoughDays);

/// <summary>
/// Keeps the rows of the last days: of tables with a date those that are young enough, of others all but those that refer to rows which go. What a row that stays refers to stays too,
/// however old it is, and with it what hangs on that and has no date of its own.
/// </summary>
internal sealed class RecentRows(NpgsqlConnection connection, IReadOnlyList<CopiedTable> tables, IReadOnlyList<CopiedKey> keys, AnonymiseSettings settings)
{
    public const double Share = 0.8;

    private readonly Dictionary<string, CopiedTable> _tables = tables.ToDictionary(t => t.Key, StringComparer.Ordinal);

    /// <param name="days">How many.</param>
    /// <param name="now">What they are counted from: the moment whose data the copy holds.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task<KeptRows> KeepAsync(int days, DateTimeOffset now, CancellationToken cancellation)
    {
        var before = await CountAsync(cancellation);
        var enough = await EnoughDaysAsync(now, cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync("SET LOCAL session_replication_role = replica", cancellation);
        foreach (var (i, table) in tables.Index())
        {
            var old = DateOf(table) is { } date ? $"{LogicalRestore.Quote(date)} < $1::timestamptz" : "false";
            await ExecuteAsync($"CREATE TEMP TABLE godwit_goes_{i} (part oid, at tid, PRIMARY KEY (part, at)) ON COMMIT DROP", cancellation);
            await ExecuteAsync($"INSERT INTO {Goes(i)} SELECT tableoid, ctid FROM {table.Sql} WHERE {old}", cancellation, DateOf(table) is null ? null : now.AddDays(-days).UtcDateTime);
        }
        // Each of the three comes to rest, since each only adds or only takes away.
        await SettleAsync(KeysOfUndated().Select(k => (Func<Task<long>>)(() => GoesAlongAsync(k, cancellation))));
        await SettleAsync(KnownKeys().Select(k => (Func<Task<long>>)(() => StaysForAsync(k, cancellation))));
        await SettleAsync(tables.Where(t => DateOf(t) is null).Select(t => (Func<Task<long>>)(() => StaysWithAsync(t, cancellation))));
        foreach (var (i, table) in tables.Index()) await ExecuteAsync($"DELETE FROM {table.Sql} t USING {Goes(i)} g WHERE t.tableoid = g.part AND t.ctid = g.at", cancellation);
        await transaction.CommitAsync(cancellation);
        var after = await CountAsync(cancellation);
        return new KeptRows(before, after, after >= before * Share ? null : enough);
    }

    private static async Task SettleAsync(IEnumerable<Func<Task<long>>> parts)
    {
        var all = parts.ToList();
        long changed;
        do
        {
            changed = 0;
            foreach (var part in all) changed += await part();
        }
        while (changed > 0);
    }

    /// <summary>With how many days the dated tables would keep four fifths of all rows.</summary>
    private async Task<int?> EnoughDaysAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var parts = tables.Where(t => DateOf(t) is not null).Select(t => $"SELECT ceil(extract(epoch FROM $1::timestamptz - {LogicalRestore.Quote(DateOf(t)!)}::timestamptz) / 86400) AS age FROM {t.Sql}").ToList();
        if (parts.Count == 0) return null;
        var all = await CountAsync(cancellation);
        await using var command = new NpgsqlCommand($"SELECT percentile_disc({Share.ToString(CultureInfo.InvariantCulture)}) WITHIN GROUP (ORDER BY age)::bigint FROM ({string.Join(" UNION ALL ", parts)}) a WHERE age IS NOT NULL", connection)
        {
            CommandTimeout = 0, Parameters = { new() { Value = now.UtcDateTime } },
        };
        return all > 0 && await command.ExecuteScalarAsync(cancellation) is long days ? (int)Math.Clamp(days, 1, int.MaxValue) : null;
    }

    /// <summary>Rows without a date of their own go when a row that they refer to goes.</summary>
    private Task<long> GoesAlongAsync(CopiedKey key, CancellationToken cancellation) => ExecuteAsync(
        $"""
        INSERT INTO {Goes(key.From)} SELECT f.tableoid, f.ctid FROM {_tables[key.From].Sql} f JOIN {_tables[key.To].Sql} t ON {key.Join("f", "t")} JOIN {Goes(key.To)} g ON g.part = t.tableoid AND g.at = t.ctid
        ON CONFLICT DO NOTHING
        """, cancellation);

    /// <summary>Rows that one which stays refers to stay.</summary>
    private Task<long> StaysForAsync(CopiedKey key, CancellationToken cancellation) => ExecuteAsync(
        $"""
        DELETE FROM {Goes(key.To)} g USING {_tables[key.To].Sql} t, {_tables[key.From].Sql} f
        WHERE t.tableoid = g.part AND t.ctid = g.at AND {key.Join("f", "t")} AND NOT EXISTS (SELECT FROM {Goes(key.From)} o WHERE o.part = f.tableoid AND o.at = f.ctid)
        """, cancellation);

    /// <summary>Rows without a date stay when all that they refer to stays after all.</summary>
    private Task<long> StaysWithAsync(CopiedTable table, CancellationToken cancellation)
    {
        var goes = KnownKeys().Where(k => k.From == table.Key)
            .Select(k => $"AND NOT EXISTS (SELECT FROM {_tables[k.To].Sql} t JOIN {Goes(k.To)} o ON o.part = t.tableoid AND o.at = t.ctid WHERE {k.Join("f", "t")})");
        return ExecuteAsync($"DELETE FROM {Goes(table.Key)} g USING {table.Sql} f WHERE f.tableoid = g.part AND f.ctid = g.at {string.Join(' ', goes)}", cancellation);
    }

    private async Task<long> CountAsync(CancellationToken cancellation)
    {
        if (tables.Count == 0) return 0;
        await using var command = new NpgsqlCommand($"SELECT sum(count)::bigint FROM ({string.Join(" UNION ALL ", tables.Select(t => $"SELECT count(*) FROM {t.Sql}"))}) c", connection) { CommandTimeout = 0 };
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private IEnumerable<CopiedKey> KnownKeys() => keys.Where(k => _tables.ContainsKey(k.From) && _tables.ContainsKey(k.To));

    private IEnumerable<CopiedKey> KeysOfUndated() => KnownKeys().Where(k => DateOf(_tables[k.From]) is null);

    private string? DateOf(CopiedTable table) => settings.Tables.TryGetValue(table.Key, out var named) ? named.Date : null;

    private string Goes(string table) => Goes(tables.Index().First(t => t.Item.Key == table).Index);

    private static string Goes(int table) => $"pg_temp.godwit_goes_{table}";

    private async Task<long> ExecuteAsync(string sql, CancellationToken cancellation, DateTime? value = null)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        if (value is { } given) command.Parameters.Add(new NpgsqlParameter { Value = given });
        return Math.Max(0, await command.ExecuteNonQueryAsync(cancellation));
    }
}
