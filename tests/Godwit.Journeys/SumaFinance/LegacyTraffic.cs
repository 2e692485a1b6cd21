using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.SumaFinance;

/// <summary>The legacy application at work: people register, agree, sign in, change their address, leave. What it was told is done is looked up at the end.</summary>
/// <param name="database">Where.</param>
/// <param name="rows">How many there were at the beginning.</param>
/// <param name="repeatable">Whether each transaction sees one snapshot, taken a while before it writes, and is begun anew after a conflict.</param>
internal sealed class LegacyTraffic(TestDatabase database, long rows, bool repeatable = false) : IDisposable
{
    private const string Moved = "25006", Conflict = "40001";

    private static readonly TimeSpan s_thought = TimeSpan.FromMilliseconds(60);

    private readonly CancellationTokenSource _stop = new();

    /// <summary>By id, the address as it was last; null for who has left.</summary>
    private readonly Dictionary<long, string?> _addresses = [];

    private Task _work = Task.CompletedTask;

    public int Acknowledged { get; private set; }

    /// <summary>Whether the application has heard that accounts are made elsewhere now.</summary>
    public bool ToldToGo { get; private set; }

    public Exception? Fault { get; private set; }

    /// <summary>Transactions that had to be begun anew.</summary>
    public int Again { get; private set; }

    public void Start() => _work = Task.Run(WorkAsync);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _work;
    }

    /// <summary>Acknowledged writes that are not there.</summary>
    public async Task<IReadOnlyList<string>> LostAsync()
    {
        var lost = new List<string>();
        await using var connection = await database.OpenAsync();
        foreach (var (id, address) in _addresses)
        {
            await using var look = new NpgsqlCommand("SELECT email FROM legacy_users WHERE id = $1", connection) { Parameters = { new() { Value = id } } };
            if (await look.ExecuteScalarAsync() as string != address) lost.Add($"{id}: {address ?? "has left"}");
        }
        return lost;
    }

    public void Dispose() => _stop.Dispose();

    private async Task WorkAsync()
    {
        try
        {
            await using var connection = await database.OpenAsync();
            for (var n = 0; !_stop.IsCancellationRequested && !ToldToGo; n++)
            {
                try
                {
                    await TurnAsync(connection, n);
                }
                catch (PostgresException e) when (e.SqlState == Moved)
                {
                    ToldToGo = true;
                }
                catch (PostgresException e) when (repeatable && e.SqlState == Conflict)
                {
                    Again++;
                    n--;
                }
                await Task.Delay(5);
            }
        }
        catch (NpgsqlException e)
        {
            Fault = e;
        }
    }

    private async Task TurnAsync(NpgsqlConnection connection, int n)
    {
        switch (n % 4)
        {
            case 0:
                await using (var transaction = await connection.BeginTransactionAsync())
                {
                    await using var register = new NpgsqlCommand(
                        """
                        WITH u AS (INSERT INTO legacy_users (email, password_hash) VALUES ($1, md5($1)) RETURNING id),
                        c AS (INSERT INTO legacy_consents (user_id, consent_type, version, granted) SELECT id, t, '1.0', true FROM u, unnest(ARRAY['terms', 'privacy']) t)
                        SELECT id FROM u
                        """,
                        connection, transaction) { Parameters = { new() { Value = $"New{n}@example.net" } } };
                    var id = (long)(await register.ExecuteScalarAsync())!;
                    await transaction.CommitAsync();
                    Done(id, $"New{n}@example.net");
                }
                break;
            case 1:
                await RunAsync(connection, "UPDATE legacy_users SET last_login_at = now() WHERE id = $1", 1 + (n * 7 % rows));
                Acknowledged++;
                break;
            case 2:
                var moved = 1 + (n * 11 % rows);
                // Some have left.
                if (await RunAsync(connection, "UPDATE legacy_users SET email = $2 WHERE id = $1", moved, $"moved{n}@example.net") == 1) Done(moved, $"moved{n}@example.net");
                break;
            default:
                var agreed = 1 + (n * 13 % rows);
                if (n % 16 == 3)
                {
                    await RunAsync(connection, "DELETE FROM legacy_users WHERE id = $1", agreed);
                    Done(agreed, null);
                }
                else
                {
                    await RunAsync(connection, "INSERT INTO legacy_consents (user_id, consent_type, version, granted) SELECT id, 'marketing', '1.0', true FROM legacy_users WHERE id = $1", agreed);
                    Acknowledged++;
                }
                break;
        }
    }

    private void Done(long id, string? address)
    {
        _addresses[id] = address;
        Acknowledged++;
    }

    private async Task<int> RunAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var transaction = await connection.BeginTransactionAsync(repeatable ? System.Data.IsolationLevel.RepeatableRead : System.Data.IsolationLevel.ReadCommitted);
        if (repeatable)
        {
            await using var look = new NpgsqlCommand("SELECT count(*) FROM legacy_users", connection, transaction);
            await look.ExecuteScalarAsync();
            await Task.Delay(s_thought);
        }
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        var changed = await command.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return changed;
    }
}
