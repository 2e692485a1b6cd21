using Godwit.Documents.Shapes;
using Godwit.Engine.Mapping;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Move;

/// <summary><c>move</c>: brings a SQLite database, or a schema of a PostgreSQL database, into a schema of the target, verifies every row of it and certifies it.</summary>
public sealed class MoveStepKind(INestedMoves moves) : IStepKind, IReadsSources
{
    private static readonly Shape.Text s_name = new(@"[^\r\n\0]*\S[^\r\n\0]*") { Expected = "a name", MaxLength = 500 };

    public string Name => "move";

    public string Summary => "Moves a SQLite database, or a schema of another PostgreSQL database, into a schema of the target, verifies every row and signs a certificate.";

    public Shape.Map Shape { get; } = new(
        new Field("source", s_name, "What is moved: a name under `sources`, whose value is the path of a SQLite file, or the URL of a PostgreSQL database", Required: true),
        new Field("from_schema", new Shape.Text(@"[^\0]{1,63}") { Expected = "the name of a schema", MaxLength = 63 }, "The schema of the source that is moved, where the source is PostgreSQL") { Default = "public" },
        new Field("schema", new Shape.Text(@"[^\0]{1,63}") { Expected = "the name of a schema", MaxLength = 63 }, "The schema of the target that takes the tables; made when it is not there") { Default = "public" },
        new Field("tables", new Shape.List(s_name), "Only these tables"),
        new Field("map", new Shape.File(), "Names, types and formats that differ from what would be chosen, as docs/mapping.md says"),
        new Field("columns", MapShape.Columns(TransformRegistry.Standard), "The same without a file: a table's columns, each with its type, name or transform"),
        new Field("accept", new Shape.List(s_name) { Max = 1000 }, "Findings that do not stop it: CODE, or CODE:name for one table or object"),
        new Field("names", new Shape.Choice("exact", "lower"), "Names at the target: exact keeps them, lower folds them") { Default = "exact" },
        new Field("quarantine", new Shape.Flag(), "Whether rows whose values cannot go over unchanged are put into `<table>__quarantine`, bytes kept") { Default = "false" },
        new Field("paranoid", new Shape.Flag(), "Whether every row is decoded a second, independent way when verifying; else one in 64") { Default = "false" },
        new Field("jobs", new Shape.Whole(1, 64), "Tables or ranges at the same time; each takes a connection on either side") { Default = "2" },
        new Field("share", new Shape.Whole(1, 100), "Percent of a processor's time that all jobs together take while they copy and verify, at each side; the rest is left to others. 100 holds nothing back. 25 with `live`, else 100"),
        new Field("range_rows", new Shape.Whole(1), "Rows that are copied in one transaction: what is done again after a crash, and how soon a pause is heard") { Default = "250000" },
        new Field("live", new Shape.Flag(), "Whether applications go on writing to the source while it is moved, until a step `cutover` takes them to the new side") { Default = "false" },
        new Field("drop_changed", new Shape.Flag(), "Whether undoing removes the tables although rows in them were changed since; else it refuses") { Default = "false" })
    { Short = "source" };

    public IEnumerable<(string Pointer, string Source)> SourcesOf(StepSettings step) => [("/source", step.Settings.Text("source"))];

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var task = MoveTask.Read(step, files);
        var findings = new List<Finding>();
        foreach (var (index, text) in task.Accept.Index())
        {
            var id = text.Split(':', 2)[0].ToUpperInvariant();
            if (FindingCodes.All.TryGetValue(id, out var code) && code.Acceptable) continue;
            findings.Add(Finding.Error(
                FindingCodes.MapUnknown, $"{text} names no finding that can be accepted", step.At(JsonPointer.Below("/accept", index)),
                $"These can: {string.Join(", ", FindingCodes.All.Values.Where(c => c.Acceptable).Select(c => c.Id))}."));
        }
        if (task.Map is var (path, map))
        {
            var inline = step.Settings.Has("columns");
            findings.AddRange(MapFileReader.Read(map, path).Findings.Select(f => inline ? f with { Place = step.At("/columns") } : f));
            if (inline && step.Settings.Has("map"))
                findings.Add(Finding.Error(FindingCodes.KindSettings, $"Step {step.Id} has both map and columns", step.At("/columns"), "Write all of it in one of them"));
        }
        if (task.Live && task.Quarantine)
            findings.Add(Finding.Error(FindingCodes.KindSettings, $"Step {step.Id} cannot put rows into quarantine while they are written to", step.At("/quarantine"), "Leave it out: rows that do not fit are listed by their keys, and mended in the source before the cut-over"));
        if (task.Schema is "godwit" or "information_schema" || task.Schema.StartsWith("pg_", StringComparison.Ordinal))
            findings.Add(Finding.Error(FindingCodes.KindSettings, $"The schema {task.Schema} is not for tables of yours", step.At("/schema"), "Name another"));
        return findings;
    }

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => new MoveStep(MoveTask.Read(step, files), moves);
}
