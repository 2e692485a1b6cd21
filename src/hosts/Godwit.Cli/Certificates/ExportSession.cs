using Godwit.Cli.Journal;
using Godwit.Cli.Runs;
using Godwit.Engine.Moves;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runbooks;

namespace Godwit.Cli.Certificates;

/// <summary><c>godwit certificate export</c>: writes the certificates of the moves of a runbook's newest run into files, as they were signed.</summary>
internal sealed class ExportSession(RunbookKinds kinds, string file, string? to, RunConsole console)
{
    public async Task<int> RunAsync(string folder, CancellationToken cancellation)
    {
        var reading = new RunbookReader(kinds).ReadFile(file, RunCommands.NoSet);
        if (reading.Runbook is null && to is null) return console.Refuse(reading.Findings);
        var (known, unusable) = SignerKeys.Load([]);
        if (known is null) return console.Refuse([unusable!]);
        var target = await RunTarget.ReachAsync(to, reading.Runbook?.Target, reading.Runbook?.Folder ?? ".", cancellation);
        if (target.Target is null) return console.Refuse(target.Findings);
        await using var source = target.Target.OpenSource(new SessionSettings { RunId = "certify", Role = "read" });
        await using var connection = await source.OpenAsync(cancellation);
        if (await RunbookRows.ListAsync(connection, reading.Runbook?.Name, cancellation) is not [var run, ..])
            return console.Refuse([Finding.Error(FindingCodes.NothingToResume, "the target holds no run of a runbook", remedy: "`godwit run` begins one.")]);
        // A step that was undone and done again has the certificate of what is there.
        var moves = (await MoveRows.ReadAsync(connection, run.Id, known, cancellation)).Where(m => m.Certificate is not null && m.State != RunState.Aborted).ToList();
        if (moves.Count == 0) return console.Refuse([Finding.Error(FindingCodes.NothingToResume, $"run {run.Id} of {run.Plan.Name} has no certificate of a move")]);
        Directory.CreateDirectory(folder);
        foreach (var move in moves)
        {
            var path = Path.Combine(folder, $"{move.Step}.certificate.json");
            await File.WriteAllTextAsync(path, move.Certificate, cancellation);
            console.Console.Line($"{path}: {move.Verdict!.Text}");
        }
        return console.Finish(new RunDocument { Outcome = "exported", ExitCode = ExitCode.Done, Run = run.Id.ToString(), Runbook = run.Plan.Name, Plan = run.Plan.Hash, File = folder });
    }
}
