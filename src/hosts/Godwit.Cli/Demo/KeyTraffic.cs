using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Cli.Demo.Service;
using Godwit.Cli.Sample.LearningSol;

namespace Godwit.Cli.Demo;

/// <summary>
/// Clients that call the service while the runbook goes on, through its proxy: most look themselves up by their key, some sign up or change their address, and now and then somebody
/// comes with a key of nobody's.
/// </summary>
internal sealed class KeyTraffic : IDisposable
{
    private const int Callers = 4, UnknownEvery = 50, WriteEvery = 20, CreateEvery = 40, SleeperEvery = 10;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(25), s_limit = TimeSpan.FromSeconds(30);

    private readonly List<LegacyClient> _clients;
    private readonly ClientBook _book;
    private readonly ProxySettings _proxy;
    private readonly string _url, _run = Guid.NewGuid().ToString()[..8];
    private readonly int _seed;
    private readonly TimeProvider _time;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, MaxConnectionsPerServer = 2 * Callers }) { Timeout = s_limit };
    private readonly ConcurrentDictionary<string, long> _answered = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<LegacyClient> _made = [];
    private long _refused, _forged, _created, _lockedOut, _failed, _again, _slowest, _lastLockedOut;

    /// <param name="clients">Clients of the service.</param>
    /// <param name="book">Where what was acknowledged is written down.</param>
    /// <param name="url">The proxy.</param>
    /// <param name="proxy">Which release is in charge, its file says.</param>
    /// <param name="seed">Decides who calls.</param>
    /// <param name="time">The clock.</param>
    public KeyTraffic(IEnumerable<LegacyClient> clients, ClientBook book, string url, ProxySettings proxy, int seed, TimeProvider time) =>
        (_clients, _book, _url, _proxy, _seed, _time) = ([.. clients.Where(c => c.ApiKey is not null)], book, url, proxy, seed, time);

    /// <summary>
    /// Stored hashes that somebody presents as keys. Where there are any, clients also give themselves further keys and use them, and every tenth client does not call before it is woken.
    /// </summary>
    public IReadOnlyList<string> Stolen { get; set; } = [];

    /// <summary>Lookups and changes that were answered rightly by a release.</summary>
    public long By(string release) => _answered.GetValueOrDefault(release);

    public long Answered => _answered.Values.Sum();

    /// <summary>Keys of nobody's, that were refused.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Of these, stored hashes that were presented as keys.</summary>
    public long Forged => Interlocked.Read(ref _forged);

    /// <summary>Keys that clients have given themselves.</summary>
    public long Created => Interlocked.Read(ref _created);

    /// <summary>Clients whose own key was refused.</summary>
    public long LockedOut => Interlocked.Read(ref _lockedOut);

    /// <summary>When the last of these was, as the clock counts.</summary>
    public long LastLockedOut => Interlocked.Read(ref _lastLockedOut);

    /// <summary>Any other answer than the one that the client had a right to.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Of those answered, how many had to ask twice: they had been sent to a release that was no longer in charge.</summary>
    public long AskedAgain => Interlocked.Read(ref _again);

    public double SlowestMilliseconds => Interlocked.Read(ref _slowest) / 1000.0;

    /// <summary>Goes on until it is stopped; what is under way then is waited for.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => CallAsync(caller, stop)));

    /// <summary>Each of these clients calls once, with every key that it has.</summary>
    public async Task WakeAsync(IReadOnlySet<Guid> clients)
    {
        foreach (var client in _clients.Concat(_made).Where(c => clients.Contains(c.Id)).ToList()) await OwnAsync(HttpMethod.Get, client, null);
    }

    public void Dispose() => _http.Dispose();

    private bool IsSleeper(int client) => Stolen.Count > 0 && client % SleeperEvery == SleeperEvery - 1;

    private async Task CallAsync(int caller, CancellationToken stop)
    {
        var dice = new Dice(unchecked(_seed * 31) + caller);
        // Each caller has clients of its own: two changes of one client would race, and nobody could say which has to be there.
        var own = _clients.Where((_, i) => i % Callers == caller && !IsSleeper(i)).ToList();
        if (own.Count == 0) own = [.. _clients.Take(1)];
        for (var turn = 0; !stop.IsCancellationRequested; turn++)
        {
            var began = _time.GetTimestamp();
            try
            {
                await AskAsync(dice, own, own[dice.Below(own.Count)], $"{_run}-{caller.ToString(CultureInfo.InvariantCulture)}-{turn.ToString(CultureInfo.InvariantCulture)}");
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException or IOException)
            {
                Interlocked.Increment(ref _failed);
            }
            var took = (long)_time.GetElapsedTime(began).TotalMicroseconds;
            if (took > Interlocked.Read(ref _slowest)) Interlocked.Exchange(ref _slowest, took);
            await Task.WhenAny(Task.Delay(s_pause, _time, stop));
        }
    }

    private async Task AskAsync(Dice dice, List<LegacyClient> own, LegacyClient client, string word)
    {
        var mayChange = own.Count > 1;
        if (dice.OneIn(UnknownEvery))
        {
            var forged = Stolen.Count > 0 && dice.OneIn(2);
            var (status, _, _) = await SendAsync(HttpMethod.Get, "/clients/me", forged ? Stolen[dice.Below(Stolen.Count)] : client.ApiKey + "x", null);
            if (status == 401) Interlocked.Increment(ref _refused);
            else Interlocked.Increment(ref _failed);
            if (forged && status == 401) Interlocked.Increment(ref _forged);
            return;
        }
        if (Stolen.Count > 0 && dice.OneIn(CreateEvery))
        {
            var (status, body, _) = await SendAsync(HttpMethod.Post, "/clients/me/keys", client.ApiKey, null);
            if (status == 201 && (string?)body?["id"] == client.Id.ToString() && (string?)body["key"] is { Length: > 0 } key)
            {
                // Used from now on, as often as any other.
                own.Add(client with { ApiKey = key });
                _made.Add(client with { ApiKey = key });
                Interlocked.Increment(ref _created);
            }
            else Interlocked.Increment(ref _failed);
            return;
        }
        if (dice.OneIn(WriteEvery))
        {
            if (!mayChange || dice.OneIn(2)) await SignUpAsync(word);
            else await ChangeAsync(client, $"{word}@example.com");
            return;
        }
        await OwnAsync(HttpMethod.Get, client, null);
    }

    private async Task SignUpAsync(string word)
    {
        var (name, email) = ($"New {word}", $"new-{word}@example.com");
        var (status, body, _) = await SendAsync(HttpMethod.Post, "/clients", null, new JsonObject { ["name"] = name, ["email"] = email });
        if (status == 201 && Guid.TryParse((string?)body?["id"], out var id) && DateTimeOffset.TryParse((string?)body["created_at"], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at))
            _book.SignedUp(new LegacyClient(id, name, email, null, at));
        else Interlocked.Increment(ref _failed);
    }

    private async Task ChangeAsync(LegacyClient client, string email)
    {
        if (await OwnAsync(HttpMethod.Patch, client, new JsonObject { ["email"] = email })) _book.Changed(client.Id, email);
    }

    /// <summary>What a client asks with its own key.</summary>
    private async Task<bool> OwnAsync(HttpMethod method, LegacyClient client, JsonObject? body)
    {
        var (status, answer, release) = await SendAsync(method, "/clients/me", client.ApiKey, body);
        // Asked of a release that has just lost its share, because the proxy was told a moment ago: a client asks again, and is answered by the one in charge.
        if (status == 401 && release is not null && _proxy.ReadShare() == (release == "green" ? 0 : 100))
        {
            Interlocked.Increment(ref _again);
            (status, answer, release) = await SendAsync(method, "/clients/me", client.ApiKey, body);
        }
        if (status == 200 && (string?)answer?["id"] == client.Id.ToString())
        {
            _answered.AddOrUpdate(release ?? "", 1, (_, count) => count + 1);
            return true;
        }
        if (status == 401)
        {
            Interlocked.Increment(ref _lockedOut);
            Interlocked.Exchange(ref _lastLockedOut, _time.GetTimestamp());
        }
        else Interlocked.Increment(ref _failed);
        return false;
    }

    private async Task<(int Status, JsonObject? Body, string? Release)> SendAsync(HttpMethod method, string path, string? key, JsonObject? body)
    {
        using var request = new HttpRequestMessage(method, _url + path);
        if (key is not null) request.Headers.TryAddWithoutValidation(KeyService.KeyHeader, key);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request, CancellationToken.None);
        var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
        var release = answer.Headers.TryGetValues(KeyService.ReleaseHeader, out var values) ? values.First() : null;
        return ((int)answer.StatusCode, answer.IsSuccessStatusCode ? JsonNode.Parse(text) as JsonObject : null, release);
    }
}
