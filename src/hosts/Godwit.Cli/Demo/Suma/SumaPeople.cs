using Godwit.Documents.Shapes;
using Godwit.Engine.Rollback;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Demo.Suma;

/// <summary>The people who approve and attest, each with a key of their own in the demo's folder.</summary>
internal sealed class SumaPeople(DemoShell shell, DemoFolder folder, IReadOnlyDictionary<string, string> set)
{
    private static readonly (string Name, IReadOnlyList<string> Roles)[] s_people =
    [
        (DemoPeople.Author, [DemoPeople.LeadRole, "Engineer"]), (DemoPeople.Lead, [DemoPeople.LeadRole, "Engineer"]), (DemoPeople.Owner, [DemoPeople.OwnerRole]),
        (DemoPeople.Operator, ["Operator", "Performance", "Incident Response"]), ("Dan", ["Engineer", "Security"]), ("Fay", ["Data Protection"]),
    ];

    /// <summary>Makes keys, and pins them in the target.</summary>
    public Task<int> PinAsync(CancellationToken cancellation) => DemoPeople.PinAsync(shell, folder, s_people, cancellation);

    public Task<int> AttestAsync(Runbook runbook, Action<string> show, CancellationToken cancellation) => DemoPeople.AttestAsync(shell, folder, s_people, runbook, Phase.Expand, set, show, cancellation);

    /// <summary>What people see for themselves once everything was taken back.</summary>
    public async Task<int> AttestReturnAsync(Runbook runbook, Action<string> show, CancellationToken cancellation)
    {
        foreach (var box in runbook.Rollback?.Maps(RollbackShape.AttestedKey) ?? [])
        {
            if (await DemoPeople.AttestAsync(shell, folder, s_people, box.Text("id"), box.Text("role"), box.Text("statement"), 1, set, show, cancellation) is not ExitCode.Done and var unattested) return unattested;
        }
        return ExitCode.Done;
    }

    public static IEnumerable<string> Show() => s_people.Select(p => $"   {p.Name}: {string.Join(", ", p.Roles)}");
}
