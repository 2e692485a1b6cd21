using System.Diagnostics;
using System.Net;
using Godwit.Identity.Tests.Erasure;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Register;

public sealed class RestoreTests(IdentityTemplate template)
{
    private const string Ada = "ada@example.org", Eve = "eve@example.org", New = "another sentence of mine";

    [Fact]
    [Trait("ASVS", "14.2.7")]
    public async Task After_a_restore_the_erased_stay_erased_and_sessions_links_and_codes_of_before_are_worth_nothing()
    {
        var database = await template.CopyAsync();
        var dump = Path.Combine(Directory.CreateTempSubdirectory().FullName, "backup.dump");
        Tokens ada, eve, ended;
        string link, challenge;
        Guid user;
        await using (var host = await IdentityHost.OnAsync(template, database, ("IDENTITY_ERASURE_HOURS", "0")))
        {
            user = await host.MakeAccountAsync(Ada);
            await host.MakeAccountAsync(Eve);
            (ada, eve, ended) = (await host.SignInAsync(Ada), await host.SignInAsync(Eve), await host.SignInAsync(Eve));
            await host.PostAsync("/v1/auth/password-reset/request", $$"""{"email":"{{Eve}}"}""");
            link = await host.LinkAsync(Eve, 3);
            challenge = (await host.PostAsync("/v1/auth/2fa/enable", """{"method":"email"}""", eve.Access)).Json.GetProperty("challenge").GetString()!;
            await DumpAsync(database, dump);
            await ErasureTests.EraseAsync(host, ada, user);
            Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, "/v1/auth/logout", bearer: ended.Access)).Status);
            Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/auth/password-reset/confirm", $$"""{"token":"{{link}}","password":"{{New}}"}""")).Status);
        }
        await RestoreAsync(database, dump);
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM identity.users WHERE deleted_at IS NULL"));
        await using var again = await IdentityHost.OnAsync(template, database);
        // Before the first request.
        Assert.True(await database.ScalarAsync<bool>($"SELECT deleted_at IS NOT NULL AND encrypted_email IS NULL FROM identity.users WHERE uuid = '{user}'"));
        Assert.True(await database.ScalarAsync<bool>($"SELECT key IS NULL FROM godwit.person_keys WHERE person = '{user}'"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await again.LoginAsync(Ada)).Status);
        foreach (var tokens in new[] { ada, eve, ended })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await again.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await again.PostAsync("/v1/auth/refresh", $$"""{"refreshToken":"{{tokens.Refresh}}"}""")).Status);
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await again.PostAsync("/v1/auth/password-reset/confirm", $$"""{"token":"{{link}}","password":"{{New}} too"}""")).Status);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM identity.user_otp_codes WHERE NOT used"));
        Assert.NotEmpty(challenge);
        // Eve is still there. Her password of then is no longer one; she sets it by mail, and goes on with a device that is new to the service.
        Assert.Equal(HttpStatusCode.Unauthorized, (await again.LoginAsync(Eve, device: eve.Device)).Status);
        await again.PostAsync("/v1/auth/password-reset/request", $$"""{"email":"{{Eve}}"}""");
        Assert.Equal(HttpStatusCode.OK, (await again.PostAsync("/v1/auth/password-reset/confirm", $$"""{"token":"{{await again.LinkAsync(Eve)}}","password":"{{New}}"}""")).Status);
        var back = await again.LoginAsync(Eve, New, device: eve.Device);
        Assert.Equal(HttpStatusCode.OK, back.Status);
        Assert.NotNull(Tokens.Of(back).Device);
        Assert.Equal(HttpStatusCode.OK, (await again.SendAsync(HttpMethod.Get, "/v1/me", bearer: Tokens.Of(back).Access)).Status);
    }

    [Fact]
    public async Task Without_a_restore_a_new_start_ends_no_session()
    {
        var database = await template.CopyAsync();
        Tokens tokens;
        await using (var host = await IdentityHost.OnAsync(template, database))
        {
            await host.MakeAccountAsync(Ada);
            tokens = await host.SignInAsync(Ada);
            await host.PostAsync("/v1/auth/logout", "{}", (await host.SignInAsync(Ada)).Access);
        }
        await using var again = await IdentityHost.OnAsync(template, database);
        Assert.Equal(HttpStatusCode.OK, (await again.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Status);
        Assert.Equal(HttpStatusCode.OK, (await again.PostAsync("/v1/auth/refresh", $$"""{"refreshToken":"{{tokens.Refresh}}"}""")).Status);
    }

    [Fact]
    public async Task A_database_that_is_restored_under_a_running_host_is_noticed_within_seconds()
    {
        var database = await template.CopyAsync();
        await using var host = await IdentityHost.OnAsync(template, database, ("IDENTITY_ERASURE_HOURS", "0"));
        var user = await host.MakeAccountAsync(Ada);
        var tokens = await host.SignInAsync(Ada);
        await database.ExecuteAsync("UPDATE identity.erasure_register SET mark = 0");
        await Patience.UntilAsync(async () => (await host.SendAsync(HttpMethod.Get, "/v1/me", bearer: tokens.Access)).Status == HttpStatusCode.Unauthorized);
        await Patience.UntilAsync(() => Task.FromResult(host.Platform.Log.Text.Contains("the database is an older one than it was", StringComparison.Ordinal)));
        await using var other = await IdentityHost.OnAsync(template, database);
        Assert.True(await database.ScalarAsync<bool>($"SELECT deleted_at IS NULL FROM identity.users WHERE uuid = '{user}'"));
    }

    [Fact]
    public async Task The_register_holds_no_value_of_a_person_and_one_that_was_changed_or_lost_keeps_the_service_from_starting()
    {
        var database = await template.CopyAsync();
        Guid user;
        await using (var host = await IdentityHost.OnAsync(template, database, ("IDENTITY_ERASURE_HOURS", "0")))
        {
            user = await host.MakeAccountAsync(Ada);
            await ErasureTests.EraseAsync(host, await host.SignInAsync(Ada), user);
        }
        var path = Directory.EnumerateFiles(template.RegisterOf(database), "*.log").Single();
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.Contains(" erased ", text, StringComparison.Ordinal);
        Assert.DoesNotContain(user.ToString(), text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        // What a host that was killed has left of a line is nobody's.
        await File.WriteAllTextAsync(path, text + "99 ended 17", TestContext.Current.CancellationToken);
        await using (await IdentityHost.OnAsync(template, database))
        {
        }
        Assert.Equal(text, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        await File.WriteAllTextAsync(path, text.Replace(" erased ", " ended ", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.Contains("not as it was written", (await Assert.ThrowsAsync<IOException>(() => IdentityHost.OnAsync(template, database))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hosts_that_share_a_register_write_one_chain_of_lines()
    {
        var database = await template.CopyAsync();
        await using (var one = await IdentityHost.OnAsync(template, database))
        await using (var two = await IdentityHost.OnAsync(template, database))
        {
            await one.MakeAccountAsync(Ada);
            List<Tokens> sessions = [];
            for (var i = 0; i < 12; i++) sessions.Add(await one.SignInAsync(Ada));
            var ended = await Task.WhenAll(sessions.Select((s, i) => (i % 2 == 0 ? one : two).SendAsync(HttpMethod.Post, "/v1/auth/logout", bearer: s.Access)));
            Assert.All(ended, e => Assert.Equal(HttpStatusCode.NoContent, e.Status));
        }
        Assert.Equal(12, (await File.ReadAllLinesAsync(Directory.EnumerateFiles(template.RegisterOf(database), "*.log").Single(), TestContext.Current.CancellationToken)).Length);
        Assert.Equal(12, await database.ScalarAsync<long>("SELECT position FROM identity.erasure_register"));
        await using var again = await IdentityHost.OnAsync(template, database);
        Assert.Equal(HttpStatusCode.OK, (await again.LoginAsync(Ada)).Status);
    }

    internal static Task DumpAsync(TestDatabase database, string dump) => PostgresToolAsync(database, "pg_dump", "--format=custom", "--file", dump);

    internal static async Task RestoreAsync(TestDatabase database, string dump)
    {
        Npgsql.NpgsqlConnection.ClearAllPools();
        var server = new TestDatabase(database.Server, "postgres");
        await server.ExecuteAsync($"DROP DATABASE {database.Name} WITH (FORCE)", superuser: true);
        await server.ExecuteAsync($"CREATE DATABASE {database.Name} OWNER godwit", superuser: true);
        await PostgresToolAsync(database, "pg_restore", "--no-owner", "--dbname", database.Name, dump);
        // It has another number than the one that was dropped: it takes that one's place.
        await database.ExecuteAsync("UPDATE identity.erasure_register SET takes_over = true");
    }

    private static async Task PostgresToolAsync(TestDatabase database, string tool, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(PostgresVersions.Require(PostgresVersions.Default), tool), arguments) { RedirectStandardError = true, UseShellExecute = false };
        var connection = database.Server.Connection(database.Name);
        (start.Environment["PGHOST"], start.Environment["PGPORT"], start.Environment["PGUSER"], start.Environment["PGPASSWORD"]) = (connection.Host, $"{connection.Port}", connection.Username, connection.Password);
        if (tool == "pg_dump") start.Environment["PGDATABASE"] = database.Name;
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, error);
    }
}
