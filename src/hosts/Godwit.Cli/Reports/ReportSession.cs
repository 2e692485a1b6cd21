using Godwit.Cli.Journal;
using Godwit.Cli.Move;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Journal;
using Godwit.Engine.Reports;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runbooks;
using Godwit.Security.Signing;

namespace Godwit.Cli.Reports;

/// <summary>Reads a run from its target and writes its report.</summary>
internal sealed class ReportSession(RunbookKinds kinds, string file, string? to, RunConsole console)
{
    public async Task<int> WriteAsync(Guid? wanted, ReportKind kind, string? html, string? markdown, TextWriter output, CancellationToken cancellation)
    {
        var reading = new RunbookReader(kinds).ReadFile(file, RunCommands.NoSet);
        if (reading.Runbook is null && to is null) return console.Refuse(reading.Findings);
        var (known, unusable) = SignerKeys.Load([]);
        if (known is null) return console.Refuse([unusable!]);
        var target = await RunTarget.ReachAsync(to, reading.Runbook?.Target, reading.Runbook?.Folder ?? ".", cancellation);
        if (target.Target is null) return console.Refuse(target.Findings);
        await using var source = target.Target.OpenSource(new SessionSettings { RunId = "report", Role = "read", StatementLimit = TimeSpan.Zero });
        await using var connection = await source.OpenAsync(cancellation);
        var runs = await RunbookRows.ListAsync(connection, reading.Runbook?.Name, cancellation);
        var run = runs.FirstOrDefault(r => wanted is null || r.Id == wanted)?.Id;
        if (run is null || await RunRecords.ReadAsync(connection, run.Value, known, cancellation) is not { } record)
            return console.Refuse([Finding.Error(FindingCodes.NothingToResume, wanted is null ? "the target holds no run to report on" : $"the target holds no run {wanted} of this runbook", remedy: "`godwit history` lists them.")]);

        using var key = SigningKeyFile.LoadOrCreate(GodwitHome.Folder());
        record = BackupLook.At(record, reading.Runbook?.Folder ?? record.Run.Folder, known);
        var report = RunReport.Of(record, kinds, ToolVersion.Text, kind);
        var text = ReportSignature.Append(html is null ? ReportMarkdown.Write(report) : ReportHtml.Write(report), run.Value, key);
        var path = html ?? markdown;
        if (path is not null) await File.WriteAllTextAsync(path, text, cancellation);
        else if (!console.Json) await output.WriteAsync(text);

        // A report on a journal that does not hold together is written all the same, and says so.
        var broken = record.Verdict.State == JournalState.Broken;
        var findings = broken ? JournalFindings.Of(record.Verdict, path: null) : [];
        if (path is not null)
        {
            RunbookFindings.Print(console.Console, findings);
            console.Console.Line($"The report of run {run} is in {path}. Journal head: {record.Verdict.End.ToString()}");
        }
        else if (broken)
        {
            console.Note("godwit: the journal of this run does not hold together: `godwit journal verify` names the first bad entry");
        }
        return console.Finish(new RunDocument
        {
            Outcome = broken ? "broken" : "reported", ExitCode = broken ? ExitCode.NotVerified : ExitCode.Done, Run = run.ToString(), Runbook = record.Run.Plan.Name, Plan = record.Run.Plan.Hash,
            File = path is null ? null : Path.GetFullPath(path), Head = record.Verdict.End.ToString(), Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))],
        });
    }
}
