using Godwit.Engine.Steps;

namespace Godwit.Engine.Audit;

/// <summary>Carries out an audit: database, folder, service and keys, as far as settings ask for them. Looking changes nothing.</summary>
public sealed class Auditor(IDatabaseAudit database)
{
    /// <summary>All checks there are, in the order of the documents.</summary>
    public IReadOnlyList<AuditCheck> Checks { get; } = [.. database.Checks, .. FolderChecks.All, .. KeyChecks.All, .. ServiceChecks.All];

    /// <param name="settings">What is audited.</param>
    /// <param name="session">The target; null audits none.</param>
    /// <param name="folder">The runbook's.</param>
    /// <param name="environment">Where addresses and headers come from.</param>
    /// <param name="time">For ages and limits.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task<IReadOnlyList<AuditAnswer>> LookAsync(AuditSettings settings, IAuditSession? session, string folder, IRunEnvironment environment, TimeProvider time, CancellationToken cancellation)
    {
        var answers = new List<AuditAnswer>();
        if (settings.Database is { } asked && session is not null) answers.AddRange(await database.LookAsync(asked, session, cancellation));
        if (settings.Folder) answers.AddRange(await Task.Run(() => FolderAudit.Look(folder, cancellation), cancellation));
        if (settings.KeyAge is { } age) answers.AddRange(await KeyAudit.LookAsync(age, session, time, cancellation));
        if (settings.Service is { } service) answers.AddRange(await ServiceAudit.LookAsync(service, folder, environment, time, cancellation));
        return answers;
    }
}
