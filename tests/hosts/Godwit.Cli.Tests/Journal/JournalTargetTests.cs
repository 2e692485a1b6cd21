using Godwit.Postgres.Journal;
using Godwit.TestServers;

namespace Godwit.Cli.Tests.Journal;

/// <summary>The journal's commands against a real target.</summary>
public sealed class JournalTargetTests(PostgresServers servers) : IDisposable
{
    private readonly JournalFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    private async Task<TestDatabase> MakeAsync(int entries)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync("CREATE SCHEMA godwit;" + JournalSchema.Statements);
        for (var i = 0; i < entries; i++) await AppendAsync(database, i);
        return database;
    }

    private async Task AppendAsync(TestDatabase database, int rows)
    {
        await using var connection = await database.OpenAsync(cancellationToken: Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await JournalRows.AppendAsync(connection, transaction, _folder.Run, [JournalFolder.Note(rows)], Token);
        await JournalRows.SignAsync(connection, transaction, _folder.Run, _folder.Signer, Token);
        await transaction.CommitAsync(Token);
    }

    private Task<CommandLine> VerifyAsync(TestDatabase database, params string[] more) =>
        CommandLine.RunAsync(["journal", "verify", "--to", Address(database), "--key", _folder.Key, .. more]);

    private static string Address(TestDatabase database) => $"{database.Url}?passfile={Uri.EscapeDataString(database.Server.PassFile)}";

    [Fact]
    public async Task A_journal_is_exported_goes_on_being_exported_and_testifies()
    {
        var database = await MakeAsync(4);
        var copy = _folder.PathOf("copy.jsonl");
        var export = await CommandLine.RunAsync("journal", "export", "--to", Address(database), "--out", copy);
        Assert.True(export.ExitCode == 0, export.Output + export.Error);
        Assert.Contains("4 entries", export.Output);
        await AppendAsync(database, 4);
        Assert.Equal(0, (await CommandLine.RunAsync("journal", "export", "--to", Address(database), "--run", _folder.Run.ToString(), "--out", copy)).ExitCode);
        Assert.Contains("as before", (await CommandLine.RunAsync("journal", "export", "--to", Address(database), "--out", copy)).Output);
        Assert.Contains("is whole: 5 entries", (await CommandLine.RunAsync("journal", "verify", copy, "--key", _folder.Key)).Output);
        await AppendAsync(database, 5);
        var verified = await VerifyAsync(database, "--against", copy);
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Error);

        // Rewritten whole, by somebody who may do anything and has the key.
        await database.ExecuteAsync("DROP TABLE godwit.journal, godwit.journal_heads, godwit.journal_tips;" + JournalSchema.Statements);
        for (var i = 0; i < 6; i++) await AppendAsync(database, i);
        Assert.Equal(0, (await VerifyAsync(database)).ExitCode);
        Assert.Equal(3, (await VerifyAsync(database, "--against", copy)).ExitCode);
        var refused = await CommandLine.RunAsync("journal", "export", "--to", Address(database), "--out", copy);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("GW1706", refused.Output);
        await database.ExecuteAsync("DROP SCHEMA godwit CASCADE");
        var gone = await VerifyAsync(database, "--against", copy);
        Assert.Equal(3, gone.ExitCode);
        Assert.Contains("the first bad entry is 1", gone.Output);
    }

    [Fact]
    public async Task A_changed_entry_in_the_target_is_named()
    {
        var database = await MakeAsync(4);
        await database.ExecuteAsync(
            """ALTER TABLE godwit.journal DISABLE TRIGGER append_only; UPDATE godwit.journal SET body = '{"rows":77}' WHERE sequence = 2""");
        var run = await VerifyAsync(database, "--run", _folder.Run.ToString());
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("GW1701 entry 2", run.Output);
    }

    [Fact]
    public async Task A_target_without_a_journal_says_so()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        foreach (var run in (CommandLine[])[await VerifyAsync(database), await CommandLine.RunAsync("journal", "export", "--to", Address(database))])
        {
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("GW1712", run.Output);
        }
        var other = await MakeAsync(1);
        Assert.Equal(1, (await VerifyAsync(other, "--run", Guid.NewGuid().ToString())).ExitCode);
    }

    [Fact]
    public async Task A_copy_of_another_run_is_not_written_to()
    {
        var database = await MakeAsync(1);
        using var other = new JournalFolder();
        var file = other.Write("other.jsonl", 2);
        var before = File.ReadAllBytes(file);
        Assert.Equal(1, (await CommandLine.RunAsync("journal", "export", "--to", Address(database), "--out", file)).ExitCode);
        Assert.Equal(before, File.ReadAllBytes(file));
    }
}
