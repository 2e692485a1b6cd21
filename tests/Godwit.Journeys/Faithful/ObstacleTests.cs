using System.Text;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful;

/// <summary>What stands against a move is found before it begins, and nothing is harmed by trying.</summary>
public sealed class ObstacleTests(PostgresServers servers)
{
    [Theory]
    [InlineData("CREATE TABLE other (a int); CREATE INDEX taken ON other (a)", "taken")]
    [InlineData("CREATE SEQUENCE t_id_seq", "t_id_seq")]
    [InlineData("CREATE VIEW t_pkey AS SELECT 1 AS a", "t_pkey")]
    public async Task A_name_of_an_index_or_sequence_that_is_taken_is_found_before_the_copy(string there, string name)
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)", "CREATE INDEX taken ON t (a)");
        await journey.PsqlAsync(there);
        var outcome = (await journey.MoveAsync()).MustBe(1);
        Assert.Equal(name, outcome.Finding("GW1303").Table);
    }

    [Theory]
    [InlineData("--certificate", "move")]
    [InlineData("--not-moved", "move")]
    [InlineData("--not-moved", "profile")]
    [InlineData("--certificate", "verify")]
    public async Task The_source_is_not_overwritten_whatever_was_typed(string option, string command)
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY)");
        var before = File.ReadAllBytes(journey.Folder.Source);
        if (command == "verify") (await journey.MoveAsync()).MustBeVerified();
        File.CreateSymbolicLink(journey.Folder.File("link"), journey.Folder.Source);
        foreach (var path in new[] { journey.Folder.Source, journey.Folder.File("link") })
        {
            var outcome = command == "profile"
                ? await journey.RunAsync("profile", "--from", journey.Folder.Source, "--json", option, path)
                : await journey.RunAsync(command, "--from", journey.Folder.Source, "--to", journey.Target.Url, "--json", option, path);
            outcome.MustBe(1);
            if (command == "move") (await journey.MoveAsync("--dry-run", option, path)).MustBe(1);
            Assert.Equal("GW1405", Assert.Single(outcome.Errors).Code);
            Assert.Equal(before, File.ReadAllBytes(journey.Folder.Source));
        }
    }

    [Fact]
    public async Task A_name_with_bytes_that_are_no_text_is_a_finding()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, \"a~~\" TEXT)", "INSERT INTO t VALUES (1, 'x')");
        var bytes = File.ReadAllBytes(journey.Folder.Source);
        bytes.AsSpan().Slice(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes("a~~")) + 1, 2).Fill(0xFF);
        File.WriteAllBytes(journey.Folder.Source, bytes);
        Assert.Equal("GW1112", Assert.Single((await journey.MoveAsync()).MustBe(1).Errors).Code);
    }

    [Fact]
    public async Task A_table_that_SQLite_reads_only_with_the_application_s_collation_is_a_finding()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (k TEXT COLLATE NOCASE PRIMARY KEY, v) WITHOUT ROWID", "INSERT INTO t VALUES ('b', 1)");
        var bytes = File.ReadAllBytes(journey.Folder.Source);
        Encoding.ASCII.GetBytes("MINE66").CopyTo(bytes, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes("NOCASE")));
        File.WriteAllBytes(journey.Folder.Source, bytes);
        var finding = Assert.Single((await journey.MoveAsync()).MustBe(1).Errors);
        Assert.Equal(("GW1112", "t", "k"), (finding.Code, finding.Table, finding.Column));
    }

    [Fact]
    public async Task A_partial_index_whose_condition_always_holds_is_verified_though_PostgreSQL_drops_the_condition()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (a TEXT NOT NULL, b TEXT)", "CREATE INDEX i ON t (b) WHERE a > 3", "INSERT INTO t VALUES ('x', 'y')");
        (await journey.MoveAsync()).MustBeVerified();
        (await journey.VerifyAsync()).MustBeVerified();
    }
}
