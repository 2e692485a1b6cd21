using Godwit.Documents.Shapes;
using Godwit.Engine.Gates;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Postgres.Gates.Lag;

/// <summary>How far the target's replicas are behind.</summary>
public sealed class LagGateKind : IGateKind
{
    public string Name => "lag";

    public string Summary => "Opens when the target's replicas are close behind it.";

    public Shape.Map Shape { get; } = new(
        new Field("at_most", new Shape.Duration(), "How far a replica may be behind in replaying") { Default = "1s" },
        new Field("at_most_bytes", new Shape.Whole(0, long.MaxValue), "How many bytes of the log it may be behind; without it any number"),
        new Field("replicas", new Shape.Whole(0, 1000), "How many have to be streaming") { Default = "1" },
        new Field("names", new Shape.List(new Shape.Text { MaxLength = 63 }) { Max = 100 }, "The replicas that count, by their application_name; without it all of them"))
    {
        Short = "at_most",
    };

    public IEnumerable<Finding> Check(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => [];

    public IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => new LagGate(
        gate.Settings.Duration("at_most"), gate.Settings.WholeOrNull("at_most_bytes"), (int)gate.Settings.Whole("replicas"), [.. gate.Settings.Texts("names")]);
}
