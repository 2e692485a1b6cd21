using Godwit.Cli.Runs;
using Godwit.Engine.Runs;

namespace Godwit.Cli.Demo;

/// <summary>The acts of the demo: closed gates, what opens them, the switch under traffic, and one of three ends.</summary>
internal sealed class DemoStory(DemoStage stage, DemoShell shell, RunConsole console, DemoOptions options)
{
    public const string Runbook = "tenants";

    private readonly DemoFolder _folder = stage.Folder;
    private readonly DemoPeople _people = new(shell, stage.Folder);
    private readonly DemoReport _report = new(console, stage, Runbook);

    private readonly DemoActs _acts = new(stage.Folder, shell, console, new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["hold"] = "5s", ["every"] = "500ms", ["window"] = "5s", ["first_look"] = "1s", ["last_look"] = "3s", ["load_rate"] = "50", ["load_for"] = "5s",
        ["access_log"] = stage.Proxy.AccessLog, ["proxy_pid"] = stage.Proxy.PidFile,
    });

    /// <summary>The file with the certificate of a run that is over.</summary>
    public string? Certificate { get; private set; }

    /// <summary>What was looked up at the end, for programs.</summary>
    public IReadOnlyDictionary<string, double> Figures => _report.Record.Figures;

    public async Task<int> PlayAsync(CancellationToken cancellation)
    {
        var state = await _report.Record.StateAsync(cancellation);
        if (state == RunbookState.Finished)
        {
            console.Console.Line($"The raw keys of this demo are cleared, which is its point of no return; --fresh starts over, --rotate-pepper goes on from here.");
            return options.End is DemoEnd.Finished or DemoEnd.Rotated ? await _report.Record.JournalAsync(cancellation) : ExitCode.Findings;
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
        return options.End == DemoEnd.Back ? await _acts.GoBackAsync(cancellation) : await _acts.FinishAsync(cancellation);
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
            if (await _acts.PlanAsync(DemoPeople.Author, cancellation) is not ExitCode.Done and var unsigned) return unsigned;
        }
        var code = goesOn ? await _acts.ResumeAsync(cancellation) : await _acts.RunAsync(cancellation);
        if (code != ExitCode.Paused) return code;
        if (!await _report.Record.GatesAsync(cancellation)) return code;
        if (await OpenGatesAsync(cancellation) is not ExitCode.Done and var closed) return closed;
        return await _acts.ResumeAsync(cancellation);
    }

    /// <summary>What the gates ask for: a backup that is known to restore, three rehearsals, and people.</summary>
    private async Task<int> OpenGatesAsync(CancellationToken cancellation)
    {
        if (await _acts.SaveAndRehearseAsync(cancellation) is not ExitCode.Done and var unrehearsed) return unrehearsed;
        if (await _acts.RefuseAuthorAsync(DemoPeople.Author, cancellation) is not ExitCode.Done and var counted) return counted;
        if (await _acts.ApproveAsync("expand", cancellation) is not ExitCode.Done and var unapproved) return unapproved;
        return await _acts.AttestAsync("release-in-use", DemoPeople.Operator, cancellation);
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
        verdicts.Add(await _report.Record.JournalAsync(cancellation));
        verdicts.Add(_report.Record.Certificate(_folder.CertificateFile));
        await _acts.ReportAsync("The report", "full", _folder.ReportFile, cancellation);
        if (options.End == DemoEnd.Tripped) await _acts.ReportAsync("The post-mortem record", "post-mortem", _folder.PostMortemFile, cancellation);
        verdicts.Add(_report.Traffic(spoiler));
        _report.WhereToLook();
        if (verdicts.FirstOrDefault(v => v != ExitCode.Done) is not ExitCode.Done and var wrong) return wrong;
        return options.End == DemoEnd.Tripped ? ExitCode.RolledBack : ExitCode.Done;
    }
}
