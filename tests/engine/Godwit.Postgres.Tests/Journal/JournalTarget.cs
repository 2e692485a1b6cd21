using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Postgres.Journal;
using Godwit.Security.Signing;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Journal;

/// <summary>A database with the journal's tables, and one run in it.</summary>
internal sealed record JournalTarget(TestDatabase Database, Guid Run)
{
    private static readonly SigningKey s_key = SigningKey.Create();

    public static JournalSigner Signer { get; } = new(s_key);

    public static KnownSigners Known { get; } = new([s_key.Public]);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<JournalTarget> MakeAsync(PostgresServers servers) => await MakeAsync(await servers.DefaultAsync());

    public static async Task<JournalTarget> MakeAsync(PostgresServer server)
    {
        var database = await server.CreateDatabaseAsync(Token);
        await database.ExecuteAsync("CREATE SCHEMA godwit;" + JournalSchema.Statements);
        return new JournalTarget(database, Guid.NewGuid());
    }

    public static JournalNote Note(string kind = "step-applied", int rows = 1) => JournalNote.Of(kind, new JsonObject { ["rows"] = rows, ["step"] = "s-1" });

    public async Task<IReadOnlyList<JournalEntry>> AppendAsync(params JournalNote[] notes)
    {
        await using var connection = await Database.OpenAsync(cancellationToken: Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        var entries = await JournalRows.AppendAsync(connection, transaction, Run, notes, Token);
        await transaction.CommitAsync(Token);
        return entries;
    }

    public async Task<JournalHead?> SignAsync()
    {
        await using var connection = await Database.OpenAsync(cancellationToken: Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        var head = await JournalRows.SignAsync(connection, transaction, Run, Signer, Token);
        await transaction.CommitAsync(Token);
        return head;
    }

    public async Task<JournalVerifier> LoadAsync()
    {
        await using var connection = await Database.OpenAsync(cancellationToken: Token);
        return await StoredJournal.LoadAsync(connection, Run, Known, Token);
    }

    public async Task<JournalVerdict> VerifyAsync(JournalWitness? witness = null) => (await LoadAsync()).Conclude(witness);

    public async Task UntilAsync(string condition)
    {
        while (!await Database.ScalarAsync<bool>(condition)) await Task.Delay(20, Token);
    }

    /// <summary>What somebody does who may: the trigger off, a statement, the trigger on.</summary>
    public Task TamperAsync(string statement) => Database.ExecuteAsync(
        $"ALTER TABLE godwit.journal DISABLE TRIGGER append_only; {statement}; ALTER TABLE godwit.journal ENABLE ALWAYS TRIGGER append_only");
}
