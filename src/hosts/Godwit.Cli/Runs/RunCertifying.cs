using System.Globalization;
using Godwit.Cli.Move;
using Godwit.Engine.Certificates;
using Godwit.Engine.Reports;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runbooks;
using Godwit.Security.Canonical;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Cli.Runs;

/// <summary>Writes the certificate of a run that is over. The run is over with or without: what stands in its way is a warning.</summary>
internal static class RunCertifying
{
    /// <param name="target">Where the run was.</param>
    /// <param name="run">Which.</param>
    /// <param name="file">Where its certificate goes; null for the folder at hand.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<(string? Path, IReadOnlyList<Finding> Findings)> WriteAsync(PostgresTarget target, Guid run, string? file, CancellationToken cancellation)
    {
        try
        {
            var home = GodwitHome.Folder();
            await using var source = target.OpenSource(new SessionSettings { RunId = "certificate", Role = "read", StatementLimit = TimeSpan.Zero });
            await using var connection = await source.OpenAsync(cancellation);
            if (await RunRecords.ReadAsync(connection, run, KnownSigners.Load(home), cancellation) is not { } record) return (null, []);
            var server = string.Create(CultureInfo.InvariantCulture, $"{target.Server.Version / 10000}.{target.Server.Version % 10000}");
            if (RunCertification.Draft(record, server, target.Url.Database, ToolVersion.Text) is not { } draft) return (null, [Warn("the run's journal does not hold together")]);
            using var key = SigningKeyFile.LoadOrCreate(home);
            var signed = RunCertificateFile.Sign(draft, key);
            await RunRecords.SaveCertificateAsync(connection, run, signed, cancellation);
            return (Save(signed, file, $"{draft.Runbook}-{run.ToString()[..8]}.certificate.json", home), []);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NpgsqlException or ArgumentException or SigningKeyException or TimeoutException or CanonicalJsonException)
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
