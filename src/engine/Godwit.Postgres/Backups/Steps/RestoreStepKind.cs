using Godwit.Documents.Shapes;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Postgres.Backups.Steps;

/// <summary>A verified backup, restored as another database than the target.</summary>
public sealed class RestoreStepKind : IStepKind, IReplacesSources
{
    public string Name => "restore";

    public string Summary => "Restores a verified backup as a database that the runbook names among its sources.";

    public Shape.Map Shape { get; } = new(
        new Field("into", new Shape.Text { MaxLength = 200 }, "The source that the backup becomes: a PostgreSQL database, missing or empty", Required: true),
        new Field("backup", new Shape.Text { MaxLength = 100 }, "Which; without it the newest verified one"),
        new Field("replace", new Shape.Text { MaxLength = 1000 }, "Why the database may be replaced if it holds something; it is kept under another name"))
    { Short = "into" };

    public IEnumerable<(string Pointer, string Source)> SourcesOf(StepSettings step) => [("/into", step.Settings.Text("into"))];

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => [];

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) =>
        new RestoreStep(step.Settings.Text("into"), step.Settings.TextOrNull("backup"), step.Settings.TextOrNull("replace"));
}
