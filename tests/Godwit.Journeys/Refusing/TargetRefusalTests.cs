using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Refusing;

public sealed class TargetRefusalTests(PostgresServers servers)
{
    private const string Table = "CREATE TABLE t (id INTEGER PRIMARY KEY)";

    [Theory]
    [InlineData("CREATE TABLE public.t (x integer)")]
    [InlineData("CREATE VIEW public.t AS SELECT 1 AS x")]
    public async Task A_target_that_holds_such_a_table_is_refused_and_left_as_it_is(string there)
    {
        using var journey = await Journey.PrepareAsync(servers, Table, "INSERT INTO t VALUES (1)");
        await journey.PsqlAsync(there);
        var before = await journey.RelationsAsync();
        Assert.Equal("GW1303", Assert.Single((await journey.MoveAsync()).MustBe(1).Errors).Code);
        Assert.Equal(before, await journey.RelationsAsync());
        Assert.Equal("GW1303", Assert.Single((await journey.MoveAsync("--dry-run")).MustBe(1).Errors).Code);
    }

    [Fact]
    public async Task A_second_move_into_the_same_target_is_refused()
    {
        using var journey = await Journey.PrepareAsync(servers, Table, "INSERT INTO t VALUES (1)");
        (await journey.MoveAsync()).MustBeVerified();
        Assert.Contains((await journey.MoveAsync()).MustBe(1).Errors, f => f.Code == "GW1303");
        (await journey.VerifyAsync()).MustBeVerified();
    }

    [Fact]
    public async Task A_database_that_is_not_UTF8_is_refused()
    {
        using var journey = await Journey.PrepareAsync(servers, Table);
        var name = journey.Target.Name + "_ascii";
        await journey.Target.ExecuteAsync($"CREATE DATABASE {name} OWNER godwit TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'", superuser: true);
        var outcome = await journey.RunAsync("move", "--from", journey.Folder.Source, "--to", journey.Target.Server.Url(name), "--json");
        Assert.Contains(outcome.MustBe(1).Errors, f => f.Code == "GW1302");
    }

    [Fact]
    public async Task A_role_without_the_rights_is_refused_and_told_which()
    {
        using var journey = await Journey.PrepareAsync(servers, Table);
        var role = journey.Target.Name + "_reader";
        await journey.Target.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'only-for-this-test'", superuser: true);
        journey.Environment["PGPASSWORD"] = "only-for-this-test";
        journey.Environment["PGPASSFILE"] = "/dev/null";
        var outcome = await journey.RunAsync("move", "--from", journey.Folder.Source, "--to", journey.Target.Url.Replace("//godwit@", $"//{role}@"), "--json");
        Assert.All(outcome.MustBe(1).Errors, f => Assert.Equal("GW1304", f.Code));
        Assert.DoesNotContain("only-for-this-test", outcome.Output + outcome.Error);
        await journey.Target.ExecuteAsync($"GRANT CREATE ON DATABASE {journey.Target.Name} TO {role}; GRANT CREATE, USAGE ON SCHEMA public TO {role}", superuser: true);
        (await journey.RunAsync("move", "--from", journey.Folder.Source, "--to", journey.Target.Url.Replace("//godwit@", $"//{role}@"), "--json")).MustBeVerified();
    }

    [Fact]
    public async Task A_target_that_cannot_be_reached_is_a_finding_without_the_password()
    {
        using var journey = await Journey.PrepareAsync(servers, Table);
        journey.Environment["PGPASSWORD"] = "wrong-and-secret";
        var outcome = (await journey.MoveAsync()).MustBe(1);
        Assert.Equal("GW1308", Assert.Single(outcome.Errors).Code);
        Assert.DoesNotContain("wrong-and-secret", outcome.Output + outcome.Error);
        Assert.Equal("GW1308", Assert.Single((await journey.RunAsync("move", "--from", journey.Folder.Source, "--to", "postgres://godwit@127.0.0.1:1/x", "--json")).MustBe(1).Errors).Code);
    }

    [Fact]
    public async Task A_password_in_the_URL_is_refused_with_the_ways_to_give_it_and_never_echoed()
    {
        using var journey = await Journey.PrepareAsync(servers, Table);
        const string secret = "hunter2-and-more";
        foreach (var url in new[] { journey.Target.Url.Replace("//godwit@", $"//godwit:{secret}@"), journey.Target.Url + (journey.Target.Url.Contains('?') ? "&" : "?") + $"password={secret}" })
        {
            foreach (var json in new[] { true, false })
            {
                string[] arguments = ["move", "--from", journey.Folder.Source, "--to", url, .. json ? new[] { "--json" } : []];
                var outcome = (await journey.RunAsync(arguments)).MustBe(2);
                Assert.Contains("GW1403", outcome.Output);
                Assert.Contains("PGPASSWORD", outcome.Output);
                Assert.DoesNotContain(secret, outcome.Output + outcome.Error);
                using var process = journey.Start(arguments);
                var real = (await process.WaitAsync()).MustBe(2);
                Assert.DoesNotContain(secret, real.Output + real.Error);
            }
        }
        Assert.Empty(Directory.EnumerateFiles(journey.Folder.Path, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("source.sqlite", StringComparison.Ordinal)
            && File.ReadAllText(f).Contains(secret, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("move")]
    [InlineData("move", "--from", "x")]
    [InlineData("move", "--from", "x", "--to", "postgres://u@h/d", "--jobs", "0")]
    [InlineData("move", "--from", "x", "--to", "postgres://u@h/d", "--names", "upper")]
    [InlineData("move", "--from", "x", "--to", "mysql://u@h/d")]
    [InlineData("verify", "--frm", "x")]
    [InlineData("nonsense")]
    public async Task Misuse_is_exit_2(params string[] arguments)
    {
        using var journey = await Journey.PrepareAsync(servers);
        var outcome = (await journey.RunAsync(arguments)).MustBe(2);
        Assert.NotEqual("", outcome.Output + outcome.Error);
    }
}
