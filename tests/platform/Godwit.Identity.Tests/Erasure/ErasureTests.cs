using System.Net;
using System.Text;
using Godwit.Identity.Audit;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Identity.Tests.Erasure;

public sealed class ErasureTests(IdentityTemplate template)
{
    private const string Ada = "ada.lovelace@example.org", Agent = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", Laptop = "Adas difference engine";

    private static readonly (string Name, string Value)[] s_atOnce = [("IDENTITY_ERASURE_HOURS", "0")];

    [Fact]
    [Trait("ASVS", "7.4.2")]
    [Trait("ASVS", "14.2.7")]
    public async Task Of_who_was_erased_nothing_is_left_in_any_table_in_any_statistic_and_the_log_still_verifies()
    {
        // A server of its own: its files are searched.
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, cancellationToken: TestContext.Current.CancellationToken);
        await using var host = await IdentityHost.OnAsync(template, await template.MakeAsync(server), [.. s_atOnce, ("GODWIT_TRUSTED_PROXIES", "127.0.0.0/8")]);
        var user = await LiveAsync(host);
        // From elsewhere, and hers stays.
        host.Platform.Client.DefaultRequestHeaders.Remove("X-Forwarded-For");
        await host.MakeAccountAsync("eve@example.org");
        await host.Database.ExecuteAsync("ANALYZE");
        string[] traces = [Ada, "Lovelace", Agent, Laptop, "203.0.113.77", "My name is Augusta"];
        Assert.NotEmpty(await FoundAsync(host.Database, traces));
        var tokens = Tokens.Of(await host.LoginAsync(Ada, agent: Agent));
        var asked = await host.PostAsync("/v1/me/data-requests", $$"""{"type":"erasure","password":"{{IdentityHost.Password}}"}""", tokens.Access, agent: Agent);
        Assert.True(asked.Status == HttpStatusCode.Created, asked.Text);
        await ErasedAsync(host, user);
        await Patience.UntilAsync(() => Task.FromResult(host.To(Ada).Any(m => m.Body.Contains("last mail", StringComparison.Ordinal))));
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostAsync("/v1/auth/refresh", $$"""{"refreshToken":"{{tokens.Refresh}}"}""")).Status);
        await Patience.UntilAsync(async () => await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.mail_outbox WHERE state = 'waiting'") == 0);
        await host.Database.ExecuteAsync("ANALYZE");
        Assert.Empty(await FoundAsync(host.Database, traces));
        // Of a request that was answered its row is kept, of nobody.
        Assert.True(await host.Database.ScalarAsync<bool>("SELECT bool_and(user_id IS NULL AND encrypted_details IS NULL AND completed_at IS NOT NULL) AND count(*) = 2 FROM identity.data_subject_requests"));
        Assert.True(await host.Database.ScalarAsync<bool>($"SELECT key IS NULL AND shredded_at IS NOT NULL FROM godwit.person_keys WHERE person = '{user}'"));
        await Patience.UntilAsync(async () => await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE block IS NULL") == 0);
        using var told = new StringWriter();
        await using var source = NpgsqlDataSource.Create(host.Database.ConnectionString);
        Assert.Equal(0, await VerifyEventsCommand.RunAsync(source, template.Home, json: false, told, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.Contains("of people who were erased", told.ToString(), StringComparison.Ordinal);
        // Encrypted values and keyed hashes are all that the server's files ever held of address and name.
        Assert.Empty(FilesWith(server.DataFolder, [Ada, "Lovelace", "My name is Augusta"]));
    }

    [Fact]
    public async Task The_address_is_free_again_and_the_new_account_has_nothing_of_the_former()
    {
        await using var host = await IdentityHost.StartAsync(template, s_atOnce);
        var former = await host.MakeAccountAsync(Ada);
        await EraseAsync(host, await host.SignInAsync(Ada), former);
        await Patience.UntilAsync(() => Task.FromResult(host.To(Ada).Any(m => m.Body.Contains("last mail", StringComparison.Ordinal))));
        Assert.NotEqual(former, await host.MakeAccountAsync(Ada));
        var tokens = await host.SignInAsync(Ada);
        Assert.Equal("[]", (await host.SendAsync(HttpMethod.Get, "/v1/me/data-requests", bearer: tokens.Access)).Text);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.users WHERE deleted_at IS NULL"));
    }

    [Fact]
    public async Task While_there_is_time_to_think_it_over_an_erasure_is_called_back_and_nothing_was_lost()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await host.MakeAccountAsync(Ada);
        var tokens = await host.SignInAsync(Ada);
        var asked = await host.PostAsync("/v1/me/data-requests", """{"type":"erasure"}""", tokens.Access);
        Assert.InRange(asked.Json.GetProperty("executeAfter").GetDateTimeOffset() - TimeProvider.System.GetUtcNow(), TimeSpan.FromHours(71), TimeSpan.FromHours(73));
        Assert.Contains("call it back", (await host.MailAsync(Ada, 2)).Body, StringComparison.Ordinal);
        var path = $"/v1/me/data-requests/{asked.Json.GetProperty("id").GetGuid()}";
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, path, bearer: tokens.Access)).Status);
        await host.Database.ExecuteAsync("UPDATE identity.data_subject_requests SET execute_after = now()");
        Assert.True((await host.SendAsync(HttpMethod.Get, path, bearer: tokens.Access)).Json.GetProperty("withdrawn").GetBoolean());
        Assert.Equal(HttpStatusCode.Conflict, (await host.SendAsync(HttpMethod.Delete, path, bearer: tokens.Access)).Status);
        Assert.Equal(Ada, (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Json.GetProperty("email").GetString());
    }

    [Fact]
    [Trait("ASVS", "7.5.3")]
    public async Task A_token_that_somebody_found_erases_nobody()
    {
        await using var host = await IdentityHost.StartAsync(template, s_atOnce);
        await host.MakeAccountAsync(Ada);
        var tokens = await host.SignInAsync(Ada);
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET authenticated_at = now() - interval '16 minutes'");
        Assert.EndsWith("sign-in-again", (await host.PostAsync("/v1/me/data-requests", """{"type":"erasure"}""", tokens.Access)).Type, StringComparison.Ordinal);
        Answer? last = null;
        for (var i = 0; i < 12; i++) last = await host.PostAsync("/v1/me/data-requests", """{"type":"erasure","password":"not the password"}""", tokens.Access);
        Assert.Equal(HttpStatusCode.TooManyRequests, last!.Status);
        Assert.Equal(0, await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.data_subject_requests"));
        Assert.True(await host.Database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE event_type = 'reauthentication_failed'") >= 5);
    }

    [Fact]
    [Trait("ASVS", "7.5.3")]
    public async Task Where_there_is_a_second_factor_the_password_alone_erases_nobody()
    {
        await using var host = await IdentityHost.StartAsync(template, s_atOnce);
        var user = await host.MakeAccountAsync(Ada);
        var tokens = await host.SignInAsync(Ada);
        var seed = await SecondFactor.SetUpAsync(host, tokens);
        await host.Database.ExecuteAsync("UPDATE identity.user_sessions SET authenticated_at = now() - interval '16 minutes'; UPDATE identity.user_2fa_settings SET totp_last_step = NULL");
        var form = $$"""{"type":"erasure","password":"{{IdentityHost.Password}}" """;
        Assert.EndsWith("second-factor-needed", (await host.PostAsync("/v1/me/data-requests", form + "}", tokens.Access)).Type, StringComparison.Ordinal);
        var challenge = (await host.PostAsync("/v1/auth/2fa/challenge", """{"purpose":"erasure"}""", tokens.Access)).Json.GetProperty("challenge").GetString();
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostAsync("/v1/me/data-requests", form + $$""","challenge":"{{challenge}}","code":"000000"}""", tokens.Access)).Status);
        var code = Totp.CodeAt(seed, Totp.StepAt(TimeProvider.System.GetUtcNow()));
        var asked = await host.PostAsync("/v1/me/data-requests", form + $$""","challenge":"{{challenge}}","code":"{{code}}"}""", tokens.Access);
        Assert.True(asked.Status == HttpStatusCode.Created, asked.Text);
        await ErasedAsync(host, user);
    }

    [Fact]
    public async Task What_a_request_wrote_while_its_person_was_erased_is_taken_away_too()
    {
        var database = await template.CopyAsync();
        await using (var host = await IdentityHost.OnAsync(template, database, s_atOnce))
        {
            var user = await host.MakeAccountAsync(Ada);
            await EraseAsync(host, await host.SignInAsync(Ada), user);
        }
        await database.ExecuteAsync("INSERT INTO identity.user_security_events (event_id, user_id, event_type, event_category, created_at, ip_address, salt, leaf) SELECT gen_random_uuid(), id, 'late', 'account', now(), '203.0.113.77', sha256(''), sha256('') FROM identity.users");
        await using var again = await IdentityHost.OnAsync(template, database, s_atOnce);
        await Patience.UntilAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM identity.user_security_events WHERE ip_address = '203.0.113.77' OR user_id IS NOT NULL") == 0);
    }

    [Fact]
    public async Task An_erasure_that_was_killed_after_the_key_was_shredded_is_gone_on_with()
    {
        var database = await template.CopyAsync();
        Guid user;
        await using (var host = await IdentityHost.OnAsync(template, database))
        {
            user = await host.MakeAccountAsync(Ada);
            Assert.Equal(HttpStatusCode.Created, (await host.PostAsync("/v1/me/data-requests", """{"type":"erasure"}""", (await host.SignInAsync(Ada)).Access)).Status);
        }
        await database.ExecuteAsync($"""
            UPDATE identity.data_subject_requests SET status = 'in_progress', execute_after = now(), started_at = now() - interval '11 minutes';
            UPDATE godwit.person_keys SET key = NULL, wrapped_by = NULL, wrapped = NULL, shredded_at = now() WHERE person = '{user}';
            """);
        await using var again = await IdentityHost.OnAsync(template, database);
        await ErasedAsync(again, user);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT (SELECT count(*) FROM identity.user_consents) + (SELECT count(*) FROM identity.user_devices) + (SELECT count(*) FROM identity.email_verification_tokens)"));
        Assert.True(await database.ScalarAsync<bool>("SELECT status = 'completed' AND user_id IS NULL FROM identity.data_subject_requests"));
        await again.MakeAccountAsync(Ada);
    }

    [Fact]
    public async Task An_erasure_that_could_not_be_noted_in_the_register_is_not_carried_out()
    {
        var database = await template.CopyAsync();
        await using var host = await IdentityHost.OnAsync(template, database, s_atOnce);
        var user = await host.MakeAccountAsync(Ada);
        var tokens = await host.SignInAsync(Ada);
        var path = Directory.EnumerateFiles(template.RegisterOf(database), "*.log").Single();
        // A folder of that name is no file that can be written, whoever one is.
        File.Delete(path);
        Directory.CreateDirectory(path);
        Assert.Equal(HttpStatusCode.Created, (await host.PostAsync("/v1/me/data-requests", """{"type":"erasure"}""", tokens.Access)).Status);
        await Patience.UntilAsync(() => Task.FromResult(host.Platform.Log.Text.Contains("the register of erasures cannot be written", StringComparison.Ordinal)));
        Assert.True(await database.ScalarAsync<bool>($"SELECT (SELECT deleted_at IS NULL FROM identity.users) AND (SELECT key IS NOT NULL FROM godwit.person_keys WHERE person = '{user}')"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.SendAsync(HttpMethod.Post, "/v1/auth/logout", bearer: tokens.Access)).Status);
    }

    internal static async Task EraseAsync(IdentityHost host, Tokens tokens, Guid user)
    {
        Assert.Equal(HttpStatusCode.Created, (await host.PostAsync("/v1/me/data-requests", """{"type":"erasure"}""", tokens.Access)).Status);
        await ErasedAsync(host, user);
    }

    private static Task ErasedAsync(IdentityHost host, Guid user) => Patience.UntilAsync(
        async () => await host.Database.ScalarAsync<bool>($"SELECT deleted_at IS NOT NULL AND email_index IS NULL AND NOT EXISTS (SELECT FROM identity.data_subject_requests WHERE status = 'in_progress') FROM identity.users WHERE uuid = '{user}'"),
        tell: () => host.Platform.Log.Text);

    /// <summary>A life with something in every table.</summary>
    private static async Task<Guid> LiveAsync(IdentityHost host)
    {
        host.Platform.Client.DefaultRequestHeaders.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.77");
        Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync(
            "/v1/auth/register", $$"""{"email":"{{Ada}}","password":"{{IdentityHost.Password}}","firstName":"Ada","lastName":"Lovelace","consents":{"terms":true,"privacy":true} }""", agent: Agent)).Status);
        var verified = await host.PostAsync("/v1/auth/verify-email", $$"""{"token":"{{await host.LinkAsync(Ada)}}","password":"{{IdentityHost.Password}}"}""", agent: Agent);
        Assert.True(verified.Status == HttpStatusCode.OK, verified.Text);
        var tokens = Tokens.Of(await host.LoginAsync(Ada, agent: Agent));
        await host.LoginAsync(Ada, "not the password", agent: Agent);
        await host.PostAsync("/v1/auth/password-reset/request", $$"""{"email":"{{Ada}}"}""", agent: Agent);
        await host.PostAsync("/v1/auth/2fa/enable", """{"method":"email"}""", tokens.Access, agent: Agent);
        await host.PostAsync("/v1/me/consents", """{"type":"marketing","granted":true}""", tokens.Access, agent: Agent);
        await host.PostAsync("/v1/me/data-requests", """{"type":"rectification","details":"My name is Augusta"}""", tokens.Access, agent: Agent);
        var device = (await host.SendAsync(HttpMethod.Get, "/v1/auth/devices", bearer: tokens.Access)).Json[0].GetProperty("id").GetGuid();
        await host.SendAsync(HttpMethod.Patch, $"/v1/auth/devices/{device}", $$"""{"name":"{{Laptop}}"}""", tokens.Access, agent: Agent);
        return verified.Json.GetProperty("userId").GetGuid();
    }

    /// <summary>Which of the words stand in any row of any table, or in what the planner keeps of them.</summary>
    private static async Task<List<string>> FoundAsync(TestDatabase database, string[] words)
    {
        await using var connection = await database.OpenAsync(superuser: true, TestContext.Current.CancellationToken);
        List<string> tables = [];
        await using (var command = new NpgsqlCommand("SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND c.relname NOT IN ('pg_authid', 'pg_statistic')", connection))
        await using (var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken)) tables.Add(reader.GetString(0));
        }
        List<string> found = [];
        foreach (var table in tables.Append("pg_stats"))
        {
            await using var command = new NpgsqlCommand($"SELECT w FROM unnest($1) AS w WHERE EXISTS (SELECT FROM {table} t WHERE position(lower(w) IN lower(t::text)) > 0 OR position(encode(convert_to(w, 'UTF8'), 'hex') IN t::text) > 0)", connection)
            { Parameters = { new() { Value = words } } };
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken)) found.Add($"{table}: {reader.GetString(0)}");
        }
        return found;
    }

    private static List<string> FilesWith(string folder, string[] words) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".pid", StringComparison.Ordinal)).SelectMany(f =>
        {
            var bytes = File.ReadAllBytes(f);
            return words.Where(w => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(w)) >= 0).Select(w => $"{f}: {w}");
        })];
}
