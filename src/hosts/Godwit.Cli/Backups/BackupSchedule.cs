using Godwit.Engine.Backups;

namespace Godwit.Cli.Backups;

/// <summary>Backups by the clock. One that fails is said, and the next is taken at its time all the same: a schedule that ends over a failure is how one is without backups a month later.</summary>
internal sealed class BackupSchedule(BackupPlace place, BackupOutput output, TimeProvider time)
{
    public async Task<int> RunAsync(
        TimeSpan every, int? times, Func<BackupRequest, CancellationToken, Task<BackupMade>> make, Func<CancellationToken, Task<RunsBackups?>> reliedOn, CancellationToken cancellation)
    {
        var failures = 0;
        var last = ExitCode.Done;
        for (var i = 1; ; i++)
        {
            var began = time.GetTimestamp();
            try
            {
                last = await new BackupSession(place, output, time).CreateAsync(make, verify: true, cancellation);
                if (last == ExitCode.Done) await BackupListing.PruneAsync(place, place.Settings.Keep, dryRun: false, await reliedOn(cancellation), output, cancellation);
            }
            catch (BackupException refused)
            {
                last = output.Refuse(refused.Findings, BackupOutput.CodeOf(refused));
            }
            catch (Exception fault) when (!cancellation.IsCancellationRequested)
            {
                last = ExitCode.Fault;
                output.Line($"[red]Failed:[/] {Move.FaultText.Of(fault)}");
            }
            failures = last == ExitCode.Done ? 0 : failures + 1;
            if (failures > 0) output.Note($"{failures} in a row failed");
            if (i == times) return last;
            var wait = every - time.GetElapsedTime(began);
            output.Note($"next at {(time.GetUtcNow() + (wait > TimeSpan.Zero ? wait : TimeSpan.Zero)).UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellation);
        }
    }
}
