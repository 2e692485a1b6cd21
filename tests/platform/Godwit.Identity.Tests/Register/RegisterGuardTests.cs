using System.Diagnostics;
using System.Net;
using Godwit.Identity.Register;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Identity.Tests.Register;

/// <summary>A register that is not the database's, and a database that is not the register's.</summary>
public sealed class RegisterGuardTests(IdentityTemplate template)
{
    private const string Ada = "ada@example.org";

    [Fact]
    public async Task A_copy_of_the_database_that_shares_the_register_does_not_start_and_leaves_its_mark_alone()
    {
        var database = await StoppedAsync();
        var copy = new TestDatabase(database.Server, $"identity_{Guid.NewGuid():N}");
        await new TestDatabase(database.Server, "postgres").ExecuteAsync($"CREATE DATABASE {copy.Name} TEMPLATE {database.Name} OWNER godwit", superuser: true);
        var mark = await File.ReadAllTextAsync(MarkOf(database), TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<IOException>(() => IdentityHost.OnAsync(template, copy, ("IDENTITY_REGISTER", template.RegisterOf(database))));
        Assert.Contains("is of another database than this one", refused.Message, StringComparison.Ordinal);
        Assert.Equal(mark, await File.ReadAllTextAsync(MarkOf(database), TestContext.Current.CancellationToken));
        await using (var production = await IdentityHost.OnAsync(template, database)) Assert.Equal(HttpStatusCode.OK, (await production.LoginAsync(Ada)).Status);
        // Where it takes the other's place somebody says so, and it is a restored one.
        await copy.ExecuteAsync("UPDATE identity.erasure_register SET takes_over = true");
        await using (var taken = await IdentityHost.OnAsync(template, copy, ("IDENTITY_REGISTER", template.RegisterOf(database))))
            Assert.Contains("the database is an older one than it was", taken.Platform.Log.Text, StringComparison.Ordinal);
        Assert.Contains("is of another database", (await Assert.ThrowsAsync<IOException>(() => IdentityHost.OnAsync(template, database))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_with_a_register_of_its_own_does_not_start_beside_the_others()
    {
        var database = await template.CopyAsync();
        await using var one = await IdentityHost.OnAsync(template, database);
        var refused = await Assert.ThrowsAsync<IOException>(() => IdentityHost.OnAsync(template, database, ("IDENTITY_REGISTER", Directory.CreateTempSubdirectory().FullName)));
        Assert.Contains("All hosts of a database share one folder", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "is not as it was written")]
    [InlineData(false, "is missing")]
    public async Task A_mark_that_was_set_back_or_taken_away_keeps_the_service_from_starting(bool written, string told)
    {
        var database = await StoppedAsync();
        var path = MarkOf(database);
        var words = (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Split(' ');
        if (written) await File.WriteAllTextAsync(path, $"1 {words[1]} {words[2]}", TestContext.Current.CancellationToken);
        else File.Delete(path);
        Assert.Contains(told, (await Assert.ThrowsAsync<IOException>(() => IdentityHost.OnAsync(template, database))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_the_database_does_not_answer_holds_the_register_for_seconds_only()
    {
        var database = await template.CopyAsync();
        await using var host = await IdentityHost.OnAsync(template, database);
        await host.MakeAccountAsync(Ada);
        var (tokens, other) = (await host.SignInAsync(Ada), await host.SignInAsync(Ada));
        await using var connection = await database.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using (var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using (var hold = new NpgsqlCommand("SELECT FROM identity.erasure_register FOR UPDATE", connection, transaction)) await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            var clock = Stopwatch.StartNew();
            // What cannot be written whole is not done; what is on the disk is.
            var changed = await host.PostAsync("/v1/auth/password/change", $$"""{"currentPassword":"{{IdentityHost.Password}}","newPassword":"another sentence of mine"}""", tokens.Access);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, changed.Status);
            Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, "/v1/auth/logout", bearer: other.Access)).Status);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(40));
        }
        Assert.Equal(HttpStatusCode.OK, (await host.LoginAsync(Ada)).Status);
    }

    [Fact]
    public async Task A_register_of_any_length_is_read_line_by_line()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        const int Lines = 30_000;
        using (var file = new RegisterFile(folder, "one", TimeProvider.System))
        {
            var lines = Enumerable.Range(0, Lines).Select(i => (i % 2 == 0 ? RegisterLine.Revoked : RegisterLine.Allowed, file.SubjectOf(RegisterLine.Revoked, $"{i}"))).ToList();
            await file.AddAsync(lines, (before, now) => Task.FromResult((before, now) == (0, Lines) ? true : throw new InvalidOperationException()), TestContext.Current.CancellationToken);
        }
        using var again = new RegisterFile(folder, "one", TimeProvider.System);
        await again.CatchUpAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal(Lines, again.Position);
        List<long> numbers = [];
        await again.ReadAsync(Lines - 3, line => numbers.Add(line.Number), TestContext.Current.CancellationToken);
        Assert.Equal([Lines - 2, Lines - 1, Lines], numbers);
    }

    private string MarkOf(TestDatabase database) => Directory.EnumerateFiles(template.RegisterOf(database), "*.mark").Single();

    private async Task<TestDatabase> StoppedAsync()
    {
        var database = await template.CopyAsync();
        await using (var host = await IdentityHost.OnAsync(template, database))
        {
            await host.MakeAccountAsync(Ada);
            await host.PostAsync("/v1/auth/logout", "{}", (await host.SignInAsync(Ada)).Access);
        }
        NpgsqlConnection.ClearAllPools();
        return database;
    }
}
