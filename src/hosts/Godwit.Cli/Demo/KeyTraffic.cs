using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Godwit.Cli.Sample.LearningSol;
using Npgsql;

namespace Godwit.Cli.Demo;

/// <summary>
/// Clients that call the service while the runbook goes on: each lookup is answered as the release in charge would answer it, blue by the raw key, green by its
/// hash; which one is in charge, the file says that the runbook's route writes.
/// </summary>
internal sealed class KeyTraffic(IReadOnlyList<LegacyClient> clients, int seed, string pepper, string routeFile, TimeProvider time)
{
    private const int UnknownEvery = 50;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    private readonly byte[] _pepper = Encoding.UTF8.GetBytes(pepper);
    private readonly LegacyClient[] _callers = [.. clients.Where(c => c.ApiKey is not null)];
    private readonly Dice _dice = new(seed);

    /// <summary>Lookups that were answered rightly by the raw key.</summary>
    public long ByKey { get; private set; }

    /// <summary>Lookups that were answered rightly by the hash.</summary>
    public long ByHash { get; private set; }

    /// <summary>Keys of nobody's, that were refused.</summary>
    public long Refused { get; private set; }

    /// <summary>Lookups with another answer than the client had a right to.</summary>
    public long Failed { get; private set; }

    public double SlowestMilliseconds { get; private set; }

    public static string HashOf(byte[] pepper, string key) => Convert.ToHexStringLower(HMACSHA256.HashData(pepper, Encoding.UTF8.GetBytes(key)));

    /// <summary>Goes on until it is stopped.</summary>
    public async Task RunAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var byKey = new NpgsqlCommand("SELECT id FROM public.clients WHERE api_key = $1", connection) { Parameters = { new NpgsqlParameter<string>() } };
        // Parsed with each lookup: the table comes and goes while the traffic lasts.
        await using var byHash = new NpgsqlCommand("SELECT client_id FROM public.api_keys WHERE api_key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())", connection)
        {
            Parameters = { new NpgsqlParameter<string>() },
        };
        await byKey.PrepareAsync(CancellationToken.None);
        while (!stop.IsCancellationRequested)
        {
            var unknown = _dice.OneIn(UnknownEvery);
            var caller = _dice.Pick(_callers);
            var key = unknown ? caller.ApiKey + "x" : caller.ApiKey!;
            var began = time.GetTimestamp();
            var share = ReadShare();
            var green = _dice.Below(100) < share;
            var answer = await AskAsync(green ? byHash : byKey, green ? HashOf(_pepper, key) : key);
            // A lookup that was under way while the weights changed is answered by the release that is in charge now.
            if (answer is null && !unknown && ReadShare() is var now && now != share)
            {
                green = _dice.Below(100) < now;
                answer = await AskAsync(green ? byHash : byKey, green ? HashOf(_pepper, key) : key);
            }
            SlowestMilliseconds = Math.Max(SlowestMilliseconds, time.GetElapsedTime(began).TotalMilliseconds);
            Count(unknown ? null : caller.Id, answer, green);
            await Task.WhenAny(Task.Delay(Pause, time, stop));
        }
    }

    private void Count(Guid? right, Guid? answer, bool green)
    {
        if (answer != right) Failed++;
        else if (right is null) Refused++;
        else if (green) ByHash++;
        else ByKey++;
    }

    private static async Task<Guid?> AskAsync(NpgsqlCommand command, string value)
    {
        ((NpgsqlParameter<string>)command.Parameters[0]).TypedValue = value;
        try
        {
            return (Guid?)await command.ExecuteScalarAsync(CancellationToken.None);
        }
        catch (PostgresException)
        {
            // Whoever calls gets an error instead of an answer, which counts as none.
            return null;
        }
    }

    /// <summary>Of a hundred lookups, how many the new release answers; none as long as there is no file.</summary>
    private int ReadShare()
    {
        if (!File.Exists(routeFile)) return 0;
        try
        {
            var line = File.ReadLines(routeFile).FirstOrDefault(l => l.StartsWith("green ", StringComparison.Ordinal));
            return line is null ? 0 : int.Parse(line.AsSpan("green ".Length), CultureInfo.InvariantCulture);
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
