using System.Text.Json.Nodes;
using Godwit.Journeys.Running;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Damage;

/// <summary>Whoever can write to the target can write to Godwit's records there. Which tables there were to move, <c>verify</c> takes from what is signed.</summary>
public sealed class DeselectedTests(PostgresServers servers)
{
    private static readonly string[] Two =
    [
        "CREATE TABLE kept (id INTEGER PRIMARY KEY, v TEXT)", "INSERT INTO kept VALUES (1, 'a')", "CREATE TABLE other (id INTEGER PRIMARY KEY)", "INSERT INTO other VALUES (1)",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_table_struck_from_the_plan_in_the_target_is_told(bool claimed)
    {
        using var journey = await Journey.PrepareAsync(servers, Two);
        (await journey.MoveAsync()).MustBeVerified();
        await ChangePlanAsync(journey, plan =>
        {
            var tables = plan["Tables"]!.AsArray();
            tables.Remove(tables.Single(t => (string?)t!["SourceName"] == "other"));
            if (claimed) plan["LeftOut"] = new JsonArray("other");
        });
        await journey.PsqlAsync("DELETE FROM other");
        var told = (await journey.VerifyAsync()).MustBe(3).Errors;
        Assert.Contains(told, f => f.Describe() == "GW1505 other" && f.Message.Contains(claimed ? "only the target's own records" : "was not moved", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plan_that_describes_a_table_otherwise_than_the_certificate_is_told()
    {
        using var journey = await Journey.PrepareAsync(servers, Two);
        (await journey.MoveAsync()).MustBeVerified();
        await ChangePlanAsync(journey, plan => plan["Tables"]!.AsArray().Single(t => (string?)t!["SourceName"] == "kept")!["Columns"]![1]!["TargetName"] = "w");
        Assert.Equal("GW1505 kept", Assert.Single((await journey.VerifyAsync()).MustBe(3).Errors).Describe());
    }

    [Fact]
    public async Task What_a_certificate_calls_left_out_is_not_asked_for_and_all_else_is()
    {
        using var journey = await Journey.PrepareAsync(servers, Two);
        (await journey.MoveAsync("--tables", "kept")).MustBeVerified();
        Assert.Contains("Left out, as the certificate of the move says: other.", (await journey.RunAsync("verify", "--from", journey.Folder.Source, "--to", journey.Target.Url)).MustBe(0).Output);
        // The file is gone: the copy in the target is as good, being signed.
        var again = journey.Folder.File("again.json");
        File.Delete(journey.Folder.Certificate);
        (await journey.VerifyAsync("--certificate", again)).MustBeVerified();
        (await journey.VerifyAsync("--certificate", again)).MustBeVerified();
        journey.Folder.Change("CREATE TABLE late (x)");
        Assert.Equal("GW1505 late", Assert.Single((await journey.VerifyAsync("--certificate", again)).MustBe(3).Errors).Describe());
        journey.Folder.Change("DROP TABLE late");
        // Without the target's records nothing but the certificate says what was moved.
        await journey.PsqlAsync("DROP SCHEMA godwit CASCADE");
        (await journey.VerifyAsync("--certificate", again)).MustBeVerified();
        Assert.NotEqual(0, (await journey.VerifyAsync()).ExitCode);
    }

    [Fact]
    public async Task Another_s_word_or_a_changed_one_is_not_taken()
    {
        using var journey = await Journey.PrepareAsync(servers, Two);
        (await journey.MoveAsync("--tables", "kept")).MustBeVerified();
        var home = journey.Environment["GODWIT_HOME"];
        journey.Environment["GODWIT_HOME"] = journey.Folder.File("another-home");
        var stranger = (await journey.VerifyAsync()).MustBe(3);
        Assert.Equal("GW1505 other", Assert.Single(stranger.Errors).Describe());
        Assert.Contains("GW1508", stranger.Codes);
        journey.Environment["GODWIT_HOME"] = home;
        var text = (await File.ReadAllTextAsync(journey.Folder.Certificate, TestContext.Current.CancellationToken)).Replace("\"other\"", "\"kept\"", StringComparison.Ordinal);
        await File.WriteAllTextAsync(journey.Folder.Certificate, text, TestContext.Current.CancellationToken);
        var changed = (await journey.VerifyAsync("--certificate", journey.Folder.Certificate)).MustBe(3);
        Assert.Equal("GW1508", Assert.Single(changed.Errors).Code);
        Assert.Equal(text, await File.ReadAllTextAsync(journey.Folder.Certificate, TestContext.Current.CancellationToken));
    }

    private static async Task ChangePlanAsync(Journey journey, Action<JsonNode> change)
    {
        var plan = JsonNode.Parse(Assert.Single(await journey.TextsAsync("SELECT plan FROM godwit.runs"))!)!;
        change(plan);
        await using var connection = await journey.Target.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("UPDATE godwit.runs SET plan = $1", connection) { Parameters = { new() { Value = plan.ToJsonString() } } };
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
