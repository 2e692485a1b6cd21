using System.Globalization;
using Godwit.Cli.Runs;
using Godwit.Engine.Runs;
using Godwit.Postgres.Runbooks;

namespace Godwit.Cli.Demo;

/// <summary>The acts of the demo: closed gates, what opens them, the switch under traffic, and one of three ends.</summary>
internal sealed class DemoStory(DemoStage stage, DemoShell shell, RunConsole console, DemoOptions options)
{
    public const string Runbook = "tenants";

    private readonly DemoFolder _folder = stage.Folder;
    private readonly DemoPeople _people = new(shell, stage.Folder);
    private readonly DemoReport _report = new(console, stage, Runbook);

    /// <summary>What takes hours or days in a service, so that somebody can look, takes seconds here.</summary>
    private readonly string[] _set =
    [
        .. ((string[])[
            "hold=5s", "every=500ms", "window=5s", "first_look=1s", "last_look=3s", "load_rate=50", "load_for=5s",
            $"access_log={stage.Proxy.AccessLog}", $"proxy_pid={stage.Proxy.PidFile}",
        ]).SelectMany(s => (string[])["--set", s]),
    ];

    /// <summary>The file with the certificate of a run that is over.</summary>
    public string? Certificate { get; private set; }

    /// <summary>What was looked up at the end, for programs.</summary>
    public IReadOnlyDictionary<string, double> Figures => _report.Figures;

    public async Task<int> PlayAsync(CancellationToken cancellation)
    {
        var state = await StateAsync(cancellation);
        if (state == RunbookState.Finished)
        {
            console.Console.Line($"The raw keys of this demo are cleared, which is its point of no return; --fresh starts over, --rotate-pepper goes on from here.");
            return options.End is DemoEnd.Finished or DemoEnd.Rotated ? await VerifyJournalAsync(cancellation) : ExitCode.Findings;
        }
        if (state == RunbookState.Complete && options.End == DemoEnd.Tripped)
        {
            console.Console.Line($"The switch of this demo is over, and nothing can go wrong in the middle of it; --fresh starts over.");
            return ExitCode.Findings;
        }
        using var stop = new CancellationTokenSource();
        var spoiler = new GreenSpoiler(stage.Proxy, stage.Green, stage.Time, console.Note);
        var calling = Task.Run(() => stage.Traffic.RunAsync(stop.Token), CancellationToken.None);
        var spoiling = options.End == DemoEnd.Tripped ? Task.Run(() => spoiler.RunAsync(stop.Token), CancellationToken.None) : Task.CompletedTask;
        int code;
        try
        {
            code = await ActAsync(state, cancellation);
        }
        finally
        {
            await stop.CancelAsync();
            await calling;
            await spoiling;
        }
        if (code is not (ExitCode.Done or ExitCode.RolledBack)) return code;
        return await ConcludeAsync(code, spoiler, cancellation);
    }

    private async Task<int> ActAsync(RunbookState? state, CancellationToken cancellation)
    {
        if (state != RunbookState.Complete)
        {
            var code = await CarryOutAsync(state, cancellation);
            if (code != ExitCode.Done) return code;
        }
        if (options.End == DemoEnd.Tripped) return ExitCode.Done;
        if (await _report.HashesAsync(cancellation) is not ExitCode.Done and var missing) return missing;
        if (options.End == DemoEnd.Back)
        {
            // Once people are pinned, the decision matrix asks one of them.
            if (await shell.RunAsync($"approve --rollback --as {DemoPeople.Lead}", [_folder.Runbook, .. _set], cancellation) is not ExitCode.Done and var refused) return refused;
            return await shell.RunAsync("rollback", [_folder.Runbook, .. _set, "--certificate", NewCertificate()], cancellation);
        }
        if (await ApproveAsync("contract", cancellation) is not ExitCode.Done and var unapproved) return unapproved;
        return await shell.RunAsync("finish --early \"a demonstration: nobody depends on what is removed\"", [_folder.Runbook, .. _set, "--certificate", NewCertificate()], cancellation);
    }

    /// <summary>As far as the end of observe, or back.</summary>
    private async Task<int> CarryOutAsync(RunbookState? state, CancellationToken cancellation)
    {
        var goesOn = state is RunbookState.Running or RunbookState.Paused;
        if (!goesOn)
        {
            console.Note("-- people make their keys, and an administrator pins them in the database (godwit keys person new, add)");
            foreach (var line in DemoPeople.Show()) console.Note(line);
            if (await _people.PinAsync(cancellation) is not ExitCode.Done and var unpinned) return unpinned;
            if (await shell.RunAsync($"plan --sign --as {DemoPeople.Author}", [_folder.Runbook, .. _set], cancellation) is not ExitCode.Done and var unsigned) return unsigned;
        }
        var code = await shell.RunAsync(goesOn ? "resume" : "run", Carried(goesOn), cancellation);
        if (code != ExitCode.Paused) return code;
        if (!await _report.GatesAsync(cancellation)) return code;
        if (await OpenGatesAsync(cancellation) is not ExitCode.Done and var closed) return closed;
        return await shell.RunAsync("resume", Carried(true), cancellation);
    }

