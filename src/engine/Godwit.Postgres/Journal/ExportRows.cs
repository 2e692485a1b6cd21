using Godwit.Engine.Journal.Export;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Postgres.Journal;

/// <summary>How the copies of a run's journal stand, as the processes that make them last said: what <c>status</c> shows, wherever it is asked.</summary>
public static class ExportRows
{
    /// <summary>Makes the row of a sink this writer's; what a former one says about it from now on changes nothing.</summary>
    public static Task BeginAsync(NpgsqlConnection connection, Guid run, Guid writer, ExportState state, CancellationToken cancellation) =>
        ExecuteAsync(
            connection,
            """
            INSERT INTO godwit.exports (run, sink, writer, status, sent, failures, problem) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (run, sink) DO UPDATE SET writer = excluded.writer, at = clock_timestamp()
            """, run, writer, state, cancellation);

    public static Task SaveAsync(NpgsqlConnection connection, Guid run, Guid writer, ExportState state, CancellationToken cancellation) =>
        ExecuteAsync(
            connection,
            "UPDATE godwit.exports SET status = $4, sent = $5, failures = $6, problem = $7, at = clock_timestamp() WHERE run = $1 AND sink = $2 AND writer = $3",
            run, writer, state, cancellation);

    /// <summary>The copies of a run's journal. One that says that it is up to date, and has fewer entries than the journal, is behind.</summary>
    public static async Task<IReadOnlyList<ExportState>> ReadAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT sink, status, sent, failures, problem, at, coalesce((SELECT max(sequence) FROM godwit.journal j WHERE j.run = e.run), 0) FROM godwit.exports e
            WHERE e.run = $1 ORDER BY sink
            """, connection)
        { Parameters = { new() { Value = run } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var states = new List<ExportState>();
        while (await reader.ReadAsync(cancellation))
        {
            var (status, sent, entries) = (Enum.Parse<ExportStatus>(reader.GetString(1)), reader.GetInt64(2), reader.GetInt64(6));
            states.Add(new ExportState(
                reader.GetString(0), status == ExportStatus.UpToDate && sent < entries ? ExportStatus.Behind : status, sent, reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetInt32(3), reader.IsDBNull(4) ? null : reader.GetString(4)));
        }
        return states;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, Guid run, Guid writer, ExportState state, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                new() { Value = run }, new() { Value = state.Sink }, new() { Value = writer }, new() { Value = state.Status.ToString() }, new() { Value = state.Sent },
                new() { Value = state.Failures }, new() { Value = (object?)state.Problem ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
