using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>Where sequences stand that are on both sides of a live move.</summary>
/// <remarks>
/// What a session has cached of a sequence is behind its position, and whoever goes on from there meets none of it: a session of the old side that comes back with cached numbers has those that no
/// session of the new side was ever given.
/// </remarks>
internal static class PostgresSequences
{
    /// <param name="connection">To one side.</param>
    /// <param name="names">That side's qualified names, by those of the new side.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The last number of each that has given out any.</returns>
    public static async Task<IReadOnlyDictionary<string, long>> ReadAsync(NpgsqlConnection connection, IReadOnlyDictionary<string, string> names, CancellationToken cancellation)
    {
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand("SELECT k, l FROM (SELECT k, pg_sequence_last_value(n::regclass)::bigint AS l FROM unnest($1, $2) AS u(k, n)) AS s WHERE l IS NOT NULL", connection)
        { Parameters = { new() { Value = names.Keys.ToArray() }, new() { Value = names.Values.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) last.Add(reader.GetString(0), reader.GetInt64(1));
        return last;
    }

    /// <summary>Goes on after these: never back, but for those that begin again at their end.</summary>
    public static async Task ContinueAsync(NpgsqlConnection connection, IReadOnlyDictionary<string, string> names, IReadOnlyDictionary<string, long> last, CancellationToken cancellation)
    {
        var known = last.Where(l => names.ContainsKey(l.Key)).ToList();
        await using var command = new NpgsqlCommand(
            """
            SELECT setval(c, t) FROM (
                SELECT s.seqrelid::regclass AS c, pg_sequence_last_value(s.seqrelid)::bigint AS l,
                       CASE WHEN s.seqcycle THEN u.l WHEN s.seqincrement > 0 THEN greatest(u.l, pg_sequence_last_value(s.seqrelid)) ELSE least(u.l, pg_sequence_last_value(s.seqrelid)) END AS t
                FROM unnest($1, $2) AS u(n, l) JOIN pg_sequence s ON s.seqrelid = u.n::regclass
            ) AS p WHERE t IS DISTINCT FROM l
            """, connection)
        { Parameters = { new() { Value = known.Select(l => names[l.Key]).ToArray() }, new() { Value = known.Select(l => l.Value).ToArray() } } };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
