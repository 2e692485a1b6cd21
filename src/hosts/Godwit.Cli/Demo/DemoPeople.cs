namespace Godwit.Cli.Demo;

/// <summary>The people of the demo, each with a key of their own in the demo's folder; in a company each has it on their own machine.</summary>
internal sealed class DemoPeople(DemoShell shell, DemoFolder folder)
{
    /// <summary>Who wrote the plan has a role that may approve it, and still does not count.</summary>
    public const string Author = "Eve", Lead = "Ada", Owner = "Bob", Operator = "Cyd";

    private static readonly (string Name, string Role)[] s_people = [(Author, "Engineering Lead"), (Lead, "Engineering Lead"), (Owner, "Product Owner"), (Operator, "Operator")];

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

    public static IEnumerable<string> Show() => s_people.Select(p => $"   {p.Name}: {p.Role}");
}
