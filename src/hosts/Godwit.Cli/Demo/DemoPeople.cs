using Godwit.Model.Runbooks;

namespace Godwit.Cli.Demo;

/// <summary>The people of the demo, each with a key of their own in the demo's folder; in a company each has it on their own machine.</summary>
internal sealed class DemoPeople(DemoShell shell, DemoFolder folder)
{
    /// <summary>Who wrote the plan has a role that may approve it, and still does not count.</summary>
    public const string Author = "Eve", Lead = "Ada", Owner = "Bob", Operator = "Cyd";

    /// <summary>The roles of those two.</summary>
    public const string LeadRole = "Engineering Lead", OwnerRole = "Product Owner";

    private static readonly (string Name, string Role)[] s_people = [(Author, LeadRole), (Lead, LeadRole), (Owner, OwnerRole), (Operator, "Operator")];

    /// <summary>Makes keys, and pins them in the target.</summary>
    public Task<int> PinAsync(CancellationToken cancellation) => PinAsync(shell, folder, s_people.Select(p => (p.Name, (IReadOnlyList<string>)[p.Role])), cancellation);

    /// <summary>The same of other people. Where a demo keeps its folder, they keep their keys.</summary>
    public static async Task<int> PinAsync(DemoShell shell, DemoFolder folder, IEnumerable<(string Name, IReadOnlyList<string> Roles)> people, CancellationToken cancellation)
    {
        foreach (var (name, roles) in people)
        {
            var publicKey = Path.Combine(folder.Home, name.ToLowerInvariant() + ".jwk");
            if (!File.Exists(publicKey) && await shell.QuietlyAsync($"keys person new {name}", ["--out", publicKey], cancellation) is not ExitCode.Done and var unmade) return unmade;
            if (await shell.QuietlyAsync($"keys person add {name}", ["--public-key", publicKey, .. roles.SelectMany(r => (string[])["--role", r]), "--runbook", folder.Runbook], cancellation) is not ExitCode.Done and var unpinned) return unpinned;
        }
        return ExitCode.Done;
    }

    /// <summary>People attest the boxes of their role, by what the runbook's own gates ask for: as many as each asks for, and never who wrote the plan.</summary>
    /// <param name="shell">Carries commands out.</param>
    /// <param name="folder">Of the demo.</param>
    /// <param name="people">All of them.</param>
    /// <param name="runbook">As its file has it.</param>
    /// <param name="from">The first phase whose boxes are attested.</param>
    /// <param name="set">Parameters of the runbook.</param>
    /// <param name="show">Told of each.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<int> AttestAsync(
        DemoShell shell, DemoFolder folder, IReadOnlyList<(string Name, IReadOnlyList<string> Roles)> people, Runbook runbook, Phase from, IReadOnlyDictionary<string, string> set, Action<string> show,
        CancellationToken cancellation)
    {
        foreach (var gate in runbook.Phases.Where(p => p.Phase >= from).SelectMany(p => p.Gates).Where(g => g.Settings.ContainsKey("statement")))
        {
            var (role, statement) = (gate.Settings["role"]!.GetValue<string>(), gate.Settings["statement"]!.GetValue<string>());
            var count = (int)(gate.Settings["count"]?.GetValue<long>() ?? 1);
            if (await AttestAsync(shell, folder, people, gate.Id, role, statement, count, set, show, cancellation) is not ExitCode.Done and var unattested) return unattested;
        }
        return ExitCode.Done;
    }

    /// <summary>One box, by as many of a role as it asks for.</summary>
    public static async Task<int> AttestAsync(
        DemoShell shell, DemoFolder folder, IReadOnlyList<(string Name, IReadOnlyList<string> Roles)> people, string box, string role, string statement, int count, IReadOnlyDictionary<string, string> set,
        Action<string> show, CancellationToken cancellation)
    {
        foreach (var (name, _) in people.Where(p => p.Name != Author && p.Roles.Contains(role, StringComparer.Ordinal)).Take(count))
        {
            if (await shell.QuietlyAsync($"attest {box} --as {name}", ["--role", role, folder.Runbook, .. set.SelectMany(s => (string[])["--set", $"{s.Key}={s.Value}"])], cancellation) is not ExitCode.Done and var unattested) return unattested;
            show($"   {box}: {name} ({role}): {statement}");
        }
        return ExitCode.Done;
    }

    public static IEnumerable<string> Show() => s_people.Select(p => $"   {p.Name}: {p.Role}");
}
