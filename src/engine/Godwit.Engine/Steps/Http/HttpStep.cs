using Godwit.Engine.Checks;
using Godwit.Engine.Http;

namespace Godwit.Engine.Steps.Http;

internal sealed class HttpStep(HttpRequestSettings request, HttpRequestSettings? undo, IReadOnlyList<Check> verify) : IStep
{
    /// <summary>A question changes nothing, so that there is nothing to take back.</summary>
    private bool IsQuestion => request.Method is "GET" or "HEAD";

    public string? Irreversible => undo is null && !IsQuestion ? "it has no undo request" : null;

    public string UndoSummary => undo is not null ? $"sends {HttpSender.Show(undo)}" : IsQuestion ? "there is nothing to undo" : "nothing undoes it";

    public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

    public Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation) => HttpResult.SendAsync(request, context, cancellation);

    public async Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) =>
        CheckResults.Of(await CheckRunner.Of(context).AskAllAsync(verify, cancellation), context.Step.Id);

    public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) =>
        undo is null ? Task.FromResult(StepResult.Done) : HttpResult.SendAsync(undo, context, cancellation);
}
