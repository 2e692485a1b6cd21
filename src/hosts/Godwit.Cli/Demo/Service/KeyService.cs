using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Security.Keyring;
using Npgsql;

namespace Godwit.Cli.Demo.Service;

/// <summary>One release of the demo's service, on a port of its own: clients ask who they are, sign up, get another key, and change their e-mail address.</summary>
internal sealed class KeyService : IAsyncDisposable
{
    public const string KeyHeader = "X-API-Key", ReleaseHeader = "X-Release";

    private const int LongestBody = 10_000;

    private readonly HttpListener _listener;
    private readonly KeyRelease _release;
    private readonly KeyStore _store;
    private readonly TimeProvider _time;
    private readonly KeyFigures _figures;
    private readonly Task _serving;

    private KeyService(HttpListener listener, int port, KeyRelease release, KeyStore store, TimeProvider time)
    {
        (_listener, Port, _release, _store, _time, _figures) = (listener, port, release, store, time, new KeyFigures(time));
        _serving = LoopbackPorts.ServeAsync(listener, AnswerAsync);
    }

    public int Port { get; }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    public static KeyService Start(KeyRelease release, KeyStore store, TimeProvider time)
    {
        var (listener, port) = LoopbackPorts.Listen();
        return new KeyService(listener, port, release, store, time);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var began = _time.GetTimestamp();
        var (status, body) = (500, new JsonObject { ["error"] = "Internal error" });
        try
        {
            (status, body) = await ActAsync(context.Request);
        }
        catch (Exception e) when (e is NpgsqlException or JsonException or FormatException or InvalidOperationException or HttpListenerException or IOException)
        {
            // An answer 500, which counts: what went wrong is nobody's business outside.
        }
        catch (Exception e) when (e is KeyringException or ObjectDisposedException)
        {
            // Without a pepper nobody can tell whose key it is: that is no answer "unknown".
            (status, body) = (503, new JsonObject { ["error"] = "No pepper" });
        }
        if (context.Request.Url?.AbsolutePath.StartsWith("/clients", StringComparison.Ordinal) is true) _figures.Add(began, status >= 500, status == 401);
        try
        {
            var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength64 = bytes.Length;
            context.Response.Headers[ReleaseHeader] = _release.Name;
            await context.Response.OutputStream.WriteAsync(bytes);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // Whoever asked is gone.
        }
    }

    private Task<(int, JsonObject)> ActAsync(HttpListenerRequest request) => (request.HttpMethod, request.Url!.AbsolutePath) switch
    {
        ("GET", "/health") => _store.AskAsync(HealthAsync, default),
        ("GET", "/figures") => Task.FromResult((200, Figures())),
        ("GET", "/clients/me") => _store.AskAsync(async c => await FindAsync(c, request) is { } id ? (200, Me(id)) : Refused, default),
        ("PATCH", "/clients/me") => _store.AskAsync(async c => await FindAsync(c, request) is { } id ? await ChangeAsync(c, id, await ReadAsync(request)) : Refused, default),
        ("POST", "/clients/me/keys") => _store.AskAsync(async c => await FindAsync(c, request) is { } id ? await CreateAsync(c, id) : Refused, default),
        ("POST", "/clients") => _store.AskAsync(async c => await SignUpAsync(c, await ReadAsync(request)), default),
        _ => Task.FromResult((404, new JsonObject { ["error"] = "There is nothing here" })),
    };

    private static (int, JsonObject) Refused => (401, new JsonObject { ["error"] = "Unknown key" });

    private static JsonObject Me(Guid id) => new() { ["id"] = id.ToString() };

    private JsonObject Figures()
    {
        var (answers, failed, invalid, p95) = _figures.Read();
        return new JsonObject
        {
            ["answers"] = answers, ["failed_share"] = failed, ["invalid_keys_share"] = invalid, ["invalid_keys_total"] = _figures.InvalidKeys, ["p95_ms"] = p95 is { } ms ? Math.Round(ms, 2) : null,
        };
    }

    private static async Task<(int, JsonObject)> HealthAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync();
        return (200, new JsonObject { ["status"] = "up" });
    }

    private async Task<Guid?> FindAsync(NpgsqlConnection connection, HttpListenerRequest request)
    {
        if (request.Headers[KeyHeader] is not { Length: > 0 } key) return null;
        try
        {
            return await _release.FindAsync(connection, key, default);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // Green before the first migration, and after a rollback: it knows nobody.
            return null;
        }
    }

    private async Task<(int, JsonObject)> CreateAsync(NpgsqlConnection connection, Guid id) =>
        await _release.CreateAsync(connection, id, default) is { } key ? (201, new JsonObject { ["id"] = id.ToString(), ["key"] = key }) : (409, new JsonObject { ["error"] = "This release creates no keys" });

    private static async Task<(int, JsonObject)> ChangeAsync(NpgsqlConnection connection, Guid id, JsonObject body)
    {
        await using var command = new NpgsqlCommand("UPDATE public.clients SET email = $2 WHERE id = $1", connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = id }, new NpgsqlParameter<string> { TypedValue = (string)body["email"]! } },
        };
        await command.ExecuteNonQueryAsync();
        return (200, Me(id));
    }

    private static async Task<(int, JsonObject)> SignUpAsync(NpgsqlConnection connection, JsonObject body)
    {
        await using var command = new NpgsqlCommand("INSERT INTO public.clients (id, name, email) VALUES (gen_random_uuid(), $1, $2) RETURNING id, created_at", connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = (string)body["name"]! }, new NpgsqlParameter<string> { TypedValue = (string)body["email"]! } },
        };
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (201, new JsonObject { ["id"] = reader.GetGuid(0).ToString(), ["created_at"] = reader.GetDateTime(1).ToString("O", CultureInfo.InvariantCulture) });
    }

    private static async Task<JsonObject> ReadAsync(HttpListenerRequest request)
    {
        if (request.ContentLength64 is < 0 or > LongestBody) throw new FormatException();
        using var reader = new StreamReader(request.InputStream, Encoding.UTF8);
        return JsonNode.Parse(await reader.ReadToEndAsync()) as JsonObject ?? throw new FormatException();
    }
}
