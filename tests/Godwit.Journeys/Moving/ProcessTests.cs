using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Moving;

/// <summary>The built program itself, from the command line to the exit code.</summary>
public sealed class ProcessTests(PostgresServers servers)
{
    private static readonly string[] Statements = ["CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", "INSERT INTO t VALUES (1, 'Secret'), (2, NULL)"];

    [Fact]
    public async Task A_person_reads_what_happened_and_a_program_reads_one_document()
    {
        using var journey = await Journey.PrepareAsync(servers, Statements);
        using var move = journey.Start("move", "--from", "source.sqlite", "--to", journey.Target.Url);
        var moved = (await move.WaitAsync()).MustBe(0);
        Assert.Contains("Moved and verified: 2 rows in 1 table, 0 mismatches", moved.Output);
        Assert.Contains("source.certificate.json", moved.Output);
        Assert.DoesNotContain("\u001b[", moved.Output + moved.Error);
        Assert.DoesNotContain("Secret", moved.Output + moved.Error);
        Assert.NotEqual("", moved.Error);
        using var verify = journey.Start("verify", "--from", "source.sqlite", "--to", journey.Target.Url, "--json");
        var verified = (await verify.WaitAsync()).MustBeVerified();
        Assert.Equal("", verified.Error);
        using var certificate = journey.Start("certificate", "verify", "source.certificate.json");
        (await certificate.WaitAsync()).MustBe(0);
    }

    [Fact]
    public async Task The_password_comes_from_the_environment_as_well()
    {
        using var journey = await Journey.PrepareAsync(servers, Statements);
        journey.Environment["PGPASSFILE"] = "/dev/null";
        journey.Environment["PGPASSWORD"] = journey.Target.Server.Password;
        using var move = journey.Start("move", "--from", "source.sqlite", "--to", journey.Target.Url, "--json");
        var outcome = (await move.WaitAsync()).MustBeVerified();
        Assert.DoesNotContain(journey.Target.Server.Password, outcome.Output + outcome.Error);
    }

    [Fact]
    public async Task The_sample_database_moves_cleanly_and_its_hostile_sister_is_refused()
    {
        using var journey = await Journey.PrepareAsync(servers);
        (await journey.RunAsync("sample", "learning-sol", "--rows", "500", "--out", journey.Folder.Source)).MustBe(0);
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        using var hostile = await Journey.PrepareAsync(servers);
        (await hostile.RunAsync("sample", "learning-sol", "--rows", "500", "--hostile", "--out", hostile.Folder.Source)).MustBe(0);
        Assert.NotEmpty((await hostile.MoveAsync()).MustBe(1).Errors);
        Assert.True((await hostile.MoveAsync("--quarantine", "--accept", "GW1107", "--accept", "GW1110", "--accept", "GW1114")).MustBeVerified().Document.Quarantined > 0);
    }
}
