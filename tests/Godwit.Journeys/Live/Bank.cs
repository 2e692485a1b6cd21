using System.Collections.Concurrent;
using System.Globalization;
using Godwit.Engine.Live;
using Godwit.Sqlite.Native;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Live;

/// <summary>An application that moves money between accounts, on the side that it is told, and remembers what was acknowledged.</summary>
/// <param name="old">Opens a writer's connection to the old side.</param>
/// <param name="now">Opens one to the new side.</param>
internal sealed class Bank(Func<Task<IBankSide>> old, Func<Task<IBankSide>> now) : IAsyncDisposable
{
    public const int Accounts = 20;

    private static readonly string[] s_transfer =
    [
        "UPDATE accounts SET balance = balance - 1 WHERE id = {0}",
        "UPDATE accounts SET balance = balance + 1 WHERE id = {1}",
        "INSERT INTO receipts VALUES ('{2}', {0}, {1})",
    ];

    public Bank(string source, TestDatabase target)
        : this(() => Task.FromResult<IBankSide>(new SqliteBankSide(source)), () => PostgresBankSide.OpenAsync(target, "public"))
    {
    }

    private readonly ConcurrentDictionary<string, byte> _acknowledged = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _faults = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _writers = [];
    private long _refused;

    /// <summary>What `godwit endpoint` would answer.</summary>
    public volatile LiveSide Endpoint = LiveSide.Old;

    /// <summary>Whether a writer that is refused at one side goes to the other by itself, as one does that asks where to write.</summary>
    public bool Follows { get; init; }

    /// <summary>Whether writers open their connections again where these are gone, as pools do, and ask again for what was not answered.</summary>
    public bool IsPatient { get; init; }

    public int Acknowledged => _acknowledged.Count;

    /// <summary>Answers "try again", which no writer takes for a failure.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public IReadOnlyCollection<string> Faults => _faults;

    public static string[] Schema =>
    [
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE accounts(id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)",
        "CREATE TABLE receipts(id TEXT PRIMARY KEY, payer INTEGER NOT NULL REFERENCES accounts(id), payee INTEGER NOT NULL REFERENCES accounts(id))",
        $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Accounts}) INSERT INTO accounts SELECT i, 1000 FROM n",
    ];

    /// <summary>The same in a schema of PostgreSQL.</summary>
    public static string PostgresSchema(string schema) => $"""
        CREATE SCHEMA IF NOT EXISTS {schema};
        CREATE TABLE {schema}.accounts(id int PRIMARY KEY, balance int NOT NULL);
        CREATE TABLE {schema}.receipts(id text PRIMARY KEY, payer int NOT NULL REFERENCES {schema}.accounts(id), payee int NOT NULL REFERENCES {schema}.accounts(id));
        INSERT INTO {schema}.accounts SELECT i, 1000 FROM generate_series(1, {Accounts}) i;
        """;

    public void Open(int writers)
    {
        for (var writer = 0; writer < writers; writer++)
        {
            var random = new Random(writer);
            _writers.Add(Task.Run(() => WriteAsync(random)));
        }
    }

    /// <summary>Waits until so many more are acknowledged.</summary>
    public Task MoreAsync(int more)
    {
        var before = Acknowledged;
        return Patience.UntilAsync(() => Task.FromResult(Acknowledged >= before + more || Faults.Count > 0));
    }

    public async Task CloseAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_writers);
    }

    /// <summary>Every acknowledged receipt is there once, and no money has come or gone.</summary>
    public void MustHold(IReadOnlyCollection<string> receipts, long total)
    {
        Assert.Empty(_faults);
        Assert.Equal(Accounts * 1000, total);
        Assert.Equal(receipts.Count, receipts.Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(_acknowledged.Keys.Except(receipts));
    }

    private async Task WriteAsync(Random random)
    {
        var sides = new Dictionary<LiveSide, IBankSide> { [LiveSide.Old] = await old(), [LiveSide.New] = await now() };
        try
        {
            await WriteAsync(random, sides);
        }
        finally
        {
            foreach (var side in sides.Values) await side.DisposeAsync();
        }
    }

    private async Task WriteAsync(Random random, Dictionary<LiveSide, IBankSide> sides)
    {
        while (!_stop.IsCancellationRequested)
        {
            var receipt = Guid.NewGuid().ToString("N");
            var (payer, payee) = (random.Next(Accounts) + 1, random.Next(Accounts) + 1);
            var statements = s_transfer.Select(s => string.Format(CultureInfo.InvariantCulture, s, payer, payee, receipt)).ToList();
            while (!_stop.IsCancellationRequested)
            {
                var at = Endpoint;
                try
                {
                    await sides[at].TransferAsync(statements);
                    _acknowledged.TryAdd(receipt, 0);
                    break;
                }
                catch (SqliteException fault) when (fault.Message.Contains("has moved", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref _refused);
                    if (Follows) Endpoint = LiveSide.New;
                    await Task.Delay(1);
                }
                catch (PostgresException fault) when (fault.SqlState is "25006" or "40P01")
                {
                    Interlocked.Increment(ref _refused);
                    if (Follows && fault.SqlState == "25006") Endpoint = at == LiveSide.Old ? LiveSide.New : LiveSide.Old;
                    await Task.Delay(1);
                }
                catch (PostgresException fault) when (IsPatient && fault is { SqlState: "23505", TableName: "receipts" })
                {
                    // The answer to a commit was lost, and not the commit.
                    _acknowledged.TryAdd(receipt, 0);
                    break;
                }
                catch (NpgsqlException) when (IsPatient)
                {
                    await Patience.UntilAsync(() => ReopenAsync(sides, at));
                }
                catch (Exception fault) when (fault is SqliteException or NpgsqlException)
                {
                    _faults.Add(fault.Message);
                    return;
                }
            }
        }
    }

    private async Task<bool> ReopenAsync(Dictionary<LiveSide, IBankSide> sides, LiveSide side)
    {
        if (_stop.IsCancellationRequested) return true;
        try
        {
            await sides[side].DisposeAsync();
            sides[side] = await (side == LiveSide.Old ? old() : now());
            return true;
        }
        catch (Exception fault) when (fault is NpgsqlException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _stop.Dispose();
    }
}
