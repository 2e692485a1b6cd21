using Godwit.Engine.Journal;
using Godwit.Engine.Journal.Export;
using Godwit.Postgres.Journal;
using Godwit.TestServers;
using static Godwit.Postgres.Tests.Journal.JournalTarget;

namespace Godwit.Postgres.Tests.Journal;

/// <summary>The journal of a real run, copied to a file while it is written.</summary>
public sealed class JournalExportTests(PostgresServers servers) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-journal-").FullName;

    private string Copy => Path.Combine(_folder, "journal.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private JournalExport Start(JournalTarget target, PostgresJournalSource source) =>
        new(target.Run, source, new FileSink(Copy), ExportTerms.Default with { BatchEntries = 7 }, TimeProvider.System);

    private static PostgresJournalSource Source(JournalTarget target) => new(async token => await target.Database.OpenAsync(cancellationToken: token));

    private JournalVerifier Read(JournalTarget target)
    {
        using var stream = File.OpenRead(Copy);
        var reading = JournalFile.Load(JournalFile.Read(stream), Known, target.Run);
        Assert.Null(reading.Refusal);
        return reading.Verifier!;
    }

    [Fact]
    public async Task A_copy_made_while_many_write_is_the_journal_and_goes_on_where_it_ended()
    {
        var target = await MakeAsync(servers);
        for (var round = 1; round <= 2; round++)
        {
            await using var source = Source(target);
            await using var export = Start(target, source);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                for (var i = 0; i < 10; i++)
                {
                    await target.AppendAsync(Note(rows: i));
                    if (i == 5) await target.SignAsync();
                    export.Wake();
                }
            }));
            await target.SignAsync();
            var state = await export.FinishAsync(TimeSpan.FromSeconds(30));
            Assert.Equal((ExportStatus.UpToDate, 40L * round), (state.Status, state.Sent));
        }
        var verdict = Read(target).Conclude();
        Assert.Equal((JournalState.Sound, 80, 80), (verdict.State, verdict.End.Sequence, verdict.SignedTo));
        Assert.Equal(JournalState.Sound, (await target.VerifyAsync(Read(target).ToWitness())).State);
    }

    [Fact]
    public async Task A_journal_that_was_rewritten_whole_and_signed_again_contradicts_its_copy()
    {
        var target = await MakeAsync(servers);
        for (var i = 0; i < 5; i++) await target.AppendAsync(Note(rows: i));
        await using (var source = Source(target))
        await using (var export = Start(target, source)) await export.FinishAsync(TimeSpan.FromSeconds(30));
        await target.TamperAsync("TRUNCATE godwit.journal; DELETE FROM godwit.journal_tips");
        for (var i = 0; i < 6; i++) await target.AppendAsync(Note(rows: i == 2 ? 99 : i));
        await target.SignAsync();
        Assert.Equal(JournalState.Sound, (await target.VerifyAsync()).State);
        // The times differ too, so that even the first entry is another.
        Assert.Equal(JournalFaultKind.Rewritten, (await target.VerifyAsync(Read(target).ToWitness())).Faults[0].Kind);
        await using var again = Source(target);
        await using var resumed = Start(target, again);
        Assert.Equal(ExportStatus.Rewound, (await resumed.FinishAsync(TimeSpan.FromSeconds(30))).Status);
    }

    [Fact]
    public async Task After_a_restore_with_an_attested_fork_the_copy_goes_on_and_holds_both_branches()
    {
        var target = await MakeAsync(servers);
        for (var i = 0; i < 5; i++) await target.AppendAsync(Note(rows: i));
        await using (var source = Source(target))
        await using (var export = Start(target, source)) await export.FinishAsync(TimeSpan.FromSeconds(30));
        JournalPosition abandoned, restored;
        await using (var connection = await target.Database.OpenAsync(cancellationToken: Token))
        {
            abandoned = await JournalRows.FindEndAsync(connection, target.Run, Token);
            // What a restore leaves.
            await target.TamperAsync(
                "DELETE FROM godwit.journal WHERE sequence > 3; UPDATE godwit.journal_tips t SET sequence = 3, hash = (SELECT hash FROM godwit.journal j WHERE j.run = t.run AND j.sequence = 3)");
            restored = await JournalRows.FindEndAsync(connection, target.Run, Token);
        }
        await using (var source = Source(target))
        await using (var export = Start(target, source)) Assert.Equal(ExportStatus.Rewound, (await export.FinishAsync(TimeSpan.FromSeconds(30))).Status);
        await target.AppendAsync(Signer.AttestFork(target.Run, abandoned, restored, Guid.NewGuid()), Note());
        await target.SignAsync();
        await using (var source = Source(target))
        await using (var export = Start(target, source)) Assert.Equal(ExportStatus.UpToDate, (await export.FinishAsync(TimeSpan.FromSeconds(30))).Status);
        var verdict = Read(target).Conclude(JournalWitness.Nothing with { Heads = [abandoned] });
        Assert.Empty(verdict.Faults);
        Assert.Equal((5, 5), (verdict.End.Sequence, verdict.SignedTo));
        Assert.Equal(JournalState.Sound, (await target.VerifyAsync(Read(target).ToWitness())).State);
    }
}