    /// <summary>What the gates ask for: a backup that is known to restore, three rehearsals, and people.</summary>
    private async Task<int> OpenGatesAsync(CancellationToken cancellation)
    {
        if (await shell.RunAsync("backup create", ["--runbook", _folder.Runbook], cancellation) is not ExitCode.Done and var unsaved) return unsaved;
        if (await shell.RunAsync("rehearse", [_folder.Runbook, .. _set], cancellation, new RehearsalLines().Keep) is not ExitCode.Done and var unrehearsed) return unrehearsed;
        console.Note($"   {DemoPeople.Author} has the role, and wrote the plan:");
        if (await shell.RunAsync($"approve --phase expand --as {DemoPeople.Author}", [_folder.Runbook, .. _set], cancellation, IsNoStep) is ExitCode.Done)
        {
            console.Note("godwit: the author of the plan was counted among those who approve it");
            return ExitCode.NotVerified;
        }
        if (await ApproveAsync("expand", cancellation) is not ExitCode.Done and var unapproved) return unapproved;
        return await shell.RunAsync($"attest release-in-use --as {DemoPeople.Operator}", [_folder.Runbook, .. _set], cancellation);
    }

    private async Task<int> ApproveAsync(string phase, CancellationToken cancellation)
    {
        foreach (var name in (string[])[DemoPeople.Lead, DemoPeople.Owner])
        {
            if (await shell.RunAsync($"approve --phase {phase} --as {name}", [_folder.Runbook, .. _set], cancellation, IsNoStep) is not ExitCode.Done and var refused) return refused;
        }
        return ExitCode.Done;
    }

    /// <summary>What is asked of the database once nobody writes to it any more.</summary>
    private async Task<int> ConcludeAsync(int code, GreenSpoiler spoiler, CancellationToken cancellation)
    {
        Certificate = _folder.CertificateFile;
        var back = code == ExitCode.RolledBack;
        if (options.End == DemoEnd.Tripped && !back)
        {
            console.Console.Line($"[red]No tripwire fired:[/] the run came to its end with a green that refuses its clients.");
            return ExitCode.NotVerified;
        }
        var verdicts = new List<int>();
        if (options.End == DemoEnd.Tripped) verdicts.Add(await _report.TripAsync(spoiler, cancellation));
        verdicts.Add(await _report.RowsAsync(keysAreGone: !back, cancellation));
        verdicts.Add(back ? await _report.BackAsync(cancellation) : await _report.ForwardAsync(cancellation));
        verdicts.Add(await VerifyJournalAsync(cancellation));
        console.Note("-- godwit certificate verify");
        verdicts.Add(_report.Certificate(_folder.CertificateFile));
        await ReportAsync("The report", "full", _folder.ReportFile, cancellation);
        if (options.End == DemoEnd.Tripped) await ReportAsync("The post-mortem record", "post-mortem", _folder.PostMortemFile, cancellation);
        verdicts.Add(_report.Traffic(spoiler));
        _report.WhereToLook();
        if (verdicts.FirstOrDefault(v => v != ExitCode.Done) is not ExitCode.Done and var wrong) return wrong;
        return options.End == DemoEnd.Tripped ? ExitCode.RolledBack : ExitCode.Done;
    }

    private async Task ReportAsync(string title, string reader, string file, CancellationToken cancellation)
    {
        File.Delete(file);
        if (await shell.QuietlyAsync("report", [_folder.Runbook, "--for", reader, "--html", file], cancellation) == ExitCode.Done) console.Console.Line($"{title}: {file}");
    }

    private async Task<int> VerifyJournalAsync(CancellationToken cancellation)
    {
        console.Note("-- godwit journal verify");
        return await _report.JournalAsync(cancellation);
    }

    private async Task<RunbookState?> StateAsync(CancellationToken cancellation)
    {
        var runs = await RunbookRows.ListAsync(stage.Connection, Runbook, cancellation);
        return runs is [{ State: not (RunbookState.RolledBack or RunbookState.Aborted) } newest, ..] ? newest.State : null;
    }

    /// <summary>What a phase consists of, whoever approves it has seen.</summary>
    private static bool IsNoStep(string line) => !line.StartsWith("  ", StringComparison.Ordinal) || line.StartsWith("   ", StringComparison.Ordinal);

    private string[] Carried(bool resumed) => [_folder.Runbook, .. resumed ? [] : _set, "--certificate", NewCertificate()];

    /// <summary>Of a run that was before, there may be one.</summary>
    private string NewCertificate()
    {
        File.Delete(_folder.CertificateFile);
        return _folder.CertificateFile;
    }
}
