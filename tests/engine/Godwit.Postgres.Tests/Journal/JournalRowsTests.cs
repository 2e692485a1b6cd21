using Godwit.Engine.Journal;
using Godwit.Postgres.Journal;
using Godwit.TestServers;
using Npgsql;
using static Godwit.Postgres.Tests.Journal.JournalTarget;

namespace Godwit.Postgres.Tests.Journal;

public sealed class JournalRowsTests(PostgresServers servers)
{
    [Fact]
    public async Task What_was_appended_and_signed_is_sound_and_reads_back_equal()
    {
        var target = await MakeAsync(servers);
        List<JournalEntry> written = [.. await target.AppendAsync(Note("run-began"), Note(rows: 2)), .. await target.AppendAsync(Note(rows: 3))];
        var head = await target.SignAsync();
        Assert.Equal((3, written[2].Hash), (head!.Sequence, head.Hash));
        await using var connection = await target.Database.OpenAsync(cancellationToken: Token);
        Assert.Equal(written, await JournalRows.ReadAsync(connection, target.Run, 0, null, Token).ToListAsync(Token));
        Assert.Equal(written[1..2], await JournalRows.ReadAsync(connection, target.Run, 1, 1, Token).ToListAsync(Token));
        Assert.Equal(JournalPosition.Of(written[2]), await JournalRows.FindEndAsync(connection, target.Run, Token));
        var verdict = await target.VerifyAsync();
        Assert.Equal((JournalState.Sound, 3), (verdict.State, verdict.SignedTo));
    }

    [Fact]
    public async Task Signing_in_the_transaction_of_an_entry_covers_it_and_twice_is_once()
    {
        var target = await MakeAsync(servers);
        Assert.Null(await target.SignAsync());
        await using (var connection = await target.Database.OpenAsync(cancellationToken: Token))
        {
            await using var transaction = await connection.BeginTransactionAsync(Token);
            await JournalRows.AppendAsync(connection, transaction, target.Run, [Note()], Signer, Token);
            await JournalRows.SignAsync(connection, transaction, target.Run, Signer, Token);
            await transaction.CommitAsync(Token);
        }
        Assert.Equal(1, (await target.VerifyAsync()).SignedTo);
        Assert.Equal(1L, await target.Database.ScalarAsync<long>("SELECT count(*) FROM godwit.journal_heads"));
    }

    [Fact]
    public async Task Runs_have_journals_of_their_own()
    {
        var target = await MakeAsync(servers);
        var other = target with { Run = Guid.NewGuid() };
        await target.AppendAsync(Note());
        Assert.Equal(1, (await other.AppendAsync(Note()))[0].Sequence);
        await using var connection = await target.Database.OpenAsync(cancellationToken: Token);
        Assert.Equal(other.Run, await StoredJournal.FindNewestAsync(connection, Token));
        Assert.True(await StoredJournal.HoldsAsync(connection, target.Run, Token));
        Assert.False(await StoredJournal.HoldsAsync(connection, Guid.NewGuid(), Token));
    }

    [Fact]
    public async Task Many_writers_at_once_make_one_chain()
    {
        const int Writers = 8;
        const int Each = 25;
        var target = await MakeAsync(servers);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var i = 0; i < Each; i++)
            {
                await target.AppendAsync(Note(rows: writer), Note(rows: i));
                if (i % 10 == 0) await target.SignAsync();
            }
        }));
        var verdict = await target.VerifyAsync();
        Assert.Equal((JournalState.Sound, Writers * Each * 2), (verdict.State, verdict.End.Sequence));
    }

    [Fact]
    public async Task A_second_writer_waits_for_the_first_and_follows_its_entry()
    {
        var target = await MakeAsync(servers);
        await target.AppendAsync(Note());
        await using var first = await target.Database.OpenAsync(cancellationToken: Token);
        await using var transaction = await first.BeginTransactionAsync(Token);
        var before = await JournalRows.AppendAsync(first, transaction, target.Run, [Note("first")], Token);
        var second = target.AppendAsync(Note("second"));
        await target.UntilAsync("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%journal_tips%' AND pid <> pg_backend_pid())");
        await transaction.CommitAsync(Token);
        Assert.Equal(before[0].Hash, (await second)[0].Previous);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_writer_that_is_killed_or_rolls_back_leaves_no_gap(bool killed)
    {
        var target = await MakeAsync(servers);
        await target.AppendAsync(Note());
        await using (var first = await target.Database.OpenAsync(cancellationToken: Token))
        {
            await using var transaction = await first.BeginTransactionAsync(Token);
            await JournalRows.AppendAsync(first, transaction, target.Run, [Note("lost"), Note("lost")], Token);
            var second = target.AppendAsync(Note("second"));
            if (killed) await target.Database.ExecuteAsync($"SELECT pg_terminate_backend({first.ProcessID})", superuser: true);
            else await transaction.RollbackAsync(Token);
            Assert.Equal(2, (await second)[0].Sequence);
        }
        Assert.Empty((await target.VerifyAsync()).Faults);
    }

    [Fact]
    public async Task A_server_that_is_killed_keeps_what_was_committed_and_the_chain_goes_on()
    {
        await using var server = await PostgresServer.StartAsync(PostgresVersions.Default, durable: true, cancellationToken: Token);
        var target = await MakeAsync(server);
        await target.AppendAsync(Note());
        await target.SignAsync();
        await using (var open = await target.Database.OpenAsync(cancellationToken: Token))
        {
            await using var transaction = await open.BeginTransactionAsync(Token);
            await JournalRows.AppendAsync(open, transaction, target.Run, [Note("lost")], Token);
            await server.KillAsync(Token);
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => transaction.CommitAsync(Token));
        }
        await server.StartAsync(Token);
        Assert.Equal(2, (await target.AppendAsync(Note()))[0].Sequence);
        Assert.Equal((JournalState.Sound, 1), (await target.VerifyAsync()) is var verdict ? (verdict.State, verdict.SignedTo) : default);
    }

    [Fact]
    public async Task Transactions_that_append_last_do_not_deadlock_however_they_lock_before()
    {
        var target = await MakeAsync(servers);
        await target.Database.ExecuteAsync("CREATE TABLE public.data (id int PRIMARY KEY, n int); INSERT INTO public.data SELECT i, 0 FROM generate_series(1, 4) i");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            await using var connection = await target.Database.OpenAsync(cancellationToken: Token);
            for (var i = 0; i < 30; i++)
            {
                await using var transaction = await connection.BeginTransactionAsync(Token);
                await using var change = new NpgsqlCommand($"UPDATE public.data SET n = n + 1 WHERE id = {1 + ((writer + i) % 4)}", connection, transaction);
                await change.ExecuteNonQueryAsync(Token);
                await JournalRows.AppendAsync(connection, transaction, target.Run, [Note()], Token);
                await transaction.CommitAsync(Token);
            }
        }));
        Assert.Equal(120, (await target.VerifyAsync()).End.Sequence);
    }
}
