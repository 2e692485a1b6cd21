using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Runbooks;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Demo.Learning;

/// <summary>The acts: the checklist, the move, the switch, back, again, the end.</summary>
internal sealed class LearningStory(DemoFolder folder, DemoShell shell, LearningPeople people, LearningTraffic traffic, IReadOnlyDictionary<string, string> set, RunConsole console, TimeProvider time)
{
    /// <summary>Long enough that something is written at each side.</summary>
    private static readonly TimeSpan s_while = TimeSpan.FromSeconds(2);

    private readonly string[] _set = [.. set.SelectMany(s => (string[])["--set", $"{s.Key}={s.Value}"])];
    private readonly List<TimeSpan> _pauses = [];

    /// <summary>The longest time without an acknowledged write, of the switch, the return and the second switch.</summary>
    public IReadOnlyList<TimeSpan> Pauses => _pauses;

    public TimeSpan Back { get; private set; }

    public async Task<int> PlayAsync(CancellationToken cancellation)
    {
        console.Note("-- people make their keys, and an administrator pins them in the database (godwit keys person new, add)");
        if (await people.PinAsync(cancellation) is not ExitCode.Done and var unpinned) return unpinned;
        // Who wrote the plan does not count for what an independent person has to attest.
        if (await shell.RunAsync($"plan --sign --as {LearningPeople.Author}", [folder.Runbook, .. _set], cancellation) is not ExitCode.Done and var unsigned) return unsigned;
        // Nothing is changed before what the guide lists is so; the machine's part of it is closed or open by itself.
        if (await shell.RunAsync("run", Carried(resumed: false), cancellation) is not ExitCode.Paused and var open) return open == ExitCode.Done ? ExitCode.NotVerified : open;
        console.Note("-- people attest what no machine sees (godwit attest)");
        var reading = new RunbookReader(Kinds.All).ReadFile(folder.Runbook, set.ToDictionary(StringComparer.Ordinal));
        if (reading.Runbook is not { } runbook) return console.Refuse(reading.Findings, ExitCode.Fault);
        if (await people.AttestAsync(runbook, Phase.Expand, console.Note, cancellation) is not ExitCode.Done and var unattested) return unattested;
        traffic.TakePause();
        if (await SwitchAsync("resume", ExitCode.Done, [.. Carried(resumed: true)], cancellation) is not ExitCode.Done and var stopped) return stopped;
        if (await shell.RunAsync($"approve --rollback --to backfill --as {LearningPeople.Engineer} --role \"{LearningPeople.Lead}\"", [folder.Runbook, .. _set], cancellation) is not ExitCode.Done and var refused) return refused;
        var began = time.GetTimestamp();
        if (await SwitchAsync("rollback --to backfill", ExitCode.RolledBack, [folder.Runbook, .. _set], cancellation) is not ExitCode.Done and var stayed) return stayed;
        Back = time.GetElapsedTime(began) - s_while;
        console.Note("-- what was attested of the switch was used up with it");
        if (await people.AttestAsync(runbook, Phase.Switch, console.Note, cancellation) is not ExitCode.Done and var withheld) return withheld;
        if (await SwitchAsync("resume", ExitCode.Done, [.. Carried(resumed: true)], cancellation) is not ExitCode.Done and var again) return again;
        return await shell.RunAsync("finish --early \"a demonstration: nobody depends on what is removed\"", [folder.Runbook, .. _set, "--certificate", NewCertificate()], cancellation);
    }

    /// <summary>A command that takes writers to the other side, and a while in which they write there.</summary>
    private async Task<int> SwitchAsync(string command, int expected, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var code = await shell.RunAsync(command, arguments, cancellation);
        if (code != expected) return code == ExitCode.Done ? ExitCode.NotVerified : code;
        await Task.Delay(s_while, time, cancellation);
        _pauses.Add(traffic.TakePause());
        return ExitCode.Done;
    }

    private string[] Carried(bool resumed) => [folder.Runbook, .. resumed ? [] : _set, "--certificate", NewCertificate()];

    private string NewCertificate()
    {
        File.Delete(folder.CertificateFile);
        return folder.CertificateFile;
    }
}
