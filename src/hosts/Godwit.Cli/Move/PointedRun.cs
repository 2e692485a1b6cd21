using Godwit.Engine.Moves;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runs;

namespace Godwit.Cli.Move;

/// <summary>Which run of this folder a bare <c>godwit resume</c> or <c>godwit abort</c> means: the only one that is not over.</summary>
internal static class PointedRun
{
    /// <returns>A pointer, or why none can be chosen: several runs, each with the command that means it; no finding when there is no pointer at all.</returns>
    public static async Task<(RunPointer? Pointer, IReadOnlyList<Finding> Findings)> ChooseAsync(string verb, CancellationToken cancellation)
    {
        var pointers = RunPointer.All();
        if (pointers.Count < 2) return (pointers is [var single] ? single : null, []);
        var looks = new List<(RunPointer Pointer, bool? IsOver)>();
        foreach (var pointer in pointers) looks.Add((pointer, await IsOverAsync(pointer, cancellation)));
        var open = looks.Where(l => l.IsOver is not true).ToList();
        // A runner that was killed right after its end could not take its pointer away. With nothing else to do, one of them is told of.
        foreach (var (over, _) in looks.Where(l => l.IsOver is true && (open.Count > 0 || l.Pointer != pointers[0]))) RunPointer.Remove(over.Run);
        return open switch
        {
            [var only] => (only.Pointer, []),
            [] => (pointers[0], []),
            _ => (null, [.. open.Select(l => Choice(verb, l.Pointer, l.IsOver is null))]),
        };
    }

    /// <summary>Null when the target does not say.</summary>
    private static async Task<bool?> IsOverAsync(RunPointer pointer, CancellationToken cancellation)
    {
        if (PostgresUrl.Parse(pointer.Request.To).Url is not { } url) return null;
        if ((await PostgresTarget.ConnectAsync(url, cancellationToken: cancellation)).Target is not { } target) return null;
        await using var source = target.OpenSource(new SessionSettings { RunId = "choose", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        return await RunRows.FindAsync(connection, pointer.Run, schema: null, cancellation) is not { State: RunState.Running };
    }

    private static Finding Choice(string verb, RunPointer pointer, bool unreachable) => Finding.Error(
        FindingCodes.RunUnfinished,
        $"run {pointer.Run} of {pointer.Request.From} is not finished{(unreachable ? " (its target does not answer now)" : "")}: {RunPointer.Command(verb, pointer.Request.To, pointer.Request.Schema)}",
        remedy: $"Several runs of this folder are unfinished: say which one to {verb}.");
}
