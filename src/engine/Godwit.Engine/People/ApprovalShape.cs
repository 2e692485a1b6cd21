using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.People;

/// <summary>What a runbook says about who has to approve.</summary>
public static class ApprovalShape
{
    public const string ValidKey = "valid";

    private static readonly Shape.Map s_approval = new(
        new Field("role", new Shape.Text(@"[^\r\n]*\S[^\r\n]*") { Expected = "one line of text", MaxLength = Person.LongestName }, "A role that people have in the target (`godwit keys person add`)", Required: true),
        new Field("count", new Shape.Whole(1, RequiredApproval.Most), "How many people in it") { Default = "1" })
    {
        Short = "role",
        Name = "approval",
        Description = "Whose approval it takes; a person counts once, for one role",
    };

    public static Shape.Map Shape { get; } = new(
    [
        .. PhaseNames.All.Select(p => new Field(PhaseNames.Of(p), new Shape.List(s_approval) { Max = 50 }, $"Who has to approve before {PhaseNames.Of(p)} begins")),
        new Field(ValidKey, new Shape.Duration(TimeSpan.FromMinutes(1), TimeSpan.FromDays(90)), "How long an approval holds, one of a rollback too") { Default = "7d" },
    ]);

    /// <param name="approvals">In normal form.</param>
    public static IReadOnlyDictionary<Phase, IReadOnlyList<RequiredApproval>> Read(JsonObject approvals) =>
        PhaseNames.All.Where(p => approvals.Maps(PhaseNames.Of(p)).Count > 0)
            .ToDictionary(p => p, p => (IReadOnlyList<RequiredApproval>)[.. approvals.Maps(PhaseNames.Of(p)).Select(a => new RequiredApproval(a.Text("role"), (int)a.Whole("count")))]);
}
