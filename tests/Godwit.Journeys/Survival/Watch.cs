using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Survival;

/// <summary>
/// Looks at a run from outside: the rows it commits, what its sessions do, the lines it prints, the files it writes. Interruptions are placed by this
/// and not by time.
/// </summary>
internal sealed class Watch(TestDatabase database, string folder) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private NpgsqlConnection? _connection;
    private bool _hasSchema;

    /// <summary>Lets the mover run until the place, then freezes it there. False when it ended before.</summary>
    public async Task<bool> FreezeAtAsync(Mover mover, Place place)
    {
        while (!mover.HasExited)
        {
            var seen = await LookAsync(mover);
            if (seen.IsAtOrAfter(place))
            {
                if (mover.HasExited) return false;
                mover.Freeze();
                if (!(await LookAsync(mover)).IsFinished) return true;
                // Over before it was frozen: it may go its way.
                mover.Thaw();
                return false;
            }
            await Task.Delay(Pause);
        }
        return false;
    }

    public async Task<Sighting> LookAsync(Mover mover)
    {
        var row = await RowAsync();
        // What a former mover left in the target says nothing of this one before it has gone that far itself.
        if (row is null || mover.Phase is "" or "open" or "profile" or "plan")
        {
            var opening = mover.Phase switch { "" => -1, "open" => 0, "profile" => 1, "plan" when row is null => 2, _ => 3 };
            return new Sighting(Stage.Plan, opening, row is not null && row.State != "Running" && Expedition.PointerIn(folder) is null);
        }
        if (row.State != "Running") return new Sighting(Stage.Certify, 2, IsFinished: Expedition.PointerIn(folder) is null);
        if (mover.Phase == "certify") return new Sighting(Stage.Certify, File.Exists(Path.Combine(folder, "app.certificate.json")) ? 1 : 0, IsFinished: false);
        return row.Phase switch
        {
            "prepare" => new Sighting(Stage.Prepare, row.Prepared, IsFinished: false),
            "copy" => new Sighting(Stage.Copy, row.Ranges, IsFinished: false),
            "index" => new Sighting(Stage.Index, row.Indexed, IsFinished: false),
            _ => new Sighting(Stage.Verify, row.Checking ? 2 : row.Reading ? 1 : 0, IsFinished: false),
        };
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = new NpgsqlCommand(sql, await ConnectAsync());
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private sealed record Row(string State, string Phase, int Prepared, int Indexed, int Ranges, bool Reading, bool Checking);

    private async Task<Row?> RowAsync()
    {
        var connection = await ConnectAsync();
        if (!_hasSchema)
        {
            await using var exists = new NpgsqlCommand("SELECT to_regclass('godwit.ranges') IS NOT NULL", connection);
            if (await exists.ExecuteScalarAsync() is not true) return null;
            _hasSchema = true;
        }
        await using var command = new NpgsqlCommand(
            """
            SELECT r.state, r.phase,
                (SELECT count(*)::int FROM godwit.steps WHERE run = r.id AND phase IN ('schema', 'tables')),
                (SELECT count(*)::int FROM godwit.steps WHERE run = r.id AND phase NOT IN ('schema', 'tables')),
                (SELECT count(*)::int FROM godwit.ranges WHERE run = r.id AND done),
                EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'godwit%move' AND query LIKE 'COPY (%'),
                EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'godwit%move' AND query ~* '(lastval|pg_sequence|pg_constraint|GROUP BY)')
            FROM godwit.runs r WHERE state <> 'Aborted' ORDER BY started_at DESC LIMIT 1
            """, connection);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? new Row(
                reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetBoolean(5), reader.GetBoolean(6))
            : null;
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        if (_connection is { State: System.Data.ConnectionState.Open }) return _connection;
        await ForgetAsync();
        var settings = database.Server.Connection(database.Name, superuser: true);
        settings.ApplicationName = "survival";
        _connection = new NpgsqlConnection(settings.ConnectionString);
        await _connection.OpenAsync();
        return _connection;
    }

    /// <summary>The server is about to go, or went: the next look connects anew.</summary>
    public async Task ForgetAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        _connection = null;
    }

    public async ValueTask DisposeAsync() => await ForgetAsync();
}
