using System.Security.Cryptography;
using System.Text;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.TestServers;
using Npgsql;
using static Godwit.Postgres.Tests.Backfill.Backfilling;

namespace Godwit.Postgres.Tests.Backfill;

/// <summary>Raw keys of clients into hashed keys of their own table (T4): another table, a secret, conflicts, markers.</summary>
public sealed class LegacyKeyTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string Schema =
        """
        CREATE TABLE clients (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), api_key text, created_at timestamptz NOT NULL);
        CREATE TABLE api_keys (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), client_id uuid NOT NULL REFERENCES clients, name text NOT NULL,
            api_key_hash text NOT NULL UNIQUE, created_at timestamptz NOT NULL, made_by text);
        INSERT INTO clients (api_key, created_at) SELECT 'sk_live_' || n || '_ü', '2020-01-01 00:00:00.123456+00'::timestamptz + n * interval '1 hour' FROM generate_series(1, 2200) n;
        INSERT INTO clients (api_key, created_at) VALUES (NULL, now());
        INSERT INTO api_keys (client_id, name, api_key_hash, created_at) SELECT id, 'own', 'made by the application', now() FROM clients LIMIT 1;
        """;

    private const string Step =
        """
        from: clients
        where: api_key IS NOT NULL
        into: api_keys
        conflict: [api_key_hash]
        columns:
          client_id: {copy: id}
          name: {constant: migrated-legacy}
          api_key_hash: {hash: {from: api_key, key: API_KEY_PEPPER}}
          created_at: {copy: {}}

        """;

    private const string Marked = Step + "marker: made_by";

    private static string Hash(string key) => Convert.ToHexStringLower(HMACSHA256.HashData("the-server-pepper"u8, Encoding.UTF8.GetBytes(key)));

    [Theory]
    [InlineData(Marked)]
    [InlineData(Step + "undo_where: name = 'migrated-legacy'")]
    public async Task Raw_keys_become_hashes_with_the_clients_time_and_an_undo_takes_exactly_those(string step)
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, step);
        Assert.Null(fill.Step.Irreversible);
        var verified = await fill.RunAsync();
        Assert.Equal(("2200", "2200"), (verified.Evidence["rows"], verified.Evidence["right"]));
        var expected = new Dictionary<Guid, (string Hash, DateTime At)>();
        await using var connection = await fill.Database.OpenAsync(cancellationToken: Token);
        await using (var read = await new NpgsqlCommand("SELECT id, api_key, created_at FROM clients WHERE api_key IS NOT NULL", connection).ExecuteReaderAsync(Token))
        {
            while (await read.ReadAsync(Token)) expected[read.GetGuid(0)] = (Hash(read.GetString(1)), read.GetDateTime(2));
        }
        await using (var read = await new NpgsqlCommand("SELECT client_id, api_key_hash, created_at FROM api_keys WHERE name = 'migrated-legacy'", connection).ExecuteReaderAsync(Token))
        {
            var count = 0;
            for (; await read.ReadAsync(Token); count++) Assert.Equal(expected[read.GetGuid(0)], (read.GetString(1), read.GetDateTime(2)));
            Assert.Equal(2200, count);
        }

        fill.Forget("API_KEY_PEPPER");
        AssertPassed(await fill.UndoAsync());
        Assert.Equal("own", await fill.Database.ScalarAsync<string>("SELECT string_agg(name, ',') FROM api_keys"));
    }

    [Fact]
    public async Task A_missing_pepper_is_found_before_anything_is_done()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, Marked);
        fill.Forget("API_KEY_PEPPER");
        AssertFailed(await fill.PrecheckAsync(), FindingCodes.SecretMissing);
        AssertFailed(await fill.ApplyAsync(), FindingCodes.SecretMissing);
        AssertFailed(await fill.VerifyAsync(), FindingCodes.SecretMissing);
        Assert.Equal(1, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM api_keys"));
    }

    [Fact]
    public async Task No_raw_key_and_no_secret_is_in_a_statement_the_progress_or_a_result()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, Marked);
        await fill.Database.ExecuteAsync("ALTER TABLE api_keys ADD CHECK (created_at < '2020-02-01' OR name <> 'migrated-legacy')");
        var results = new List<StepResult> { await fill.PrecheckAsync(), await fill.ApplyAsync(), await fill.VerifyAsync() };
        Assert.Contains(results, r => r is StepResult.Failed);
        var said = string.Join('\n', [
            .. fill.Run.Texts, .. fill.Notes, await fill.Run.ProgressAsync() ?? "",
            .. results.SelectMany(r => r.Evidence.Values), .. results.OfType<StepResult.Failed>().SelectMany(r => r.Findings).Select(f => $"{f.Message} {f.Remedy} {f.Value} {f.SourceText}")]);
        Assert.DoesNotContain("sk_live", said, StringComparison.Ordinal);
        Assert.DoesNotContain("the-server-pepper", said, StringComparison.Ordinal);
        Assert.DoesNotContain(Hash("sk_live_1_ü"), said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_clients_with_one_key_are_a_failure_and_not_a_row_fewer()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, Marked);
        await fill.Database.ExecuteAsync("INSERT INTO clients (api_key, created_at) VALUES ('sk_live_7_ü', now())");
        var finding = AssertFailed(await fill.ApplyAsync(), FindingCodes.TooManyFailures);
        Assert.Contains("another row", finding.Message, StringComparison.Ordinal);
        fill.Write(Marked + "\nmax_failures: 0.01");
        AssertPassed(await fill.ApplyAsync());
        var verified = await fill.VerifyAsync();
        AssertPassed(verified);
        Assert.Equal(("2200", "1"), (verified.Evidence["right"], verified.Evidence["failed and recorded"]));
    }

    [Fact]
    public async Task A_failed_row_is_found_by_its_digest()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, Marked + "\nmax_failures: 0.01");
        await fill.Database.ExecuteAsync("INSERT INTO clients (id, api_key, created_at) VALUES ('ffffffff-ffff-4fff-bfff-ffffffffffff', 'sk_live_7_ü', now())");
        AssertPassed(await fill.ApplyAsync());
        Assert.Equal(
            "ffffffff-ffff-4fff-bfff-ffffffffffff",
            await fill.Database.ScalarAsync<string>(
                """
                SELECT c.id::text FROM progress p, json_array_elements(p.state::json -> 'failed') f, clients c
                WHERE f ->> 'digest' = encode(substr(sha256(decode(p.state::json ->> 'digestKey', 'hex') || convert_to(concat_ws(chr(31), c.id), 'UTF8')), 1, 16), 'hex')
                """));
    }

    [Fact]
    public async Task What_undo_where_would_take_must_not_be_there_before()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, Step + "undo_where: name IN ('migrated-legacy', 'own')");
        AssertFailed(await fill.PrecheckAsync(), FindingCodes.NotEmptyBefore);
    }

    [Fact]
    public async Task Rows_that_something_refers_to_are_not_taken_back_silently()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Schema, Marked);
        await fill.RunAsync();
        await fill.Database.ExecuteAsync("CREATE TABLE uses (key uuid REFERENCES api_keys); INSERT INTO uses SELECT id FROM api_keys WHERE name = 'migrated-legacy' LIMIT 1");
        AssertFailed(await fill.UndoAsync(), FindingCodes.UndoIncomplete);
        await fill.Database.ExecuteAsync("DELETE FROM uses");
        AssertPassed(await fill.UndoAsync());
        Assert.Equal(1, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM api_keys"));
    }
}
