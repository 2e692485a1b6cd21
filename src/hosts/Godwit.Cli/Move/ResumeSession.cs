using Godwit.Cli.Move.Nested;
using Godwit.Cli.Runs;
using Godwit.Engine.Moves;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Keyring;
using Godwit.Postgres.Runs;

namespace Godwit.Cli.Move;

/// <summary>Finds the run, sees that its source is still the same, takes the run's lease and goes on.</summary>
internal sealed class ResumeSession(MoveConsole console, string? to, string? from, string schema, bool json)
{
    private readonly TimeProvider _time = TimeProvider.System;

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var (pointer, choices) = to is null ? await PointedRun.ChooseAsync("resume", cancellation) : (null, []);
        if (choices.Count > 0) return Refuse(choices, ExitCode.Usage);
        if (to is null && pointer is null)
        {
            return Refuse(
                [Finding.Error(FindingCodes.NothingToResume, "no run of this folder is unfinished (.godwit/runs)", remedy: "Go to the folder where the move was begun, or name the target with --to.")],
                ExitCode.Findings);
        }
        var address = to ?? pointer!.Request.To;
        console.HasFound(RunPointer.Command("resume", address, pointer?.Request.Schema ?? schema));
        var url = PostgresUrl.Parse(address);
        if (url.Url is null) return Refuse(url.Findings, ExitCode.Usage);
        var reading = await PostgresTarget.ConnectAsync(url.Url, cancellationToken: cancellation);
        if (reading.Target is null) return Refuse(reading.Findings, ExitOf(reading.Findings));
        var stored = await FindAsync(reading.Target, pointer, cancellation);
        if (stored is not null && PartOfRunbook.Find(stored) is { } others) return Refuse([others], ExitCode.Findings);
        pointer ??= RunPointer.All().FirstOrDefault(p => p.Run == stored?.Description.Id);
        if (stored is not { State: RunState.Running }) return NothingLeft(pointer, stored);
        var origin = RunOrigin.Read(stored.Description.Origin);
        var request = origin.Request with { From = from ?? pointer?.Request.From ?? origin.Request.From, To = address, Json = json, ShowValues = console.ShowValues };
        return await GoOnAsync(stored, origin, request, url.Url, cancellation);
    }

    private async Task<int> GoOnAsync(StoredRun stored, RunOrigin origin, MoveRequest request, PostgresUrl url, CancellationToken cancellation)
    {
        await using var display = console.StartProgress(_time);
        display.Progress.Begin(MovePhase.Open);
        using var opened = await OpenedMove.OpenAsync(request, url, cancellation);
        if (opened.Source is null || opened.Target is null) return Refuse(opened.Findings, ExitOf(opened.Findings));
        // A plan holds for the bytes that were profiled.
        if (!await opened.Source.IsStillAsync(origin.Fingerprint, cancellation))
        {
            return Refuse(
                [
                    Finding.Error(
                        FindingCodes.SourceChanged, "the source has been written to since the run began, so its plan no longer holds",
                        remedy: $"`{RunPointer.Command("abort", request.To, request.Schema)}` removes what was moved; then move again."),
                ],
                ExitCode.NotVerified);
        }
        if (opened.Source.UseAgain(stored.Description, ProcessEnvironment.Instance) is { Count: > 0 } secrets) return Refuse(secrets, ExitCode.Findings);
        await using var keyring = new PostgresRunKeyring(opened.Target, Environment.GetEnvironmentVariable, "move", _time);
        if (await opened.UseKeysAsync(stored.Description.Plan, keyring, writes: true, cancellation) is { Count: > 0 } keys) return Refuse(keys, ExitCode.Findings);
        if (OutputReadiness.Check(request) is { Count: > 0 } obstacles) return Refuse(obstacles, ExitCode.Findings);
        var entrance = await RunEntry.TakeOverAsync(
            opened.Target, stored.Description, RunHolder.Self(_time), [RunState.Running], holder => RunHolder.SayWaiting(console, holder), cancellation);
        switch (entrance)
        {
            case RunEntrance.Entered(var target):
                return await new MoveExecution(request, console, opened, display, opened.Findings).RunAsync(target, cancellation);
            case RunEntrance.Held(var holder):
                return Refuse([RunHolder.Refusal(holder, request.To, request.Schema)], ExitCode.Findings);
            case RunEntrance.Over(var state):
                await display.DisposeAsync();
                return NothingLeft(RunPointer.All().FirstOrDefault(p => p.Run == stored.Description.Id), stored with { State = state });
            default:
                throw new InvalidOperationException("a run that goes on is not looked at again");
        }
    }

    /// <summary>The run is over: a runner that was killed right after its end could not say so any more.</summary>
    private int NothingLeft(RunPointer? pointer, StoredRun? stored)
    {
        if (pointer is not null) RunPointer.Remove(pointer.Run);
        if (stored is not { State: RunState.Verified or RunState.Failed })
        {
            return Refuse(
                [Finding.Error(FindingCodes.NothingToResume, stored is null ? "the target holds no run" : $"run {stored.Description.Id} was aborted", remedy: "`godwit move` begins one.")],
                ExitCode.Findings);
        }
        var verified = stored.State == RunState.Verified;
        var path = CertificateOutput.PathOf(pointer?.Request ?? RunOrigin.Read(stored.Description.Origin).Request);
        if (stored.Certificate is { } certificate && !File.Exists(path)) File.WriteAllText(path, certificate);
        if (verified) console.Line($"[green]Nothing is left to do:[/] run {stored.Description.Id} is finished and verified. Certificate: {path}");
        else console.Line($"[red]Nothing is left to do:[/] run {stored.Description.Id} is finished, and its verification failed. Certificate: {path}");
        return console.Finish(new MoveDocument
        {
            Command = "resume",
            Outcome = verified ? "verified" : "failed",
            ExitCode = verified ? ExitCode.Done : ExitCode.NotVerified,
            Run = stored.Description.Id.ToString(),
            Certificate = path,
        });
    }

    private async Task<StoredRun?> FindAsync(PostgresTarget target, RunPointer? pointer, CancellationToken cancellation)
    {
        await using var source = target.OpenSource(new SessionSettings { RunId = "resume", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        return await RunRows.FindAsync(connection, pointer?.Run, pointer is null ? schema : null, cancellation);
    }

    /// <summary>A target that does not answer is a fault and no finding: the run is there, and resuming it later goes on.</summary>
    private static int ExitOf(IReadOnlyList<Finding> findings) => findings.Any(f => f.Code == FindingCodes.TargetUnreachable) ? ExitCode.Fault : ExitCode.Findings;

    private int Refuse(IReadOnlyList<Finding> findings, int exitCode)
    {
        console.Print(findings);
        if (exitCode == ExitCode.Fault) console.Note(console.HowToGoOn);
        return console.Finish(new MoveDocument
        {
            Command = "resume",
            Outcome = exitCode == ExitCode.Fault ? "fault" : "refused",
            ExitCode = exitCode,
            Next = exitCode == ExitCode.Fault ? console.HowToGoOn : null,
            Findings = [.. findings.Select(f => FindingDocument.From(f, console.ShowValues))],
        });
    }
}
