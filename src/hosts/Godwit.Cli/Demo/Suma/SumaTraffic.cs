using System.Collections.Concurrent;
using System.Globalization;
using Godwit.Cli.Demo.Service;
using Godwit.Cli.Sample.LearningSol;
using Npgsql;

namespace Godwit.Cli.Demo.Suma;

/// <summary>
/// The legacy application while its people move: they sign in, some register or change their address. It asks its own tables; whoever it is refused there, because accounts have moved, it looks up where they are now.
/// </summary>
internal sealed class SumaTraffic(KeyStore store, SumaDirectory directory, IReadOnlyList<(long Id, string Email)> people, TimeProvider time)
{
    /// <summary>What the closed tables answer.</summary>
    private const string Moved = "25006";

    private const int Callers = 3, WriteEvery = 12, Recent = 200;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly string _run = Guid.NewGuid().ToString()[..8];
    private readonly ConcurrentDictionary<long, string> _book = new();
    private readonly ConcurrentQueue<double> _times = new();
    private long _old, _new, _failed, _refused, _writes, _slowest;
    private int _moved;
    private string? _fault;

    /// <summary>Sign-ins that the legacy tables answered, and those that the accounts did.</summary>
    public long ByLegacy => Interlocked.Read(ref _old);

    public long ByAccounts => Interlocked.Read(ref _new);

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>The first that failed.</summary>
    public string? Fault => _fault;

    /// <summary>Writes that were told to ask the other side, having changed nothing.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Writes to the legacy system that were acknowledged: registrations, and addresses that changed.</summary>
    public long Writes => Interlocked.Read(ref _writes);

    public double SlowestMilliseconds => Interlocked.Read(ref _slowest) / 1000.0;

    /// <summary>The address as it was last, by row, of who came or changed since the demo began.</summary>
    public IReadOnlyDictionary<long, string> Book => _book;

    /// <summary>Of the last requests, in percent.</summary>
    public double ErrorRate => Failed == 0 ? 0 : 100.0 * Failed / (Failed + ByLegacy + ByAccounts);

    /// <summary>Of the last requests, the time within which 95 of a hundred were answered, in milliseconds.</summary>
    public double SlowTwentieth => _times.ToArray() is { Length: > 0 } times ? times.Order().ElementAt((int)(0.95 * (times.Length - 1))) : 0;

    /// <summary>Goes on until it is stopped; what is under way then is waited for.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => CallAsync(caller, stop)));

    private async Task CallAsync(int caller, CancellationToken stop)
    {
        var dice = new Dice(caller + 1);
        // Each caller has people of its own: two changes of one row would race, and nobody could say which has to be there.
        var own = people.Where((_, i) => i % Callers == caller).ToArray();
        for (var turn = 0; !stop.IsCancellationRequested && own.Length > 0; turn++)
        {
            var began = time.GetTimestamp();
            try
            {
                await TurnAsync(dice, own, caller, turn);
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException)
            {
                Interlocked.Increment(ref _failed);
                _fault ??= e.Message;
            }
            var took = time.GetElapsedTime(began);
            _times.Enqueue(took.TotalMilliseconds);
            if (_times.Count > Recent) _times.TryDequeue(out _);
            if (took.TotalMicroseconds > Interlocked.Read(ref _slowest)) Interlocked.Exchange(ref _slowest, (long)took.TotalMicroseconds);
            await Task.WhenAny(Task.Delay(s_pause, time, stop));
        }
    }

    private async Task TurnAsync(Dice dice, (long Id, string Email)[] own, int caller, int turn)
    {
        var at = dice.Below(own.Length);
        if (Volatile.Read(ref _moved) == 0 && dice.OneIn(WriteEvery))
        {
            var word = string.Create(CultureInfo.InvariantCulture, $"{_run}-{caller}-{turn}@example.net");
            if (dice.OneIn(2)) await WriteAsync("INSERT INTO public.legacy_users (email, password_hash, first_name) VALUES ($1, md5($1), 'New') RETURNING id", null, "new-" + word);
            else if (await WriteAsync("UPDATE public.legacy_users SET email = $1 WHERE id = $2 RETURNING id", own[at].Id, "moved-" + word)) own[at] = (own[at].Id, "moved-" + word);
            return;
        }
        var (id, email) = own[at];
        var found = await store.AskAsync(async connection =>
        {
            // Who was found signs in: where that is refused, or the row has lost its address, the account is asked.
            await using var command = new NpgsqlCommand("UPDATE public.legacy_users SET last_login_at = now() WHERE email = $1 AND deleted_at IS NULL RETURNING id", connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = email } } };
            try
            {
                var answer = await command.ExecuteScalarAsync();
                if (answer is not null) Interlocked.Exchange(ref _moved, 0);
                return (long?)answer;
            }
            catch (PostgresException e) when (e.SqlState == Moved)
            {
                Interlocked.Exchange(ref _moved, 1);
                return null;
            }
        }, CancellationToken.None);
        if (found == id) Interlocked.Increment(ref _old);
        else if (await store.AskAsync(connection => directory.HasAsync(connection, email, CancellationToken.None), CancellationToken.None)) Interlocked.Increment(ref _new);
        // On the way back the tables open in the moment in which the accounts have gone.
        else if (await store.AskAsync(connection => IsInLegacyAsync(connection, id, email), CancellationToken.None)) Interlocked.Increment(ref _old);
        else throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"legacy user {id} was found on neither side"));
    }

    /// <summary>Agrees to the terms and the privacy notice with a registration, in its transaction.</summary>
    private Task<bool> WriteAsync(string sql, long? id, string email) => store.AskAsync(async connection =>
    {
        try
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = new NpgsqlCommand(sql, connection, transaction) { Parameters = { new NpgsqlParameter<string> { TypedValue = email } } };
            if (id is { } known) command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = known });
            var row = (long)(await command.ExecuteScalarAsync() ?? throw new InvalidOperationException("a row of the legacy system is gone"));
            if (id is null)
            {
                await using var consent = new NpgsqlCommand("INSERT INTO public.legacy_consents (user_id, consent_type, version, granted) SELECT $1, t, '1.0', true FROM unnest(ARRAY['terms', 'privacy']) t", connection, transaction)
                {
                    Parameters = { new NpgsqlParameter<long> { TypedValue = row } },
                };
                await consent.ExecuteNonQueryAsync();
            }
            await transaction.CommitAsync();
            _book[row] = email;
            Interlocked.Increment(ref _writes);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == Moved)
        {
            Interlocked.Exchange(ref _moved, 1);
            Interlocked.Increment(ref _refused);
            return false;
        }
    }, CancellationToken.None);

    private static async Task<bool> IsInLegacyAsync(NpgsqlConnection connection, long id, string email)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM public.legacy_users WHERE id = $1 AND email = $2)", connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = id }, new NpgsqlParameter<string> { TypedValue = email } },
        };
        return (bool)(await command.ExecuteScalarAsync())!;
    }
}
