using Godwit.Model.Findings;
using Godwit.Postgres.Connections;

namespace Godwit.Cli.Journal;

/// <summary>Sessions that read a journal from a target.</summary>
internal static class JournalTarget
{
    public static async Task<(PostgresSource? Source, IReadOnlyList<Finding> Findings, int ExitCode)> OpenAsync(string to, CancellationToken cancellation)
    {
        var url = PostgresUrl.Parse(to);
        if (url.Url is null) return (null, url.Findings, ExitCode.Usage);
        var reading = await PostgresTarget.ConnectAsync(url.Url, cancellationToken: cancellation);
        IReadOnlyList<Finding> findings = [.. url.Findings, .. reading.Findings];
        return reading.Target is null
            ? (null, findings, ExitCode.Findings)
            : (reading.Target.OpenSource(new SessionSettings { RunId = "journal", Role = "read", StatementLimit = TimeSpan.Zero }), findings, ExitCode.Done);
    }

    public static Finding None(Guid? run) => Finding.Error(
        FindingCodes.NoJournal, run is null ? "the target holds no journal" : $"the target holds no journal of run {run}", remedy: "Compare it with an export, if there is one: --against FILE.");
}
