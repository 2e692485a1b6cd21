using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.People;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Gates.Attested;

/// <summary>Something that no machine can look at: a person says that it is so, and signs it.</summary>
public sealed class AttestedGateKind : IGateKind
{
    private static readonly Shape.Text s_line = new(@"[^\r\n]*\S[^\r\n]*") { Expected = "one line of text", MaxLength = 500 };

    public string Name => "attested";

    public string Summary => "Opens once people have signed that something is so.";

    public bool WaitsForPeople => true;

    public Shape.Map Shape { get; } = new([.. Fields]);

    /// <summary>What is asked for, of a gate as of a box that is left to people after a rollback.</summary>
    public static IReadOnlyList<Field> Fields { get; } =
    [
        new Field("statement", s_line, "What they sign: what is so", Required: true),
        new Field("role", new Shape.Text(@"[^\r\n]*\S[^\r\n]*") { Expected = "one line of text", MaxLength = Person.LongestName }, "The role whose word it takes; without it that of anybody who is pinned in the target"),
        new Field("count", new Shape.Whole(1, RequiredApproval.Most), "How many people") { Default = "1" },
        new Field("valid", new Shape.Duration(TimeSpan.FromMinutes(1), TimeSpan.FromDays(90)), "How long a word holds") { Default = "7d" },
        new Field("independent", new Shape.Flag(), "The word of the plan's author does not count; somebody has to have signed the plan then") { Default = "false" },
    ];

    public IEnumerable<Finding> Check(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => [];

    public IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => new AttestedGate();

    /// <summary>What a gate of this kind asks for.</summary>
    public static Demand DemandOf(GateSettings gate, Phase phase) => DemandOf(gate.Id, gate.Settings) with { Phase = phase };

    /// <param name="id">Of the box.</param>
    /// <param name="settings">In normal form.</param>
    public static Demand DemandOf(string id, JsonObject settings)
    {
        var independent = settings.FlagOrNull("independent") is true;
        return new Demand(Purpose.Attest, id, [new RequiredApproval(settings.TextOrNull("role") ?? "", (int)settings.Whole("count"))], settings.Duration("valid"))
        {
            AuthorCounts = !independent, NeedsAuthor = independent,
        };
    }
}

internal sealed class AttestedGate : IGate
{
    public Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation) =>
        context.AskPeople is { } ask ? ask(AttestedGateKind.DemandOf(context.Gate, context.Phase), cancellation) : Task.FromResult(new GateVerdict(GateState.NoData, "nobody can be asked here"));
}
