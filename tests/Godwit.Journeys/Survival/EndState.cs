using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Survival;

/// <summary>What must be true once a move is over, however often it was interrupted.</summary>
internal static class EndState
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task HoldsAsync(TestDatabase database, string folder)
    {
        await using var connection = await database.OpenAsync(superuser: true);
        foreach (var (table, rows) in SurvivalSource.Rows)
            Assert.True(rows == await ScalarAsync<long>(connection, $"SELECT count(*) FROM public.\"{table}\""), $"rows of {table}");
        Assert.Equal(
            ["authors", "books", "copies", "loans", "open_loans", "reservations", "settings", "visits"],
            await ListAsync(connection, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f') ORDER BY relname COLLATE \"C\""));
        Assert.Equal(
            ["godwit", "public"],
            await ListAsync(connection, "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY nspname COLLATE \"C\""));
        Assert.Equal(0, await ScalarAsync<long>(connection, "SELECT count(*) FROM pg_index WHERE NOT indisvalid OR NOT indisready"));
        Assert.Equal(0, await ScalarAsync<long>(connection, "SELECT count(*) FROM pg_constraint WHERE NOT convalidated"));
        Assert.Equal(0, await ScalarAsync<long>(connection, "SELECT count(*) FROM pg_prepared_xacts"));
        Assert.Equal(0, await ScalarAsync<long>(connection, "SELECT count(*) FROM godwit.leases"));
        Assert.Equal(0, await ScalarAsync<long>(connection, "SELECT count(*) FROM godwit.runs WHERE state NOT IN ('Verified', 'Aborted')"));
        Assert.Equal(1, await ScalarAsync<long>(connection, "SELECT count(*) FROM godwit.runs WHERE state = 'Verified'"));
        await NoSessionsAsync(connection);
        var remains = Path.Combine(folder, ".godwit");
        Assert.False(Directory.Exists(remains), $"left: {(Directory.Exists(remains) ? string.Join(", ", Directory.EnumerateFileSystemEntries(remains, "*", SearchOption.AllDirectories)) : "")}");
        Assert.Empty(Directory.EnumerateFiles(folder, "*.draft"));
    }

    /// <summary>Waits for sessions whose process is gone to end; one that stays fails the test by its time limit.</summary>
    private static async Task NoSessionsAsync(NpgsqlConnection connection)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await ScalarAsync<long>(connection, "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'godwit%' AND datname = current_database()") > 0)
            await Task.Delay(Pause, limit.Token);
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<List<string>> ListAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var list = new List<string>();
        while (await reader.ReadAsync()) list.Add(reader.GetString(0));
        return list;
    }
}
