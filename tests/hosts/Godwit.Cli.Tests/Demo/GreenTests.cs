using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Godwit.Cli.Demo.Service;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Keyring;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;
using Godwit.TestServers;

namespace Godwit.Cli.Tests.Demo;

/// <summary>The demo's service as it finds clients by the hash of their key (T6): not without a pepper, and not by what stands in the table.</summary>
public sealed class GreenTests(PostgresServers servers) : IAsyncDisposable
{
    private const string Tables = """
        CREATE TABLE clients (id uuid PRIMARY KEY);
        CREATE TABLE api_keys (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), client_id uuid NOT NULL, name text NOT NULL, api_key_hash text NOT NULL UNIQUE,
            created_at timestamptz NOT NULL DEFAULT now(), last_used_at timestamptz, expires_at timestamptz, revoked_at timestamptz);
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-green-").FullName;
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private TestDatabase _database = null!;
    private PostgresTarget _target = null!;
    private KeyStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Without_a_master_key_or_a_pepper_it_does_not_start()
    {
        await PrepareAsync(pepper: false);
        var missing = await Assert.ThrowsAsync<KeyringException>(OpenAsync);
        Assert.Contains("godwit keys create pepper", missing.Message, StringComparison.Ordinal);
        _variables.Clear();
        await Assert.ThrowsAsync<MasterKeyException>(OpenAsync);
    }

    [Fact]
    public async Task A_stored_hash_is_no_key_and_counts_as_an_invalid_one()
    {
        await PrepareAsync(pepper: true);
        await using var green = await OpenAsync();
        await using var service = Start(green);
        var client = Guid.NewGuid();
        var key = await CreateAsync(green, client);
        var stored = await _database.ScalarAsync<string>("SELECT api_key_hash FROM api_keys");
        Assert.StartsWith("gwp1.", stored, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, client.ToString()), await AskAsync(service, key));
        foreach (var nobodys in (string[])[stored!, stored!.ToUpperInvariant(), key + "x", "x"]) Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(service, nobodys)).Status);
        using var http = new HttpClient();
        var figures = await http.GetFromJsonAsync<JsonObject>(new Uri($"{service.Url}/figures"), Token);
        Assert.Equal((4, 0.8), ((int)figures!["invalid_keys_total"]!, (double)figures["invalid_keys_share"]!));
    }

    [Fact]
    public async Task Once_its_pepper_is_gone_it_says_so_and_takes_nobody_for_a_stranger()
    {
        await PrepareAsync(pepper: true);
        var green = await OpenAsync();
        await using var service = Start(green);
        var key = await CreateAsync(green, Guid.NewGuid());
        await green.DisposeAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AskAsync(service, key)).Status);
        await Assert.ThrowsAnyAsync<Exception>(() => CreateAsync(green, Guid.NewGuid()));
        Assert.Equal(1, await _database.ScalarAsync<long>("SELECT count(*) FROM api_keys"));
    }

    private async Task PrepareAsync(bool pepper)
    {
        _database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await _database.ExecuteAsync(Tables);
        var environment = Environment();
        _target = (await PostgresTarget.ConnectAsync(PostgresUrl.Parse(_database.Url, environment).Url!, environment, Token)).Target!;
        _store = new KeyStore(_target.OpenSource(new SessionSettings { RunId = "test", Role = "service" }));
        using var master = MasterKeyFile.Create(Path.Combine(_folder, "master.hex"));
        _variables["GODWIT_MASTER_KEY_FILE"] = Path.Combine(_folder, "master.hex");
        if (!pepper) return;
        await using var source = _target.OpenSource(new SessionSettings { RunId = "test", Role = "keys" });
        await PostgresKeyring.Administer(new KeyringSessions(source), new MasterKeys(master), TimeProvider.System, "test").CreateAsync(KeyPurpose.Pepper, Token);
    }

    private Task<Green> OpenAsync() => Green.OpenAsync(_target, name => _variables.GetValueOrDefault(name), TimeProvider.System, Token);

    private KeyService Start(Green green) => KeyService.Start(green, _store, TimeProvider.System);

    private async Task<string> CreateAsync(Green green, Guid client)
    {
        await using var connection = await _database.OpenAsync(cancellationToken: Token);
        return (await green.CreateAsync(connection, client, Token))!;
    }

    private static async Task<(HttpStatusCode Status, string? Client)> AskAsync(KeyService service, string key)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{service.Url}/clients/me");
        request.Headers.TryAddWithoutValidation(KeyService.KeyHeader, key);
        using var answer = await http.SendAsync(request, Token);
        return (answer.StatusCode, (string?)(await answer.Content.ReadFromJsonAsync<JsonObject>(Token))!["id"]);
    }

    private ConnectionEnvironment Environment() => ConnectionEnvironment.Process with { Variable = name => name == "PGPASSFILE" ? _database.Server.PassFile : null };
}
