using System.Security.Cryptography;
using Godwit.Engine.Checks;
using Godwit.Engine.Processes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Steps.Command;

internal sealed class CommandStep(CommandSettings command, CommandSettings? undo, IReadOnlyList<Check> verify, IReadOnlyList<KeyValuePair<string, string>> files) : IStep
{
    public string? Irreversible => undo is null ? "it has no undo command" : null;

    public bool KeepsTimeout => true;

    public string UndoSummary => undo is null ? "nothing undoes it" : $"runs {undo.Run[0]}";

    public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) => CompareFilesAsync(context, cancellation);

    public async Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation) => await RunAsync(command, context, cancellation);

    public async Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) =>
        CheckResults.Of(await CheckRunner.Of(context).AskAllAsync(verify, cancellation), context.Step.Id);

    public async Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) => await RunAsync(undo!, context, cancellation);

    /// <summary>Looked at each time: a step that is begun again after a pause may find other files than before it.</summary>
    private async Task<StepResult> RunAsync(CommandSettings which, StepContext context, CancellationToken cancellation) =>
        await CompareFilesAsync(context, cancellation) is StepResult.Failed changed ? changed : CommandResult.Of(which, await CommandRunner.RunAsync(which, context, cancellation));

    private async Task<StepResult> CompareFilesAsync(StepContext context, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        foreach (var (path, hash) in files)
        {
            if (await HashAsync(Path.Combine(context.Folder, path), cancellation) != hash)
                findings.Add(Finding.Error(FindingCodes.FileChanged, $"The file {path} is not what the plan has", null, "Put it back as it was, or roll back and begin a run of the runbook as it is now."));
        }
        return findings.Count == 0 ? StepResult.Done : new StepResult.Failed(findings);
    }

    private static async Task<string?> HashAsync(string path, CancellationToken cancellation)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
