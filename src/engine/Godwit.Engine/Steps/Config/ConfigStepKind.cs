using Godwit.Documents.Shapes;
using Godwit.Engine.Configuration;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Config;

/// <summary>The application's configuration.</summary>
public sealed class ConfigStepKind : IStepKind
{
    public string Name => "config";

    public string Summary => "Looks whether the application's variables and files are as they have to be, and shows no value.";

    public Shape.Map Shape => ConfigSettings.Shape;

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => ConfigSettings.Check(step.Settings, step.At);

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => new ConfigStep(ConfigSettings.Read(step.Settings));

    private sealed class ConfigStep(ConfigSettings settings) : QuestionStep
    {
        public override StepReach Reach => StepReach.Inside;

        public override async Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation)
        {
            var view = await ConfigReview.LookAsync(settings, context.Folder, context.Environment, cancellation);
            if (view.Unknown is { } unknown) return StepResult.Fail(FindingCodes.ConfigWrong, unknown);
            return view.Wrong.Count == 0
                ? new StepResult.Passed { Evidence = view.Evidence }
                : new StepResult.Failed([.. view.Wrong.Select(w => Finding.Error(FindingCodes.ConfigWrong, $"{w.Name} {w.Why}"))]) { Evidence = view.Evidence };
        }
    }
}
