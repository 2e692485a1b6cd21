using Godwit.Engine.Journal;
using Godwit.Model.Findings;
using Godwit.Postgres.Journal;
using Godwit.Postgres.People;
using Godwit.Security.Signing;

namespace Godwit.Cli.Journal;

/// <summary><c>godwit journal verify</c>. Changes nothing, and with a file needs nothing but it.</summary>
internal sealed class VerifySession(VerifyRequest request, JournalOutput output)
{
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var (known, unusable) = SignerKeys.Load(request.Keys);
        if (known is null) return output.Refuse([unusable!], ExitCode.Usage);
        var run = request.Run;
        JournalWitness? witness = null;
        if (request.Against is { } path)
        {
            var export = ReadFile(path, known, run);
            if (export.Refusal is { } refusal) return output.Refuse([JournalFindings.Of(refusal, path)], ExitCode.NotVerified);
            // A witness that was meddled with testifies nothing.
            if (export.Verifier!.Conclude() is { State: JournalState.Broken } broken)
                return output.Refuse(JournalFindings.Of(broken, path), ExitCode.NotVerified, export.Run.ToString());
            run = export.Run;
            witness = export.Verifier.ToWitness();
        }
        if (request.Heads.Count > 0) witness = (witness ?? JournalWitness.Nothing) with { Heads = [.. witness?.Heads ?? [], .. request.Heads] };
        return request.File is { } file ? Offline(file, known, run, witness) : await OnlineAsync(request.To!, known, run, witness, cancellation);
    }

    private int Offline(string file, KnownSigners known, Guid? run, JournalWitness? witness)
    {
        var reading = ReadFile(file, known, run);
        if (reading.Refusal is { } refusal) return output.Refuse([JournalFindings.Of(refusal, file)], ExitCode.NotVerified, reading.Run?.ToString());
        IReadOnlyList<Finding> unfinished = reading.IsUnfinished
            ? [Finding.Note(FindingCodes.JournalUnreadable, $"{file} ends in an unfinished line, which was left out: whoever wrote it was stopped meanwhile")]
            : [];
        return Report(reading.Verifier!.Conclude(witness), file, unfinished);
    }

    private async Task<int> OnlineAsync(string to, KnownSigners known, Guid? run, JournalWitness? witness, CancellationToken cancellation)
    {
        var (source, findings, exitCode) = await JournalTarget.OpenAsync(to, cancellation);
        if (source is null) return output.Refuse(findings, exitCode);
        await using var sessions = source;
        await using var connection = await source.OpenAsync(cancellation);
        var exists = await StoredJournal.ExistsAsync(connection, cancellation);
        if (run is null && exists) run = await StoredJournal.FindNewestAsync(connection, cancellation);
        // Where an export is known, a journal that is gone is one whose tail was cut off at its first entry.
        if (run is null || (witness is null && !(exists && await StoredJournal.HoldsAsync(connection, run.Value, cancellation))))
            return output.Refuse([.. findings, JournalTarget.None(run)], witness is null ? ExitCode.Findings : ExitCode.NotVerified);
        var verifier = exists ? await StoredJournal.LoadAsync(connection, run.Value, known, cancellation) : new JournalVerifier(run.Value, known);
        // The register's own journal has no gates.
        IReadOnlyList<Finding> gone = exists ? await AcceptedRows.FindFaultsAsync(connection, run.Value, known, cancellation) : [];
        return Report(verifier.Conclude(witness), file: null, [.. findings, .. gone], isChanged: gone.Count > 0);
    }

    private int Report(JournalVerdict verdict, string? file, IReadOnlyList<Finding> before, bool isChanged = false)
    {
        var (exitCode, outcome) = verdict.State switch
        {
            not JournalState.Broken when isChanged => (ExitCode.NotVerified, "changed"),
            JournalState.Sound => (ExitCode.Done, "sound"),
            JournalState.UnknownSigner => (ExitCode.Findings, "unknown-signer"),
            JournalState.Unsigned => (ExitCode.Findings, "unsigned"),
            _ => (ExitCode.NotVerified, "broken"),
        };
        var firstBad = verdict.Faults.Count > 0 ? verdict.Faults[0].Sequence : (long?)null;
        var code = output.Finish([.. before, .. JournalFindings.Of(verdict, file)], new JournalDocument
        {
            Command = "journal verify",
            Outcome = outcome,
            ExitCode = exitCode,
            Run = verdict.Run.ToString(),
            Entries = verdict.End.Sequence,
            Hash = verdict.End.Hash,
            FirstBad = firstBad,
            SignedTo = verdict.SignedTo,
            Signers = verdict.Signers,
            UnknownSigners = verdict.UnknownSigners,
            Forks = [.. verdict.Forks.Select(f => new ForkDocument(f.Restored.Sequence, f.Abandoned.Sequence, f.Incarnation.ToString(), f.Key.Kid))],
        });
        foreach (var fork in verdict.Forks)
            output.Line($"Restored: entry {fork.Restored.Sequence} was gone back to from entry {fork.Abandoned.Sequence}, attested by key {fork.Key.Kid}.");
        if (firstBad is { } bad)
            output.Line($"The journal of run {verdict.Run.ToString()} is broken: the first bad entry is {bad}.");
        else
            output.Line($"The journal of run {verdict.Run.ToString()} is whole: {verdict.End.Sequence} entries, {Signed(verdict)}. Head: {verdict.End.ToString()}");
        return code;
    }

    private static string Signed(JournalVerdict verdict) =>
        verdict.SignedTo > 0 ? $"signed by {string.Join(", ", verdict.Signers)} up to entry {verdict.SignedTo}" : "signed by no known key";

    private static JournalFileReading ReadFile(string path, KnownSigners known, Guid? run)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return JournalFile.Load(JournalFile.Read(stream), known, run);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : "the file cannot be read";
            return new JournalFileReading(null, null, false, new JournalFault(JournalFaultKind.Unreadable, 0, $"{path}: {reason}"));
        }
    }
}
