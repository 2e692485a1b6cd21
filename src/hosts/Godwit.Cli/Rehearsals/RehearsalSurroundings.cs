using Godwit.Cli.Runs;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;

namespace Godwit.Cli.Rehearsals;

/// <summary>What a rehearsal has instead of production's folder, variables and sources.</summary>
/// <param name="Folder">The copy of the runbook's folder.</param>
/// <param name="Copied">The sources that there is a copy of.</param>
internal sealed record RehearsalSurroundings(string Folder, IRunEnvironment Environment, IReadOnlyDictionary<string, ValueFrom> Sources, IReadOnlySet<string> Copied)
{
    /// <param name="runbook">The runbook.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="place">A folder of the rehearsal's own.</param>
    /// <param name="apart">Folders that are no part of the runbook, wherever they are: backups, keys.</param>
    /// <param name="url">The copy of the target, without a password.</param>
    /// <param name="passFile">The file with its password.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="RehearsalException">The folder or a source cannot be copied.</exception>
    public static async Task<RehearsalSurroundings> MakeAsync(Runbook runbook, RunbookPlan plan, string place, IReadOnlyList<string> apart, string url, string passFile, CancellationToken cancellation)
    {
        var settings = RehearsalShape.Read(runbook.Rehearsal);
        var sources = plan.Sources.ToDictionary(s => s.Key, s => settings.Sources.TryGetValue(s.Key, out var other) ? Whole(other, runbook.Folder) : s.Value, StringComparer.Ordinal);
        var copied = settings.Sources.Keys.ToHashSet(StringComparer.Ordinal);
        var leftOut = new HashSet<string>(apart.Select(Path.GetFullPath), StringComparer.Ordinal);
        foreach (var name in plan.Sources.Keys.Where(n => !copied.Contains(n)))
        {
            if (RehearsedSource.Find(name, runbook.Folder, plan.Sources) is not { } path) continue;
            leftOut.UnionWith(RehearsedSource.FilesOf(path));
            sources[name] = new ValueFrom(Literal: await RehearsedSource.CopyAsync(path, Path.Combine(place, "sources"), name, cancellation));
            copied.Add(name);
        }
        var folder = Path.Combine(place, "runbook");
        FolderCopy.Make(runbook.Folder, folder, leftOut);
        var replaced = new Dictionary<string, string>(StringComparer.Ordinal);
        if (runbook.Target.Environment is { } variable) replaced[variable] = WithPassword(url, passFile);
        return new RehearsalSurroundings(folder, new RehearsalEnvironment(replaced, settings.Variables), sources, copied);
    }

    /// <summary>A source of which there is a copy, by the rehearsal's variables and not by the machine's: checks have to see what steps see. Null of another, and of a file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="folder">The runbook's own folder.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task<TargetReading?> ReachAsync(string name, string folder, CancellationToken cancellation) =>
        Copied.Contains(name) && Sources.TryGetValue(name, out var source) && source.Literal is null
            ? await RunTarget.ReachAsync(null, source, folder, ConnectionEnvironment.Process with { Variable = Environment.Find }, Environment, cancellation) : null;

    public RehearsalRules Rules(RehearsalSettings settings) => new() { Log = new RehearsalLog(), Effects = settings.Effects, Skip = settings.Skip, Sources = Copied };

    /// <summary>A path is from the runbook's own folder, of which the rehearsal has a copy without databases.</summary>
    private static ValueFrom Whole(ValueFrom source, string folder) => source.Literal is { } path ? source with { Literal = Path.GetFullPath(path, folder) } : source;

    /// <summary>As applications expect it in a variable.</summary>
    private static string WithPassword(string url, string passFile)
    {
        var password = File.ReadLines(passFile).First().Split(':')[^1];
        return url.Insert(url.IndexOf('@', StringComparison.Ordinal), ":" + Uri.EscapeDataString(password));
    }
}
