using System.Text.Json.Nodes;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Steps;
using Godwit.Engine.Steps.CutOver;
using Godwit.Engine.Steps.Release;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Rehearsals;

/// <summary>What a rehearsal leaves out.</summary>
public sealed class RehearsalRulesTests
{
    [Theory]
    [InlineData("cutover")]
    [InlineData("release")]
    public void A_step_that_goes_on_with_one_that_is_left_out_is_left_out_too(string kind)
    {
        IStepKind follower = kind == "cutover" ? new CutOverStepKind(null!) : new ReleaseStepKind(null!);
        var step = new StepSettings { Id = "next", Kind = kind, Settings = new JsonObject { ["move"] = "all", ["limit"] = "5s", ["tries"] = 3L } };
        var bound = follower.Bind(step, new Dictionary<string, PlannedFile>(StringComparer.Ordinal));
        var rules = new RehearsalRules { Log = new RehearsalLog() };
        Assert.Null(rules.WhySkipped(step, follower, bound));
        rules.Log.Skipped("other", "the runbook leaves it out of rehearsals");
        Assert.Null(rules.WhySkipped(step, follower, bound));
        rules.Log.Skipped("all", "there is no copy of the source old");
        Assert.Equal("step all, which it goes on with, is left out", rules.WhySkipped(step, follower, bound));
    }
}
