using Godwit.Cli.Runs;

namespace Godwit.Cli.Demo;

/// <summary>What every story of a runbook consists of, with the commands that a person would type in the runbook's folder.</summary>
/// <param name="folder">Of the demo.</param>
/// <param name="shell">Carries commands out, and shows them.</param>
/// <param name="console">Where the demo speaks.</param>
/// <param name="set">Parameters of the runbook: what takes hours or days in a service, so that somebody can look, takes seconds in a demo.</param>
internal sealed class DemoActs(DemoFolder folder, DemoShell shell, RunConsole console, IReadOnlyDictionary<string, string> set)
{
    private readonly string[] _set = [.. set.SelectMany(s => (string[])["--set", $"{s.Key}={s.Value}"])];

    public Task<int> PlanAsync(string author, CancellationToken cancellation) => shell.RunAsync($"plan --sign --as {author}", [folder.Runbook, .. _set], cancellation);

    public Task<int> RunAsync(CancellationToken cancellation) => shell.RunAsync("run", [folder.Runbook, .. _set, "--certificate", NewCertificate()], cancellation);

    public Task<int> ResumeAsync(CancellationToken cancellation) => shell.RunAsync("resume", [folder.Runbook, "--certificate", NewCertificate()], cancellation);

    /// <summary>A backup that is known to restore, and what the plan takes on copies of it.</summary>
    public async Task<int> SaveAndRehearseAsync(CancellationToken cancellation)
    {
        if (await shell.RunAsync("backup create", ["--runbook", folder.Runbook], cancellation) is not ExitCode.Done and var unsaved) return unsaved;
        return await shell.RunAsync("rehearse", [folder.Runbook, .. _set], cancellation, new RehearsalLines().Keep);
    }

    /// <summary>Who wrote the plan has a role that may approve it, and does not count.</summary>
    public async Task<int> RefuseAuthorAsync(string author, CancellationToken cancellation)
    {
        console.Note($"   {author} has the role, and wrote the plan:");
        if (await shell.RunAsync($"approve --phase expand --as {author} --role \"{DemoPeople.LeadRole}\"", [folder.Runbook, .. _set], cancellation, IsNoStep) is not ExitCode.Done) return ExitCode.Done;
        console.Note("godwit: the author of the plan was counted among those who approve it");
        return ExitCode.NotVerified;
    }

    /// <summary>The two whom a phase asks for.</summary>
    public async Task<int> ApproveAsync(string phase, CancellationToken cancellation)
    {
        foreach (var (name, role) in ((string, string)[])[(DemoPeople.Lead, DemoPeople.LeadRole), (DemoPeople.Owner, DemoPeople.OwnerRole)])
        {
            if (await shell.RunAsync($"approve --phase {phase} --as {name} --role \"{role}\"", [folder.Runbook, .. _set], cancellation, IsNoStep) is not ExitCode.Done and var refused) return refused;
        }
        return ExitCode.Done;
    }

    public Task<int> AttestAsync(string gate, string name, CancellationToken cancellation) => shell.RunAsync($"attest {gate} --as {name}", [folder.Runbook, .. _set], cancellation);

    /// <summary>Once people are pinned, the decision matrix asks one of them.</summary>
    public async Task<int> GoBackAsync(CancellationToken cancellation)
    {
        if (await shell.RunAsync($"approve --rollback --as {DemoPeople.Lead} --role \"{DemoPeople.LeadRole}\"", [folder.Runbook, .. _set], cancellation) is not ExitCode.Done and var refused) return refused;
        return await RollBackAsync(cancellation);
    }

    /// <summary>Where that is decided: goes back, or looks again at what has to hold afterwards.</summary>
    public Task<int> RollBackAsync(CancellationToken cancellation) => shell.RunAsync("rollback", [folder.Runbook, .. _set, "--certificate", NewCertificate()], cancellation);

    public async Task<int> FinishAsync(CancellationToken cancellation)
    {
        if (await ApproveAsync("contract", cancellation) is not ExitCode.Done and var unapproved) return unapproved;
        return await shell.RunAsync("finish --early \"a demonstration: nobody depends on what is removed\"", [folder.Runbook, .. _set, "--certificate", NewCertificate()], cancellation);
    }

    public async Task ReportAsync(string title, string reader, string file, CancellationToken cancellation)
    {
        File.Delete(file);
        if (await shell.QuietlyAsync("report", [folder.Runbook, "--for", reader, "--html", file], cancellation) == ExitCode.Done) console.Console.Line($"{title}: {file}");
    }

    /// <summary>Of a run that was before, there may be one.</summary>
    private string NewCertificate()
    {
        File.Delete(folder.CertificateFile);
        return folder.CertificateFile;
    }

    /// <summary>What a phase consists of, whoever approves it has seen.</summary>
    private static bool IsNoStep(string line) => !line.StartsWith("  ", StringComparison.Ordinal) || line.StartsWith("   ", StringComparison.Ordinal);
}
