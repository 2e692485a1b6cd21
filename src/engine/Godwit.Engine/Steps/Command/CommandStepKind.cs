using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Processes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Command;

/// <summary>A program of somebody's.</summary>
public sealed class CommandStepKind : IStepKind
{
    public string Name => "command";

    public string Summary => "Runs a program, at least once, with one idempotency key in its environment.";

    public Shape.Map Shape { get; } = new(
    [
        .. CommandSettings.Fields,
        new Field("files", new Shape.List(new Shape.File()) { Max = 1000 }, "Files of the runbook that it uses: their text is part of the plan, and has to be the same when it runs"),
        Checks.Check.ListField("verify", "What has to hold afterwards"),
        new Field("undo", new Shape.Map(CommandSettings.Fields), "The command that takes it back"),
    ]);

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) =>
    [
        .. CommandSettings.Check(step.Settings, step.At("/run")),
        .. step.Settings.MapOrNull("undo") is { } undo ? CommandSettings.Check(undo, step.At("/undo")) : [],
        .. Checks.Check.CheckAll(step.Settings, "verify", step.At),
    ];

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => new CommandStep(
        CommandSettings.Read(step.Settings),
        step.Settings.MapOrNull("undo") is { } undo ? CommandSettings.Read(undo) : null,
        Checks.Check.ReadAll(step.Settings, "verify", files),
        [.. step.Settings.Texts("files").Select(path => KeyValuePair.Create(path, files[path].Sha256))]);
}
