using Godwit.Cli.Rehearsals;
using Godwit.Engine.Rehearsals;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Tests.Rehearsals;

public sealed class RehearsalSurroundingsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The machine has no such variable; the rehearsal's address leads nowhere, which shows that it was the one that was taken.</summary>
    [Fact]
    public async Task Checks_find_a_source_by_the_variables_of_the_rehearsal()
    {
        var others = new Dictionary<string, ReplacedVariable>(StringComparer.Ordinal) { ["GODWIT_TEST_LEGACY_URL"] = new("postgres://nobody@127.0.0.1:1/copy", null) };
        var surroundings = new RehearsalSurroundings(
            "/nowhere", new RehearsalEnvironment(new Dictionary<string, string>(StringComparer.Ordinal), others),
            new Dictionary<string, ValueFrom>(StringComparer.Ordinal) { ["legacy"] = new("GODWIT_TEST_LEGACY_URL"), ["other"] = new("GODWIT_TEST_OTHER_URL") }, new HashSet<string>(["legacy"], StringComparer.Ordinal));
        var reading = await surroundings.ReachAsync("legacy", "/nowhere", Token);
        Assert.Null(reading!.Target);
        Assert.DoesNotContain(reading.Findings, f => f.Code == FindingCodes.BadUrl);
        Assert.Null(await surroundings.ReachAsync("other", "/nowhere", Token));
    }
}
