using Godwit.Cli.Backups;
using Godwit.Cli.Move;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Anonymise;
using Godwit.Engine.Backups;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Anonymise;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;
using Godwit.Security.Signing;

namespace Godwit.Cli.Anonymise;

/// <summary>Restores a verified backup, masks what the runbook lists, and brings the rest to where it is wanted.</summary>
internal sealed class AnonymiseSession(RunbookKinds kinds, string file, IReadOnlyDictionary<string, string> set, RunConsole console, TextWriter output)
{
    private readonly TimeProvider _time = TimeProvider.System;

    public string? To { get; init; }

    public string? Dump { get; init; }

    public string? Backup { get; init; }

    public int? Days { get; init; }

    public bool AcceptUnlisted { get; init; }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var reading = new RunbookReader(kinds).ReadFile(file, set);
        if (reading.Runbook is not { } runbook) return Refuse(reading.Findings);
        if (runbook.Anonymise is null || runbook.Backups is null)
            return Refuse([Finding.Error(FindingCodes.AnonymiseSettings, $"the runbook does not say {(runbook.Anonymise is null ? "what is personal" : "where backups are")}", null, $"Add `{(runbook.Anonymise is null ? "anonymise" : "backups")}:` to it.")]);
        var settings = AnonymiseShape.Read(runbook.Anonymise);
        var (key, missing) = AnonymiseKey.Find(settings);
        if (key is null) return Refuse([missing!]);
        var (place, wrong) = BackupPlace.Resolve(BackupSettings.Read(runbook.Backups), runbook.Folder, ProcessEnvironment.Instance, GodwitHome.Folder());
        if (place is null) return Refuse(wrong);
        using (place)
        {
            try
            {
                return await MakeAsync(place, settings, key, cancellation);
            }
            catch (BackupException refused)
            {
                return Refuse(refused.Findings, BackupOutput.CodeOf(refused));
            }
        }
    }

    private async Task<int> MakeAsync(BackupPlace place, AnonymiseSettings settings, byte[] key, CancellationToken cancellation)
    {
        PostgresTarget? target = null;
        if (To is { } url)
        {
            var reached = await RunTarget.ReachAsync(url, null, ".", cancellation);
            if (reached.Target is null) return Refuse(reached.Findings);
            target = reached.Target;
        }
        await using var folder = StagingFolder.Create(place.Staging, passable: false, _ => Task.CompletedTask);
        await using var copy = await new ScratchCopies(_time).RestoreAsync(place, Backup, null, console.Note, cancellation);
        if (target is not null && await AnonymousDump.CheckAsync(copy, target, cancellation) is { } unfit) return Refuse([unfit]);
        var outcome = await AnonymousCopy.MakeAsync(copy, settings, key, Days, AcceptUnlisted, console.Note, cancellation);
        if (!outcome.Done) return Refuse(outcome.Findings);
        if (target is null) await AnonymousDump.ToFileAsync(copy, settings, Dump!, _time, cancellation);
        else await AnonymousDump.ToDatabaseAsync(copy, settings, target, folder.Path, place.Settings.Jobs, _time, cancellation);
        RunbookFindings.Print(console.Console, outcome.Findings);
        foreach (var (table, rows) in outcome.Tables) console.Console.Line($"  {table}: {rows:N0} rows masked");
        if (Days is not null) console.Console.Line($"  {outcome.Rows.After:N0} of {outcome.Rows.Before:N0} rows are left");
        console.Console.Line($"[green]Anonymised:[/] backup {copy.Manifest.Name}, in {(target is null ? Path.GetFullPath(Dump!) : target.Url.Database)}.");
        return Finish(new AnonymiseDocument
        {
            Outcome = "anonymised", ExitCode = ExitCode.Done, Backup = copy.Manifest.Name, File = Dump is null ? null : Path.GetFullPath(Dump), Database = target?.Url.Database, Masked = outcome.Tables,
            RowsBefore = Days is null ? null : outcome.Rows.Before, RowsAfter = Days is null ? null : outcome.Rows.After, Findings = Documents(outcome.Findings),
        });
    }

    private int Refuse(IReadOnlyList<Finding> findings, int exitCode = ExitCode.Findings)
    {
        RunbookFindings.Print(console.Console, findings);
        console.Console.Line($"[red]Refused:[/] nothing was written.");
        return Finish(new AnonymiseDocument { Outcome = "refused", ExitCode = exitCode, Findings = Documents(findings) });
    }

    private static IReadOnlyList<FindingDocument> Documents(IReadOnlyList<Finding> findings) => [.. findings.Select(f => FindingDocument.From(f, showValues: false))];

    private int Finish(AnonymiseDocument document)
    {
        if (console.Json) output.WriteLine(document.ToJson());
        return document.ExitCode;
    }
}
