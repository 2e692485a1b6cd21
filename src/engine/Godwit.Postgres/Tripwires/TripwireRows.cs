using Godwit.Engine.Tripwires;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Postgres.Tripwires;

/// <summary>Tripwires as the target's rows have them.</summary>
public static class TripwireRows
{
    private static readonly string[] s_stateColumns = ["looked_at", "number_at", "value", "out_since", "within_since", "silent_since", "silence", "returns", "held", "held_silent"];

    private static readonly string[] s_columns = ["baseline", "baseline_looks", "baseline_at", .. s_stateColumns, "fired_at", "fired_cause", "fired_action", "fired_reason", "seen_at"];

    /// <summary>By id; none where an older program made the tables.</summary>
    public static async Task<IReadOnlyList<TripwireRow>> ReadAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using (var look = new NpgsqlCommand("SELECT to_regclass('godwit.tripwires') IS NOT NULL", connection))
        {
            if (await look.ExecuteScalarAsync(cancellation) is not true) return [];
        }
        await using var command = new NpgsqlCommand($"SELECT id, {string.Join(", ", s_columns)} FROM godwit.tripwires WHERE run = $1 ORDER BY id", connection) { Parameters = { new() { Value = run } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<TripwireRow>();
        while (await reader.ReadAsync(cancellation)) rows.Add(Read(reader));
        return rows;
    }

    /// <param name="connection">Of the target.</param>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="run">The run.</param>
    /// <param name="rows">Its tripwires.</param>
    /// <param name="stateOnly">Whether baselines and what was fired stay as the rows have them.</param>
    /// <param name="cancellation">Stops.</param>
    internal static async Task SaveAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, Guid run, IReadOnlyList<TripwireRow> rows, bool stateOnly, CancellationToken cancellation)
    {
        var columns = stateOnly ? s_stateColumns : s_columns;
        // In one order, whoever writes several: two that each wait for the other's row would be a deadlock.
        foreach (var row in rows.OrderBy(r => r.Id, StringComparer.Ordinal))
        {
            await using var command = new NpgsqlCommand(
                $"""
                INSERT INTO godwit.tripwires (run, id, {string.Join(", ", columns)}) VALUES ($1, $2, {string.Join(", ", columns.Select((_, i) => $"${i + 3}"))})
                ON CONFLICT (run, id) DO UPDATE SET {string.Join(", ", columns.Select(c => $"{c} = excluded.{c}"))}
                """, connection, transaction);
            command.Parameters.Add(new() { Value = run });
            command.Parameters.Add(new() { Value = row.Id });
            foreach (var (value, type) in stateOnly ? State(row.State) : Values(row)) command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static IEnumerable<(object? Value, NpgsqlDbType Type)> Values(TripwireRow row) =>
    [
        (row.Baseline?.Value, NpgsqlDbType.Numeric), (row.Baseline?.Looks, NpgsqlDbType.Integer), Time(row.Baseline?.At),
        .. State(row.State),
        Time(row.Fired?.At), (row.Fired?.Cause.ToString(), NpgsqlDbType.Text), (row.Fired?.Action.ToString(), NpgsqlDbType.Text), (row.Fired?.Reason, NpgsqlDbType.Text), Time(row.Fired?.SeenAt),
    ];

    private static IEnumerable<(object? Value, NpgsqlDbType Type)> State(TripwireState state) =>
    [
        Time(state.LookedAt), Time(state.NumberAt), (state.Value, NpgsqlDbType.Numeric), Time(state.OutSince), Time(state.WithinSince), Time(state.SilentSince),
        (state.Silence, NpgsqlDbType.Text), (state.Returns, NpgsqlDbType.Integer), (state.Held, NpgsqlDbType.Boolean), (state.HeldSilent, NpgsqlDbType.Boolean),
    ];

    private static (object?, NpgsqlDbType) Time(DateTimeOffset? time) => (time?.UtcDateTime, NpgsqlDbType.TimestampTz);

    private static TripwireRow Read(NpgsqlDataReader row) => new(row.GetString(0))
    {
        Baseline = row.IsDBNull(1) ? null : new Baseline(row.GetDecimal(1), row.GetInt32(2), Time(row, 3)!.Value),
        State = new TripwireState
        {
            LookedAt = Time(row, 4), NumberAt = Time(row, 5), Value = row.IsDBNull(6) ? null : row.GetDecimal(6), OutSince = Time(row, 7), WithinSince = Time(row, 8), SilentSince = Time(row, 9),
            Silence = row.IsDBNull(10) ? null : row.GetString(10), Returns = row.GetInt32(11), Held = row.GetBoolean(12), HeldSilent = row.GetBoolean(13),
        },
        Fired = row.IsDBNull(14)
            ? null
            : new TripwireFired(Time(row, 14)!.Value, Enum.Parse<TripwireCause>(row.GetString(15)), Enum.Parse<TripwireAction>(row.GetString(16)), row.GetString(17), Time(row, 18)),
    };

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : new DateTimeOffset(row.GetDateTime(column), TimeSpan.Zero);
}
