using Godwit.Model.Findings;
using Godwit.Sqlite.Planning;

namespace Godwit.Sqlite.Tests.Planning;

public sealed class AcceptanceTests
{
    [Fact]
    public void A_code_alone_covers_everything_and_with_a_name_only_that()
    {
        Assert.True(Acceptance.TryParse("GW1102")!.Covers(FindingCodes.TriggerNotMoved, ["any"]));
        Assert.True(Acceptance.TryParse("gw1102:Orders")!.Covers(FindingCodes.TriggerNotMoved, ["x", "ORDERS"]));
        Assert.False(Acceptance.TryParse("GW1102:Orders")!.Covers(FindingCodes.TriggerNotMoved, ["x"]));
        Assert.False(Acceptance.TryParse("GW1102")!.Covers(FindingCodes.Orphan, ["x"]));
        Assert.Equal("a:b", Acceptance.TryParse("GW1102:a:b")!.Name);
    }

    [Theory]
    [InlineData("GW9999")]
    [InlineData("")]
    [InlineData("GW1106")]
    [InlineData("GW1105:t")]
    public void What_cannot_be_accepted_is_no_acceptance(string text) => Assert.Null(Acceptance.TryParse(text));

    [Fact]
    public void A_finding_says_how_it_is_accepted()
    {
        var finding = Planned.Refusal("CREATE TABLE t(a TEXT PRIMARY KEY)", "INSERT INTO t VALUES (NULL)");
        Assert.EndsWith("--accept GW1109:t goes on without it.", finding.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain_1", "GW1109:plain_1")]
    [InlineData("Order Details", "'GW1109:Order Details'")]
    [InlineData("$(reboot)", "'GW1109:$(reboot)'")]
    [InlineData("Bob's", @"'GW1109:Bob'\''s'")]
    [InlineData("größe", "'GW1109:größe'")]
    public void A_name_that_a_shell_would_take_apart_is_quoted_in_the_remedy(string name, string word)
    {
        var finding = Planned.Refusal($"CREATE TABLE \"{name}\"(a TEXT PRIMARY KEY)", $"INSERT INTO \"{name}\" VALUES (NULL)");
        Assert.EndsWith($"--accept {word} goes on without it.", finding.Remedy, StringComparison.Ordinal);
    }
}
