using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Certified;

/// <summary>What a person reads of a move, its verification and its certificate.</summary>
public sealed class SummaryTests(PostgresServers servers)
{
    private static readonly string[] Odd =
    [
        "CREATE TABLE parent (id INTEGER PRIMARY KEY)", "INSERT INTO parent VALUES (1)",
        "CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent (id))", "INSERT INTO child VALUES (1, 1), (2, 77)",
        "CREATE TABLE texts (id INTEGER PRIMARY KEY, v TEXT)", "INSERT INTO texts VALUES (1, 'a'), (2, CAST(x'61ff' AS TEXT))",
    ];

    [Fact]
    public async Task A_key_left_not_valid_is_in_the_certificate_and_in_what_is_shown_of_it()
    {
        using var journey = await Journey.PrepareAsync(servers, Odd);
        (await journey.MoveAsync("--accept", "GW1110:child", "--quarantine")).MustBeVerified();
        using var certificate = JsonDocument.Parse(await File.ReadAllTextAsync(journey.Folder.Certificate, TestContext.Current.CancellationToken));
        var key = Assert.Single(certificate.RootElement.GetProperty("notValid").EnumerateArray());
        Assert.Equal(("child", "child_p_fkey", "p", "parent"), (Text(key, "table"), Text(key, "key"), Assert.Single(key.GetProperty("columns").EnumerateArray()).GetString(), Text(key, "parent")));
        Assert.Equal(Text(key, "key"), Assert.Single(await journey.TextsAsync("SELECT conname FROM pg_constraint WHERE NOT convalidated")));

        var shown = (await journey.RunAsync("certificate", "show", journey.Folder.Certificate)).MustBe(0).Output;
        Assert.Contains($"Certificate  {journey.Folder.Certificate}", shown);
        Assert.Contains("Verdict      verified", shown);
        Assert.Contains("Rows         4 rows in 3 tables, 1 in quarantine", shown);
        Assert.Contains("Accepted     GW1110:child", shown);
        Assert.Contains("Not valid    child_p_fkey of child (p) to parent", shown);
        Assert.DoesNotContain("{", shown);
        // A verification's certificate takes the place of the move's and says as much.
        (await journey.VerifyAsync("--certificate", journey.Folder.Certificate)).MustBeVerified();
        var again = (await journey.RunAsync("certificate", "show", journey.Folder.Certificate)).MustBe(0).Output;
        Assert.Contains("Accepted     GW1110:child", again);
        Assert.Contains("Not valid    child_p_fkey of child (p) to parent", again);
        journey.Environment["GODWIT_HOME"] = journey.Folder.File("another-home");
        (await journey.RunAsync("certificate", "show", journey.Folder.Certificate)).MustBe(1);

        static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
    }

    [Fact]
    public async Task Rows_in_quarantine_are_counted_in_the_summary_of_a_verification_too()
    {
        using var journey = await Journey.PrepareAsync(servers, [.. Odd, "DELETE FROM child WHERE id = 2"]);
        string[] sides = ["--from", journey.Folder.Source, "--to", journey.Target.Url];
        Assert.Contains("Moved and verified: 3 rows in 3 tables, 0 mismatches, 1 row in quarantine.", (await journey.RunAsync(["move", .. sides, "--quarantine"])).MustBe(0).Output);
        Assert.Contains("Verified: 3 rows in 3 tables, 0 mismatches, 1 row in quarantine.", (await journey.RunAsync(["verify", .. sides])).MustBe(0).Output);
    }

    [Fact]
    public async Task A_profile_shows_types_and_reasons_also_when_something_stands_against_a_move()
    {
        using var journey = await Journey.PrepareAsync(servers, Odd);
        var outcome = (await journey.RunAsync("profile", "--from", journey.Folder.Source, "--json")).MustBe(1);
        Assert.Equal(["GW1110", "GW1203"], outcome.Errors.Select(f => f.Code).Order(StringComparer.Ordinal));
        Assert.Equal("bigint, bigint", outcome.Table("child").Types);
        Assert.Equal("bigint, text", outcome.Table("texts").Types);
        Assert.All(outcome.Document.Tables.SelectMany(t => t.Columns), c => Assert.NotEqual("", c.Reason));
        var text = (await journey.RunAsync("profile", "--from", journey.Folder.Source)).MustBe(1).Output;
        Assert.Contains("child  2 rows", text);
        Assert.Contains("declared INTEGER", text);
        Assert.Contains("parent  1 row\n", text);
        Assert.Equal(2, text.Split("see the error below").Length - 1);
    }

    [Fact]
    public async Task Verifying_makes_no_schema_and_says_so()
    {
        using var journey = await Journey.PrepareAsync(servers);
        Assert.DoesNotContain("made when missing", (await journey.RunAsync("verify", "--help")).MustBe(0).Output);
        Assert.Contains("made when missing", (await journey.RunAsync("move", "--help")).MustBe(0).Output);
    }
}
