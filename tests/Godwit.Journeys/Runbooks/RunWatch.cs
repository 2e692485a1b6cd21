using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Runbooks;

/// <summary>
/// Looks at a run of a runbook from outside: how many steps it has done or undone, and each change of what it writes and of what its sessions are at. What
/// befalls a run is placed by this and not by time.
/// </summary>
internal sealed class RunWatch(TestDatabase database) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private NpgsqlConnection? _connection;
    private string? _last;

    /// <summary>Where it was seen last.</summary>
    public string Last => _last ?? "";

    /// <summary>Waits until so many steps are done, or undone, and then for some changes more. False when <paramref name="over"/> came before.</summary>
    public async Task<bool> ReachAsync(int steps, int changes, bool back, Func<bool> over)
    {
        var state = back ? "Undone" : "Verified";
        while (!over())
        {
            var (count, seen) = await LookAsync(state);
            if (count < steps)
            {
                _last = seen;
            }
            else
            {
                if (seen != _last) changes--;
                _last = seen;
                if (changes < 0) return true;
            }
            await Task.Delay(Pause);
        }
        return false;
    }

    public async Task<bool> HasRunAsync() => (await LookAsync("Verified")).Seen.Length > 0;

    /// <summary>Whether the way back is on record: killed before that, it has not begun, and a run that is resumed goes forward.</summary>
    public async Task<bool> IsGoingBackAsync()
    {
        await using var connection = await database.OpenAsync(superuser: true);
        await using var command = new NpgsqlCommand("SELECT coalesce(bool_or(rolling_back), false) FROM godwit.runs", connection);
        return await command.ExecuteScalarAsync() is true;
    }

    private async Task<(long Count, string Seen)> LookAsync(string state)
    {
        try
        {
            _connection ??= await database.OpenAsync(superuser: true);
            await using var command = new NpgsqlCommand(
                """
                SELECT (SELECT count(*) FROM godwit.steps WHERE state = $1),
                    (SELECT concat_ws(' ', (SELECT max(sequence) FROM godwit.journal), string_agg(concat_ws(' ', id, state, done), ', ' ORDER BY ordinal) FILTER (WHERE began_at IS NOT NULL)) FROM godwit.steps HAVING count(*) > 0)
                    || coalesce((SELECT ': ' || string_agg(left(query, 60), ' + ' ORDER BY query) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'godwit % run' AND state <> 'idle'), '')
                """, _connection)
            { Parameters = { new() { Value = state } } };
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            return (reader.GetInt64(0), reader.IsDBNull(1) ? "" : reader.GetString(1));
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable)
        {
            return (0, "");
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            // The server is down, or was: the next look connects anew.
            await DisposeAsync();
            return (0, _last ?? "");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        _connection = null;
    }
}
