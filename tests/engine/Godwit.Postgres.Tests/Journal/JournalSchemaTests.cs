using Godwit.Engine.Journal;
using Godwit.Postgres.Journal;
using Godwit.TestServers;
using Npgsql;
using static Godwit.Postgres.Tests.Journal.JournalTarget;

namespace Godwit.Postgres.Tests.Journal;

public sealed class JournalSchemaTests(PostgresServers servers)
{
    [Theory]
    [InlineData("UPDATE godwit.journal SET body = '{}'")]
    [InlineData("DELETE FROM godwit.journal")]
    [InlineData("TRUNCATE godwit.journal")]
    [InlineData("UPDATE godwit.journal_heads SET signature = ''")]
    [InlineData("DELETE FROM godwit.journal_heads")]
    [InlineData("TRUNCATE godwit.journal_heads")]
    [InlineData("MERGE INTO godwit.journal j USING (VALUES (1)) v (n) ON j.sequence = v.n WHEN MATCHED THEN DELETE")]
    [InlineData("INSERT INTO godwit.journal SELECT * FROM godwit.journal ON CONFLICT (run, sequence) DO UPDATE SET body = '{}'")]
    [InlineData("SET session_replication_role = replica; DELETE FROM godwit.journal")]
    public async Task Nobody_changes_or_removes_an_entry_or_a_head(string statement)
    {
        var target = await MakeAsync(servers);
        await target.AppendAsync(Note());
        await target.SignAsync();
        // The superuser too.
        foreach (var superuser in (bool[])[false, true])
        {
            if (!superuser && statement.StartsWith("SET session", StringComparison.Ordinal)) continue;
            var refused = await Assert.ThrowsAsync<PostgresException>(() => target.Database.ExecuteAsync(statement, superuser));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
            Assert.Contains("only ever added to", refused.MessageText, StringComparison.Ordinal);
        }
        Assert.Equal(JournalState.Sound, (await target.VerifyAsync()).State);
    }

    [Fact]
    public async Task The_statements_may_run_again_and_the_tables_may_be_dropped()
    {
        var target = await MakeAsync(servers);
        await target.AppendAsync(Note());
        await target.Database.ExecuteAsync(JournalSchema.Statements);
        Assert.Equal(1, (await target.VerifyAsync()).End.Sequence);
        await target.Database.ExecuteAsync("DROP SCHEMA godwit CASCADE");
    }

    [Theory]
    [InlineData("UPDATE godwit.journal SET body = '{}' WHERE sequence = 3", JournalFaultKind.Changed, 3)]
    [InlineData("UPDATE godwit.journal SET at = at + interval '1 microsecond' WHERE sequence = 2", JournalFaultKind.Changed, 2)]
    [InlineData("DELETE FROM godwit.journal WHERE sequence = 2", JournalFaultKind.Missing, 2)]
    [InlineData("DELETE FROM godwit.journal WHERE sequence = 1", JournalFaultKind.Missing, 1)]
    [InlineData("DELETE FROM godwit.journal WHERE sequence > 3", JournalFaultKind.TailCut, 4)]
    [InlineData("TRUNCATE godwit.journal", JournalFaultKind.TailCut, 1)]
    [InlineData("UPDATE godwit.journal SET sequence = 9 - sequence WHERE sequence IN (4, 5)", JournalFaultKind.Changed, 4)]
    public async Task What_the_owner_does_with_the_trigger_off_is_found(string statement, JournalFaultKind kind, long sequence)
    {
        var target = await MakeAsync(servers);
        for (var i = 0; i < 5; i++) await target.AppendAsync(Note(rows: i));
        await target.SignAsync();
        // Numbers that change places pass each other only where nothing is looked at in between.
        if (statement.Contains("9 - sequence", StringComparison.Ordinal)) await target.Database.ExecuteAsync("ALTER TABLE godwit.journal DROP CONSTRAINT journal_pkey");
        await target.TamperAsync(statement);
        var fault = (await target.VerifyAsync()).Faults[0];
        Assert.Equal((kind, sequence), (fault.Kind, fault.Sequence));
    }

    [Fact]
    public async Task What_is_appended_after_a_cut_tail_still_shows_the_cut()
    {
        var target = await MakeAsync(servers);
        for (var i = 0; i < 3; i++) await target.AppendAsync(Note(rows: i));
        await target.TamperAsync("DELETE FROM godwit.journal WHERE sequence = 3");
        await target.AppendAsync(Note());
        var fault = (await target.VerifyAsync()).Faults[0];
        Assert.Equal((JournalFaultKind.Missing, 3), (fault.Kind, fault.Sequence));
    }
}
