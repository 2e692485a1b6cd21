using Godwit.Documents.Shapes;
using Godwit.Engine.Gates;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Runbooks;

/// <summary>Kinds that are only read, checked and bound, never carried out.</summary>
internal static class TestKinds
{
    public static RunbookKinds All { get; } = new([new ScriptKind(), new PauseKind()], [new CountKind()]);

    /// <summary>A migration: a file, and one that takes it back.</summary>
    private sealed class ScriptKind : IStepKind
    {
        public string Name => "script";

        public string Summary => "Runs a file";

        public Shape.Map Shape { get; } = new(
            new Field("up", new Shape.File(), "The file", Required: true),
            new Field("down", new Shape.File(), "The file that takes it back"),
            new Field("lines", new Shape.Whole(1, 100), "Lines at once") { Default = "10" })
        { Short = "up" };

        public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
        {
            if (files[step.Settings.Text("up")].Text.Contains("nonsense", StringComparison.Ordinal))
                yield return Finding.Error(FindingCodes.RunbookValue, "The script is nonsense", step.At("/up"));
        }

        public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) =>
            new BoundStep(step.Settings.Has("down") ? null : "there is no file that takes it back");
    }

    private sealed class PauseKind : IStepKind
    {
        public string Name => "pause";

        public string Summary => "Waits";

        public Shape.Map Shape { get; } = new(new Field("time", new Shape.Duration(), "How long", Required: true)) { Short = "time" };

        public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => [];

        public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => new BoundStep(null);
    }

    private sealed class CountKind : IGateKind
    {
        public string Name => "count";

        public string Summary => "Asks for a number";

        public Shape.Map Shape { get; } = new(
            new Field("query", new Shape.Text(), "What is asked", Required: true), new Field("expect", new Shape.Scalar(), "The answer") { Default = "0" });

        public IEnumerable<Finding> Check(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files)
        {
            if (gate.Settings.Text("query").Contains("nonsense", StringComparison.Ordinal))
                yield return Finding.Error(FindingCodes.RunbookValue, "The query is nonsense", gate.At("/query"));
        }

        public IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files) => new BoundGate();
    }

    private sealed record BoundStep(string? Irreversible) : IStep
    {
        public string UndoSummary => "takes nothing";

        public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

        public Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

        public Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

        public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);
    }

    private sealed class BoundGate : IGate
    {
        public Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation) => Task.FromResult(new GateVerdict(GateState.Pass, "as expected"));
    }
}
