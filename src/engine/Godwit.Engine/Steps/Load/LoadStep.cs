using Godwit.Documents.Shapes;
using Godwit.Engine.Load;
using Godwit.Engine.Requests;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;

namespace Godwit.Engine.Steps.Load;

/// <summary>Half a load test says nothing: one that was paused or killed begins anew.</summary>
internal sealed class LoadStep(RequestFile file, ServiceAddress service, LoadSettings settings) : QuestionStep
{
    private static readonly TimeSpan s_tell = TimeSpan.FromSeconds(5);

    public override async Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        if (service.Resolve(context.Environment) is not ({ } url, _)) return StepResult.Fail(FindingCodes.RequestsUnasked, $"{context.Step.Id}: {service.Resolve(context.Environment).Why}");
        var longest = settings.Profile.Duration + file.Longest;
        await context.Effects.BeginAsync("load", longest, endsWithRunner: true, cancellation);
        var told = TimeSpan.Zero;
        var paused = false;
        var (figures, missing) = await new LoadGenerator(file, settings, context.Time).RunAsync(
            url, context.Environment, seen =>
            {
                if (seen.Elapsed - told < s_tell) return;
                told = seen.Elapsed;
                context.Progress.Report(seen.Begun, settings.Profile.Total, $"{seen.Latency}; errors {LoadFigures.Share(seen.ErrorShare)}");
            },
            () => paused = paused || context.PauseRequested(), cancellation);
        await EffectEnds.NoteAsync(context.Effects, cancellation);
        cancellation.ThrowIfCancellationRequested();
        if (figures is null) return StepResult.Fail(FindingCodes.RequestsUnasked, $"{context.Step.Id}: {missing} is not set");
        if (paused) return new StepResult.Undecided($"asked to pause after {DurationText.Write(TimeSpan.FromSeconds(Math.Floor(figures.Elapsed.TotalSeconds)))} of load; it begins anew") { Evidence = figures.Evidence() };
        var missed = settings.Thresholds.FindMissed(figures);
        return missed.Count == 0
            ? new StepResult.Passed { Evidence = figures.Evidence() }
            : new StepResult.Failed([.. missed.Select(m => Finding.Error(FindingCodes.LoadMissed, $"{context.Step.Id}: {m}", null, "`godwit resume` puts the load on again."))]) { Evidence = figures.Evidence() };
    }
}
