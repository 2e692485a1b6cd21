using System.Globalization;
using Godwit.Cli.Move;
using Godwit.Engine.Certificates;
using Godwit.Engine.Reports;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runbooks;
using Godwit.Security.Canonical;
using Godwit.Security.Signing;

namespace Godwit.Cli.Runs;

/// <summary>Writes the certificate of a run that is over. The run is over with or without: what stands in its way is a warning.</summary>
internal static class RunCertifying
{
    private static readonly SessionSettings s_session = new() { RunId = "certificate", Role = "read", StatementLimit = TimeSpan.Zero };

    /// <param name="target">Where the run was. One that goes down and comes back is waited for.</param>
    /// <param name="run">Which.</param>
    /// <param name="file">Where its certificate goes; null for the folder at hand.</param>
    /// <param name="note">Told what is waited for.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<(string? Path, IReadOnlyList<Finding> Findings)> WriteAsync(PostgresTarget target, Guid run, string? file, Action<string> note, CancellationToken cancellation)
    {
        try
        {
            var home = GodwitHome.Folder();
            var known = KnownSigners.Load(home);
            if (await PatientSession.RunAsync(target, s_session, (c, token) => RunRecords.ReadAsync(c, run, known, token), note, TimeProvider.System, cancellation) is not { } record) return (null, []);
            var server = string.Create(CultureInfo.InvariantCulture, $"{target.Server.Version / 10000}.{target.Server.Version % 10000}");
            if (RunCertification.Draft(record, server, target.Url.Database, ToolVersion.Text) is not { } draft) return (null, [Warn("the run's journal does not hold together")]);
            using var key = SigningKeyFile.LoadOrCreate(home);
            var signed = RunCertificateFile.Sign(draft, key);
            await PatientSession.RunAsync(target, s_session, (c, token) => RunRecords.SaveCertificateAsync(c, run, signed, token), note, TimeProvider.System, cancellation);
            return (Save(signed, file, $"{draft.Runbook}-{run.ToString()[..8]}.certificate.json", home), []);
        }
        catch (OperationCanceledException)
        {
            return (null, [Warn("it was interrupted")]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or TargetFaultException or ArgumentException or SigningKeyException or CanonicalJsonException)
        {
            return (null, [Warn(fault.Message)]);
        }
    }

    /// <summary>Where nobody named a file and the folder at hand is not to be written, as that of a service is not, beside the keys.</summary>
    private static string Save(string signed, string? file, string name, string home)
    {
        var path = Path.GetFullPath(file ?? name);
        try
        {
            RunCertificateFile.Write(path, signed);
        }
        catch (Exception fault) when (file is null && fault is IOException or UnauthorizedAccessException)
        {
            path = Path.Combine(Directory.CreateDirectory(Path.Combine(home, "certificates")).FullName, name);
            RunCertificateFile.Write(path, signed);
        }
        return path;
    }

    private static Finding Warn(string why) => Finding.Warning(FindingCodes.CertificateUnwritten, $"the certificate of the run was not written: {why}", remedy: "`godwit report` says the same, signed.");
}
