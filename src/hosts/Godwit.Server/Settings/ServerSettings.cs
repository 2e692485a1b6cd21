using Godwit.Http.Settings;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Redis.Settings;
using Godwit.Server.Answers;
using Npgsql;

namespace Godwit.Server.Settings;

/// <summary>What the host itself reads. Those of its modules come on top.</summary>
public static class ServerSettings
{
    /// <summary><c>production</c> unless <c>development</c> is said: who forgets it is safe.</summary>
    public static readonly Setting Environment = Setting.OneOf("GODWIT_ENVIRONMENT", "production refuses what is fit for a developer's machine only", "production", "development");

    public static readonly Setting Modules = new("GODWIT_MODULES", "What is served: the names of modules with commas between; none serves health and metrics alone") { Default = "identity", MayBePlaceholder = true };

    public static readonly Setting Listen = new("GODWIT_LISTEN", "Where requests come in: ADDRESS:PORT, *:PORT for all addresses; port 0 takes a free one") { Default = "127.0.0.1:8080", Refuse = static (v, _) => Addresses.Refuse(v) };

    public static readonly Setting MetricsListen = new("GODWIT_METRICS_LISTEN", "Where /metrics is, and nothing else: ADDRESS:PORT") { Default = "127.0.0.1:9464", Refuse = static (v, _) => Addresses.Refuse(v) };

    public static readonly Setting PublicUrl = new("GODWIT_PUBLIC_URL", "The URL under which clients reach the platform; https, in production") { Refuse = RefusePublicUrl };

    public static readonly Setting Database = new("DATABASE_URL", "postgres://USER@HOST[:PORT]/DATABASE[?sslmode=verify-full&sslrootcert=FILE], without the password (PGPASSFILE, PGPASSWORD_FILE)") { Required = true, Refuse = RefuseDatabase };

    public static readonly Setting Prepared = Setting.Whole(
        "GODWIT_DATABASE_PREPARED", 100, 0, 1000, "Statements that each connection keeps prepared; 0 behind a pooler in transaction mode that does not know of them, such as PgBouncer before 1.21");

    public static readonly Setting Pool = Setting.Whole("GODWIT_DATABASE_POOL", 20, 2, 1000, "Connections to the database at a time");

    public static readonly Setting Redis = new("REDIS_URL", "redis[s]://…, docs/redis.md; without it there is no Redis") { Refuse = static (v, p) => RefuseRedis(v, p) };

    public static readonly Setting CorsOrigins = new("GODWIT_CORS_ORIGINS", "Origins whose pages may call the API, with commas between: https://app.example.org") { MayBePlaceholder = true, Refuse = RefuseOrigins };

    public static readonly Setting Proxies = new("GODWIT_TRUSTED_PROXIES", "Networks of the proxies before the host, with commas between: 10.0.0.0/8; from them X-Forwarded-For tells where a client is") { Refuse = static (v, _) => TrustedProxies.Refuse(v) };

    public static readonly Setting BodyLimit = Setting.Whole("GODWIT_BODY_LIMIT", 1024 * 1024, 1024, 100 * 1024 * 1024, "Bytes of a request's body; more is answered with 413");

    public static readonly Setting HeaderLimit = Setting.Whole("GODWIT_HEADER_LIMIT", 16 * 1024, 4096, 256 * 1024, "Bytes of a request's header fields together; more is answered with 431");

    public static readonly Setting HeaderTimeout = Setting.Whole("GODWIT_HEADER_TIMEOUT", 10, 1, 300, "Seconds within which a request's header has to be there");

    public static readonly Setting RequestTimeout = Setting.Whole("GODWIT_REQUEST_TIMEOUT", 30, 1, 3600, "Seconds within which a request is answered, else with 503");

    public static readonly Setting IdleTimeout = Setting.Whole("GODWIT_IDLE_TIMEOUT", 75, 1, 3600, "Seconds for which a connection without a request is kept");

    public static readonly Setting LeastRate = Setting.Whole("GODWIT_LEAST_RATE", 240, 1, 1_000_000, "Bytes a second that a client has to send and take, after 5 seconds");

    public static readonly Setting Connections = Setting.Whole("GODWIT_CONNECTIONS", 10_000, 1, 1_000_000, "Connections of clients at a time; more are closed");

    public static readonly Setting StopNotice = Setting.Whole("GODWIT_STOP_NOTICE", 5, 0, 300, "Seconds between the moment at which /health/ready says that it stops and the one at which nobody is let in any more: what a load balancer needs to see it");

    public static readonly Setting StopDeadline = Setting.Whole("GODWIT_STOP_DEADLINE", 30, 1, 3600, "Seconds that requests have to finish in, once it stops");

    public static readonly Setting LogLevel = Setting.OneOf("GODWIT_LOG_LEVEL", "The least that is logged", "information", "debug", "warning", "error");

    public static IReadOnlyList<Setting> All { get; } =
    [
        Environment, Modules, Listen, MetricsListen, PublicUrl, Database, Pool, Prepared, Redis, CorsOrigins, Proxies, BodyLimit, HeaderLimit, HeaderTimeout, RequestTimeout, IdleTimeout, LeastRate, Connections, StopNotice, StopDeadline, LogLevel,
    ];

    private static string? RefusePublicUrl(string value, bool production) =>
        !Uri.TryCreate(value, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0 ? "is no URL that begins with http:// or https://"
        : production && url.Scheme != "https" ? "is plain HTTP, which production refuses"
        : null;

    private static string? RefuseDatabase(string value, bool production)
    {
        if (value.StartsWith("sqlite", StringComparison.OrdinalIgnoreCase) || value.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || value.EndsWith(".db", StringComparison.OrdinalIgnoreCase) || value.EndsWith(".sqlite", StringComparison.OrdinalIgnoreCase))
            return "is a SQLite database; the platform lives in PostgreSQL (godwit move takes it there)";
        if (PostgresUrl.Parse(value).Url is not { } url) return "is no URL of PostgreSQL as docs/serve.md says, or has a password in it";
        return production && url.Ssl != SslMode.VerifyFull && url.Hosts.Any(h => !h.IsSocket) ? "has not sslmode=verify-full, which production asks for" : null;
    }

    private static string? RefuseRedis(string value, bool production) =>
        RedisUrl.Read(value, production).Findings.FirstOrDefault(f => f.Severity == Severity.Error) is { } wrong ? $"is refused: {wrong.Message}" : null;

    private static string? RefuseOrigins(string value, bool production)
    {
        foreach (var origin in value.Split(',', StringSplitOptions.TrimEntries))
        {
            if (origin.Contains('*', StringComparison.Ordinal))
            {
                if (production || origin != "*") return "has a wildcard, which production refuses";
                continue;
            }
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.GetLeftPart(UriPartial.Authority) != origin) return "has something that is no origin (https://HOST[:PORT])";
            if (production && url.Scheme != "https") return "has an origin of plain HTTP, which production refuses";
        }
        return null;
    }
}
