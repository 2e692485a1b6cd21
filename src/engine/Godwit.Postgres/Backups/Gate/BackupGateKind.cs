using Godwit.Documents.Shapes;
using Godwit.Engine.Gates;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Postgres.Backups.Gate;

/// <summary>A verified backup of this very database, young enough and still whole.</summary>
public sealed class BackupGateKind : IGateKind
{
    public string Name => "backup";

    public string Summary => "Opens when there is a verified backup of this very database that is young enough and still whole.";

    public Shape.Map Shape { get; } = new(
        new Field("max_age", new Shape.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)), "How old it may be, counted from its snapshot by the database's clock") { Default = "30m" },
        new Field("copies", new Shape.Whole(1, 20), "At how many destinations it has to be; without it at all of them"),
        new Field("read", new Shape.Flag(), "Whether every file is read again and compared with its SHA-256; false looks only whether each is there with its length") { Default = "true" });

    public IEnumerable<Finding> Check(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => [];

    public IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) =>
        new BackupGate(gate.Settings.Duration("max_age"), (int?)gate.Settings.WholeOrNull("copies"), gate.Settings.Flag("read"));
}
