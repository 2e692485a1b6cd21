using Godwit.Model.Runbooks;

namespace Godwit.Cli.Demo.Learning;

/// <summary>The people who attest what no machine sees, each with a key of their own in the demo's folder.</summary>
internal sealed class LearningPeople(DemoShell shell, DemoFolder folder, IReadOnlyDictionary<string, string> set)
{
    public const string Author = DemoPeople.Author, Engineer = DemoPeople.Lead;

    /// <summary>Whom the decision matrix asks about a rollback.</summary>
    public const string Lead = DemoPeople.LeadRole;

    private static readonly (string Name, IReadOnlyList<string> Roles)[] s_people =
        [(Author, ["Engineer"]), (Engineer, ["Engineer", Lead]), ("Bob", ["Security"]), ("Cyd", ["Operator"]), ("Dan", ["Performance"])];

    /// <summary>Makes keys, and pins them in the target.</summary>
    public Task<int> PinAsync(CancellationToken cancellation) => DemoPeople.PinAsync(shell, folder, s_people, cancellation);

    /// <summary>Everybody attests the boxes of their role, by what the runbook's own gates ask for.</summary>
    /// <param name="runbook">As its file has it.</param>
    /// <param name="from">The first phase whose boxes are attested.</param>
    /// <param name="show">Told of each.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<int> AttestAsync(Runbook runbook, Phase from, Action<string> show, CancellationToken cancellation) =>
        DemoPeople.AttestAsync(shell, folder, s_people, runbook, from, set, show, cancellation);
}
