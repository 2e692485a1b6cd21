using System.Globalization;
using Godwit.Cli.Runs;
using Godwit.Engine.Runs;
using Godwit.Postgres.Runbooks;

namespace Godwit.Cli.Demo;

/// <summary>
/// For <c>--rotate-pepper</c>, once every key is looked up by its hash: another pepper is announced and writes, the second runbook wraps what nobody presents, the service hashes anew what is
/// presented, and the former pepper is retired, as far as it can be. Clients look themselves up all the while, by keys of before and of meanwhile.
/// </summary>
internal sealed class DemoRotation(DemoStage stage, DemoShell shell, RunConsole console)
{
    public const string Runbook = "rotate-pepper";

    private const int MostWoken = 1000;

    private readonly DemoFolder _folder = stage.Folder;
    private readonly DemoReport _report = new(console, stage, Runbook);

    private string[] _set =
    [
        .. ((string[])[
            "every=500ms", "window=5s", "first_look=1s", "last_look=3s", $"access_log={stage.Proxy.AccessLog}",
            // Long enough to be seen, whatever the number of clients.
            string.Create(CultureInfo.InvariantCulture, $"keys_per_second={Math.Max(200, stage.Clients.Count / 8)}"),
        ]).SelectMany(s => (string[])["--set", s]),
    ];

    public string Certificate => _folder.RotationCertificateFile;

    public IReadOnlyDictionary<string, double> Figures => _report.Record.Figures;

    public async Task<int> PlayAsync(CancellationToken cancellation)
    {
        stage.Traffic.Stolen = await TenantsDatabase.SomeHashesAsync(stage.Connection, cancellation);
        using var stop = new CancellationTokenSource();
        var calling = Task.Run(() => stage.Traffic.RunAsync(stop.Token), CancellationToken.None);
        int code;
        string? former;
        try
        {
            (code, former) = await ActAsync(cancellation);
            if (code == ExitCode.Done) code = await RetireAsync(former!, cancellation);
        }
        finally
        {
            await stop.CancelAsync();
            await calling;
        }
        return code == ExitCode.Done ? await ConcludeAsync(cancellation) : code;
    }

    private async Task<(int Code, string? Former)> ActAsync(CancellationToken cancellation)
    {
        var goesOn = await RunbookRows.ListAsync(stage.Connection, Runbook, cancellation) is [{ State: RunbookState.Running or RunbookState.Paused }, ..];
        var former = goesOn ? await TenantsDatabase.FormerPepperAsync(stage.Connection, cancellation) : null;
        if (former is null)
        {
            former = await TenantsDatabase.ActivePepperAsync(stage.Connection, cancellation);
            if (await shell.RunAsync("keys rotate pepper", ["--runbook", _folder.Rotation], cancellation) is not ExitCode.Done and var unrotated) return (unrotated, null);
        }
        _set = [.. _set, "--set", $"pepper={await TenantsDatabase.ActivePepperAsync(stage.Connection, cancellation)}"];
        if (!goesOn)
        {
            if (await shell.RunAsync($"plan --sign --as {DemoPeople.Author}", [_folder.Rotation, .. _set], cancellation) is not ExitCode.Done and var unsigned) return (unsigned, null);
            var run = await shell.RunAsync("run", Carried(resumed: false), cancellation);
            if (run != ExitCode.Paused || !await _report.Record.GatesAsync(cancellation)) return (run == ExitCode.Done ? ExitCode.NotVerified : run, null);
        }
        if (await shell.RunAsync("backup create", ["--runbook", _folder.Rotation], cancellation) is not ExitCode.Done and var unsaved) return (unsaved, null);
        if (await shell.RunAsync("rehearse --count 1", [_folder.Rotation, .. _set], cancellation, new RehearsalLines().Keep) is not ExitCode.Done and var unrehearsed) return (unrehearsed, null);
        foreach (var name in (string[])[DemoPeople.Lead, DemoPeople.Owner])
        {
            if (await shell.RunAsync($"approve --phase backfill --as {name}", [_folder.Rotation, .. _set], cancellation) is not ExitCode.Done and var refused) return (refused, null);
        }
        return (await shell.RunAsync("resume", Carried(resumed: true), cancellation), former);
    }

    /// <summary>Refused while a chain names it, with how many do: clients that have not called meanwhile. They come back, and are known.</summary>
    private async Task<int> RetireAsync(string former, CancellationToken cancellation)
    {
        var wrapped = (await TenantsDatabase.StandingAsync(stage.Connection, cancellation)).Wrapped;
        _report.Record.Note(("wrapped", wrapped));
        var code = await shell.RunAsync($"keys retire {former}", ["--runbook", _folder.Rotation], cancellation);
        if (wrapped == 0 || code != ExitCode.Findings) return code;
        console.Console.Line($"The former pepper verifies, and makes nothing any more. It goes when the last of these keys was presented, or given up.");
        var sleepers = await TenantsDatabase.WrappedClientsAsync(stage.Connection, MostWoken, cancellation);
        _report.Record.Note(("woken", sleepers.Count));
        await stage.Traffic.WakeAsync(sleepers);
        wrapped = (await TenantsDatabase.StandingAsync(stage.Connection, cancellation)).Wrapped;
        console.Note(string.Create(CultureInfo.InvariantCulture, $"-- {sleepers.Count:N0} clients that had not called meanwhile come back, and are known by their wrapped hashes; {wrapped:N0} keys are still to come"));
        return wrapped == 0 ? await shell.RunAsync($"keys retire {former}", ["--runbook", _folder.Rotation], cancellation) : ExitCode.Done;
    }

    private async Task<int> ConcludeAsync(CancellationToken cancellation)
    {
        var standing = await TenantsDatabase.StandingAsync(stage.Connection, cancellation);
        console.Console.Line($"Hashes: {standing.Anew:N0} under the new pepper ({stage.Green.Restamped:N0} hashed anew when their keys were presented, {stage.Traffic.Created:N0} keys made meanwhile), {standing.Wrapped:N0} wrapped, {standing.FormerAlone:N0} under the former pepper alone.");
        console.Console.Line($"Stored hashes that were presented as keys: {stage.Traffic.Forged:N0} were refused, none was taken for a key.");
        _report.Record.Note(("hashedAnew", stage.Green.Restamped));
        _report.Record.Note(("stillWrapped", standing.Wrapped));
        _report.Record.Note(("formerAlone", standing.FormerAlone));
        _report.Record.Note(("createdKeys", stage.Traffic.Created));
        _report.Record.Note(("forged", stage.Traffic.Forged));
        var verdicts = new List<int> { standing.FormerAlone == 0 ? ExitCode.Done : ExitCode.NotVerified };
        verdicts.Add(await _report.HashesAsync(cancellation));
        verdicts.Add(await _report.RowsAsync(keysAreGone: true, cancellation));
        verdicts.Add(await _report.Record.JournalAsync(cancellation));
        verdicts.Add(_report.Record.Certificate(Certificate));
        verdicts.Add(_report.Traffic(null));
        _report.WhereToLook();
        return verdicts.FirstOrDefault(v => v != ExitCode.Done);
    }

    private string[] Carried(bool resumed)
    {
        File.Delete(Certificate);
        return [_folder.Rotation, .. resumed ? [] : _set, "--certificate", Certificate];
    }
}
