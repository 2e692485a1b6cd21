using Godwit.Documents.Shapes;
using Godwit.Engine.Gates;
using Godwit.Engine.Rehearsals;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Security.Signing;

namespace Godwit.Postgres.Gates.Rehearsed;

/// <summary>Rehearsals of the plan.</summary>
/// <param name="known">Whose signatures count.</param>
public sealed class RehearsedGateKind(Func<KnownSigners> known) : IGateKind
{
    public string Name => "rehearsed";

    public string Summary => "Opens when the newest rehearsals of this very plan were good.";

    public Shape.Map Shape { get; } = new(
        new Field("count", new Shape.Whole(1, 100), "How many; the newest so many have to be good") { Default = "3" },
        new Field("cut_down", new Shape.Flag(), "Whether those count that were made on a copy which kept only the rows of some days (`godwit rehearse --anonymise --days`)"),
        new Field("max_age", new Shape.Duration(), "How long ago they may have ended; without it any time"),
        new Field("copy_age", new Shape.Duration(), "How old the data of the copy may have been when a rehearsal began; without it any age"),
        new Field("within", new Shape.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)), "How long the way forward may have taken"),
        new Field("back_within", new Shape.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)), "How long the way back may have taken"),
        new Field("for_1000_rows", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)), "How long the way forward may have taken for each thousand rows of the copy"))
    {
        Short = "count",
    };

    public IEnumerable<Finding> Check(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => [];

    public IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => new RehearsedGate(
        new RehearsalDemands
        {
            Count = (int)gate.Settings.Whole("count"), CutDown = gate.Settings.FlagOrNull("cut_down") ?? false, MaxAge = gate.Settings.DurationOrNull("max_age"), CopyAge = gate.Settings.DurationOrNull("copy_age"),
            Within = gate.Settings.DurationOrNull("within"), BackWithin = gate.Settings.DurationOrNull("back_within"), ForThousandRows = gate.Settings.DurationOrNull("for_1000_rows"),
        },
        known);
}
