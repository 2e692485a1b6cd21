using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Damage;

/// <summary>What <c>verify</c> says when it is the source that changed since the move.</summary>
public sealed class SourceDamageTests(PostgresServers servers)
{
    [Theory]
    [InlineData("CREATE TABLE late (secret TEXT)", "GW1505 late")]
    [InlineData("ALTER TABLE author ADD COLUMN late TEXT", "GW1505 author late")]
    [InlineData("UPDATE author SET rating = 'confidential' WHERE id = 2", "GW1501 author 2 rating")]
    [InlineData("UPDATE seat SET taken = x'00' WHERE flight = 2", "GW1501 seat 3 taken")]
    public async Task Nothing_is_verified_by_a_plan_that_does_not_know_it(string change, string expected)
    {
        using var journey = await Damaged.PrepareAsync(servers);
        journey.Folder.Change(change);
        var outcome = (await journey.VerifyAsync()).MustBe(3);
        Assert.Equal(expected, Assert.Single(outcome.Errors).Describe());
        Assert.DoesNotContain("confidential", outcome.Output + outcome.Error);
    }
}
