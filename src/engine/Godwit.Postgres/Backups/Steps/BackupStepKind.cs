using Godwit.Documents.Shapes;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Postgres.Backups.Steps;

/// <summary>A backup of the target, as the runbook's <c>backups</c> say.</summary>
public sealed class BackupStepKind : IStepKind
{
    public string Name => "backup";

    public string Summary => "Takes a backup of the target, as the runbook's `backups` say, and verifies it by restoring it.";

    public Shape.Map Shape { get; } = new(new Field("verify", new Shape.Flag(), "Whether it is restored into a server of its own and compared") { Default = "true" });

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => [];

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => new BackupStep(step.Settings.Flag("verify"));
}
