using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Audit;

/// <summary>The audit of an HTTP service. It asks what anybody may ask; only where a burst is wanted it asks more than a handful.</summary>
internal static class ServiceAudit
{
    private const string Missing = "/godwit-audit-missing";

    public static async Task<IReadOnlyList<AuditAnswer>> LookAsync(ServiceAuditSettings settings, string folder, IRunEnvironment environment, TimeProvider time, CancellationToken cancellation)
    {
        if (settings.Address.Resolve(environment) is not ({ } url, _)) return NotSeen(settings.Address.Resolve(environment).Why!);
        var secrets = new SecretValues();
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in settings.Headers)
        {
            if (value.Resolve(environment, secrets) is not { } text) return NotSeen($"{value.Variable} is not set");
            headers.Add(KeyValuePair.Create(name, text));
        }
        var isTls = url.Scheme == Uri.UriSchemeHttps;
        var (sound, tls) = await TlsAudit.LookAsync(settings, url, folder, time, cancellation);
        // Who is at the other end has to be known before it is told a secret.
        if (isTls && !sound) headers.RemoveAll(h => settings.Headers.Any(s => s.Key == h.Key && s.Value.Variable is not null));

        using var client = new ServiceClient(url, settings.Timeout, time);
        var answers = new List<ServiceAnswer>();
        foreach (var path in settings.Paths)
        {
            if (await client.AskAsync(HttpMethod.Get, client.At(path), $"GET {path}", headers, null, cancellation) is { } answer) answers.Add(answer);
            else return [ServiceChecks.Reached.Found($"GET {path}"), .. NotSeen($"GET {path} is not answered").Where(a => a.Check != ServiceChecks.Reached && tls.All(t => t.Check != a.Check)), .. tls];
        }
        var errors = await ErrorsAsync(client, settings, headers, cancellation);
        // Whoever answers what is no request at all does so before headers are added, as a rule.
        List<ServiceAnswer> own = [.. answers, .. errors.Where(e => e.What != BrokenRequest)];
        return
        [
            ServiceChecks.Reached.Holds(),
            .. tls,
            await PlainAsync(settings, url, time, cancellation),
            .. HeaderRules.Look(own, isTls),
            .. CorsRules.Look(await ForeignAsync(client, settings, headers, cancellation)),
            .. CookieRules.Look(own),
            ErrorRules.Look(errors),
            .. await BurstAsync(client, settings, cancellation),
        ];
    }

    private const string BrokenRequest = "a request that is none";

    private static List<AuditAnswer> NotSeen(string why) => [.. ServiceChecks.All.Select(c => c.NotSeen(why))];

    private static async Task<List<ServiceAnswer>> ErrorsAsync(ServiceClient client, ServiceAuditSettings settings, List<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        List<ServiceAnswer?> errors =
        [
            await client.AskAsync(HttpMethod.Get, client.At(Missing), $"GET {Missing}", headers, null, cancellation),
            await client.SendBrokenAsync(BrokenRequest, cancellation),
        ];
        if (settings.JsonPath is { } path) errors.Add(await client.AskAsync(HttpMethod.Post, client.At(path), $"POST {path} with broken JSON", headers, "{\"broken\": ", cancellation));
        return [.. errors.OfType<ServiceAnswer>()];
    }

    private static async Task<List<(string, ServiceAnswer)>> ForeignAsync(ServiceClient client, ServiceAuditSettings settings, List<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        var answers = new List<(string, ServiceAnswer)>();
        foreach (var path in settings.Paths)
        {
            foreach (var origin in new[] { CorsRules.Stranger, "null" })
            {
                List<KeyValuePair<string, string>> foreign = [.. headers, KeyValuePair.Create("Origin", origin)];
                if (await client.AskAsync(HttpMethod.Get, client.At(path), $"GET {path}", foreign, null, cancellation) is { } answer) answers.Add((origin, answer));
                // Asked before a request that a form could not make; a service may answer it otherwise.
                foreign.Add(KeyValuePair.Create("Access-Control-Request-Method", "POST"));
                if (await client.AskAsync(HttpMethod.Options, client.At(path), $"OPTIONS {path}", foreign, null, cancellation) is { } before) answers.Add((origin, before));
            }
        }
        return answers;
    }

    private static async Task<AuditAnswer> PlainAsync(ServiceAuditSettings settings, Uri url, TimeProvider time, CancellationToken cancellation)
    {
        var plain = settings.PlainUrl is { } given ? new Uri(given) : url is { Scheme: "https", Port: 443 } ? new Uri($"http://{url.IdnHost}/") : null;
        if (plain is null) return ServiceChecks.PlainRedirect.NotAsked();
        using var client = new ServiceClient(plain, settings.Timeout, time);
        var answer = await client.AskAsync(HttpMethod.Get, plain, "GET /", [], null, cancellation);
        // A closed port leads nobody astray.
        return answer is null || (answer.IsRedirect && answer.Header("Location")?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) is true)
            ? ServiceChecks.PlainRedirect.Holds()
            : ServiceChecks.PlainRedirect.Found($"GET {plain.AbsolutePath} without TLS");
    }

    private static async Task<IReadOnlyList<AuditAnswer>> BurstAsync(ServiceClient client, ServiceAuditSettings settings, CancellationToken cancellation)
    {
        if (settings.Burst is not { } number) return [ServiceChecks.RateLimit.NotAsked(), ServiceChecks.RetryAfter.NotAsked()];
        var what = $"GET {settings.RateLimitPath}";
        // The client has 32 connections, which bounds what is under way.
        var answers = await Task.WhenAll(Enumerable.Range(0, number).Select(_ => client.AskAsync(HttpMethod.Get, client.At(settings.RateLimitPath), what, [], null, cancellation)));
        var limited = answers.Where(a => a?.Status == 429).ToList();
        if (limited.Count == 0 && answers.All(a => a is null)) return [ServiceChecks.RateLimit.NotSeen($"{what} is not answered"), ServiceChecks.RetryAfter.NotSeen($"{what} is not answered")];
        return
        [
            limited.Count > 0 ? ServiceChecks.RateLimit.Holds() : ServiceChecks.RateLimit.Found(what),
            limited.Exists(a => a!.Header("Retry-After") is null) ? ServiceChecks.RetryAfter.Found(what) : ServiceChecks.RetryAfter.Holds(),
        ];
    }
}
