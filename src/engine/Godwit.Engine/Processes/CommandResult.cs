using System.Globalization;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;

namespace Godwit.Engine.Processes;

/// <summary>What a step makes of how its command ended.</summary>
public static class CommandResult
{
    public static StepResult Of(CommandSettings command, CommandEnd end)
    {
        var program = Path.GetFileName(command.Run[0]);
        switch (end)
        {
            case CommandEnd.Ended ended:
                var how = ended.ExitCode is { } code ? $"exit code {code.ToString(CultureInfo.InvariantCulture)}" : $"signal {ended.Signal?.ToString(CultureInfo.InvariantCulture)}";
                var evidence = Evidence(ended.Output);
                evidence["ended"] = $"{how} after {ended.Took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s";
                return ended.ExitCode is { } exit && command.ExitCodes.Contains(exit)
                    ? new StepResult.Passed { Evidence = evidence }
                    : Fail($"{program} ended with {how}", evidence);
            case CommandEnd.TookTooLong late:
                return Fail($"{program} took too long, and was ended", Evidence(late.Output));
            case CommandEnd.NotStarted(var reason):
                return Fail(reason, Evidence(""));
            default:
                throw new ArgumentException("an unknown end", nameof(end));
        }
    }

    private static StepResult.Failed Fail(string message, Dictionary<string, string> evidence) =>
        new([Finding.Error(FindingCodes.CommandFailed, message, null, "Its output is in the journal; `godwit resume` runs it again with the same idempotency key.")]) { Evidence = evidence };

    private static Dictionary<string, string> Evidence(string output)
    {
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal);
        if (output.Length > 0) evidence["output"] = output;
        return evidence;
    }
}
