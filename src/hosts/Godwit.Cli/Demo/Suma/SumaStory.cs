using System.Globalization;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;

namespace Godwit.Cli.Demo.Suma;

/// <summary>The acts: closed gates, what opens them, people who move under traffic and register on the new side, and the end; or back with everybody, and forward again.</summary>
internal sealed class SumaStory
{
    public const string Runbook = "suma-finance";

    private const int Newcomers = 3;

    private readonly SumaStage _stage;
    private readonly DemoShell _shell;
    private readonly RunConsole _console;
    private readonly SumaOptions _options;
    private readonly Dictionary<string, string> _set;
    private readonly DemoActs _acts;
    private readonly SumaPeople _people;
    private readonly SumaReport _report;
    private readonly List<string> _newcomers = [];

    /// <param name="stage">Where it takes place.</param>
    /// <param name="shell">Carries commands out.</param>
    /// <param name="console">Where the demo speaks.</param>
    /// <param name="options">Which end it has.</param>
    /// <param name="figures">The service of figures, and of the legacy application's pages.</param>
    public SumaStory(SumaStage stage, DemoShell shell, RunConsole console, SumaOptions options, string figures)
    {
        (_stage, _shell, _console, _options) = (stage, shell, console, options);
        var now = stage.Time.GetUtcNow();
        // What takes hours or days in a service, so that somebody can look, takes seconds here; and the night of the switch is now.
        _set = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["app_url"] = stage.ServiceUrl, ["legacy_url"] = figures, ["metrics_url"] = figures, ["first_look"] = "500ms", ["last_look"] = "2s", ["every"] = "500ms", ["watch"] = "1s", ["patience"] = "30s",
            // Whatever else this machine does: a demo shows that figures are looked at, and judges no machine by them.
            ["p95_limit"] = "60000", ["slow"] = "60000", ["rather_slow"] = "60000",
            ["sample_every"] = "100ms", ["steady_every"] = "50ms",
            ["window_from"] = now.AddHours(-1).ToString("HH:mm", CultureInfo.InvariantCulture), ["window_to"] = now.AddHours(6).ToString("HH:mm", CultureInfo.InvariantCulture),
        };
        _acts = new DemoActs(stage.Folder, shell, console, _set);
        _people = new SumaPeople(shell, stage.Folder, _set);
        _report = new SumaReport(console, stage, Runbook);
    }

    /// <summary>The file with the certificate of a run that is over.</summary>
    public string? Certificate { get; private set; }

    /// <summary>What was looked up at the end, for programs.</summary>
    public IReadOnlyDictionary<string, double> Figures => _report.Record.Figures;

    public async Task<int> PlayAsync(CancellationToken cancellation)
    {
        var state = await _report.Record.StateAsync(cancellation);
        if (state == RunbookState.Finished)
        {
            _console.Console.Line($"What was made for the move is gone, which is this demo's point of no return; --fresh starts over.");
            return _options.Back ? ExitCode.Findings : await _report.Record.JournalAsync(cancellation);
        }
        using var stop = new CancellationTokenSource();
        var calling = Task.Run(() => _stage.Traffic.RunAsync(stop.Token), CancellationToken.None);
        int code;
        try
        {
            await _stage.StartServiceAsync(cancellation);
            code = await ActAsync(state, cancellation);
        }
        finally
        {
            await stop.CancelAsync();
            await calling;
        }
        return code == ExitCode.Done ? await ConcludeAsync(cancellation) : code;
    }

    private async Task<int> ActAsync(RunbookState? state, CancellationToken cancellation)
    {
        if (state != RunbookState.Complete && await CarryOutAsync(state, cancellation) is not ExitCode.Done and var stopped) return stopped;
        await RegisterAsync(cancellation);
        if (!_options.Back) return await _acts.FinishAsync(cancellation);
        if (await GoBackAsync(cancellation) is not ExitCode.RolledBack and var stayed) return stayed == ExitCode.Done ? ExitCode.NotVerified : stayed;
        _console.Note("-- the identity service is stopped: until the next run opens it, accounts are made in the legacy system again");
        await _stage.StopServiceAsync();
        if (await _report.HomeAsync(_newcomers, cancellation) is not ExitCode.Done and var lost) return lost;
        _console.Note("-- and forward again: whoever registered on the new side is one of the legacy system's people now");
        await _stage.StartServiceAsync(cancellation);
        return await CarryOutAsync(null, cancellation);
    }

    /// <summary>Everything is as it was, and then people sign what no machine sees of that.</summary>
    private async Task<int> GoBackAsync(CancellationToken cancellation)
    {
        var code = await _acts.GoBackAsync(cancellation);
        if (code != ExitCode.Paused) return code;
        _console.Note("-- people attest what no machine sees of the way back");
        var reading = new RunbookReader(Kinds.All).ReadFile(_stage.Folder.Runbook, _set);
        if (reading.Runbook is not { } runbook) return _console.Refuse(reading.Findings, ExitCode.Fault);
        if (await _people.AttestReturnAsync(runbook, _console.Note, cancellation) is not ExitCode.Done and var unattested) return unattested;
        return await _acts.RollBackAsync(cancellation);
    }

    /// <summary>As far as the end of observe.</summary>
    private async Task<int> CarryOutAsync(RunbookState? state, CancellationToken cancellation)
    {
        var goesOn = state is RunbookState.Running or RunbookState.Paused;
        if (!goesOn)
        {
            _console.Note("-- people make their keys, and an administrator pins them in the database (godwit keys person new, add)");
            foreach (var line in SumaPeople.Show()) _console.Note(line);
            if (await _people.PinAsync(cancellation) is not ExitCode.Done and var unpinned) return unpinned;
            if (await _acts.PlanAsync(DemoPeople.Author, cancellation) is not ExitCode.Done and var unsigned) return unsigned;
        }
        var code = goesOn ? await _acts.ResumeAsync(cancellation) : await _acts.RunAsync(cancellation);
        if (code != ExitCode.Paused) return code;
        if (!await _report.Record.GatesAsync(cancellation)) return code;
        if (await OpenGatesAsync(cancellation) is not ExitCode.Done and var closed) return closed;
        return await _acts.ResumeAsync(cancellation);
    }

    /// <summary>What the gates ask for: a backup that is known to restore, three rehearsals, and people who approve and attest.</summary>
    private async Task<int> OpenGatesAsync(CancellationToken cancellation)
    {
        if (await _acts.SaveAndRehearseAsync(cancellation) is not ExitCode.Done and var unrehearsed) return unrehearsed;
        if (await _acts.RefuseAuthorAsync(DemoPeople.Author, cancellation) is not ExitCode.Done and var counted) return counted;
        if (await _acts.ApproveAsync("expand", cancellation) is not ExitCode.Done and var unapproved) return unapproved;
        _console.Note("-- people attest what no machine sees (godwit attest)");
        var reading = new RunbookReader(Kinds.All).ReadFile(_stage.Folder.Runbook, _set);
        if (reading.Runbook is not { } runbook) return _console.Refuse(reading.Findings, ExitCode.Fault);
        return await _people.AttestAsync(runbook, _console.Note, cancellation);
    }

    private async Task RegisterAsync(CancellationToken cancellation)
    {
        var word = Guid.NewGuid().ToString()[..8];
        for (var n = 1; n <= Newcomers; n++)
        {
            var email = string.Create(CultureInfo.InvariantCulture, $"grace-{word}-{n}@example.org");
            await _stage.Service!.RegisterAsync(email, cancellation);
            _newcomers.Add(email);
        }
        _console.Note(string.Create(CultureInfo.InvariantCulture, $"-- {Newcomers} people register at the identity service, and show by a mailed link that the address is theirs"));
    }

    /// <summary>What is asked of the database once nobody writes to it any more.</summary>
    private async Task<int> ConcludeAsync(CancellationToken cancellation)
    {
        List<int> verdicts =
        [
            await _report.PeopleAsync(_options.Back ? 0 : _newcomers.Count, cancellation), await _report.AddressesAsync(cancellation), await _report.WritesAsync(_newcomers, cancellation),
            await _report.Record.JournalAsync(cancellation), _report.Traffic(),
        ];
        if (_options.Back) _console.Console.Line($"The run keeps the old side. Without --rollback the demo finishes it, and has its certificate.");
        else verdicts.Add(_report.Record.Certificate(Certificate = _stage.Folder.CertificateFile));
        await _acts.ReportAsync("The report", "full", _stage.Folder.ReportFile, cancellation);
        _report.Record.WhereToLook(_stage.Folder, _stage.Cluster, "everybody's data key", "The service and the application");
        return verdicts.FirstOrDefault(v => v != ExitCode.Done);
    }
}
