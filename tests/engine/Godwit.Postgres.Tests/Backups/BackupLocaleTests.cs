using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Backups.Restoring;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Backups;

/// <summary>A database that comes back orders its texts as it did.</summary>
public sealed class BackupLocaleTests(PostgresServers servers)
{
    /// <summary>Numbers within texts by their value.</summary>
    private const string Numeric = "en-u-kn-true";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_of_ICU_comes_back_with_ICU()
    {
        using var workplace = new BackupWorkplace();
        var database = await CreateAsync($"LOCALE_PROVIDER icu ICU_LOCALE '{Numeric}'");
        var manifest = await workplace.TakeAsync(database, Token);
        Assert.Equal(new BackupLocale("UTF8", "icu", "C.UTF-8", "C.UTF-8", Numeric, null), manifest.Locale);
        var verdict = await workplace.VerifyAsync(Token);
        Assert.NotNull(verdict.Verification);
        Assert.True(Assert.Single(verdict.Checks, c => c.Name == "locale").Holds);

        var restored = database with { Name = database.Name + "_again" };
        var made = await DatabaseRestore.RunAsync(await BackupWorkplace.ReachAsync(database, Token), restored.Name, workplace.Place.Store.Find(null)!, new RestoreRequest(workplace.Place, null), Token);
        Assert.All(made.Checks, c => Assert.NotEqual(false, c.Holds));
        Assert.Equal("a9 a10", await restored.ScalarAsync<string>("SELECT string_agg(name, ' ' ORDER BY name) FROM things"));
    }

    [Fact]
    public async Task What_is_restored_under_another_locale_is_not_what_the_backup_says()
    {
        using var workplace = new BackupWorkplace();
        var (database, other) = (await CreateAsync($"LOCALE_PROVIDER icu ICU_LOCALE '{Numeric}'"), await CreateAsync("LOCALE_PROVIDER libc"));
        var manifest = await workplace.TakeAsync(database, Token);
        var checks = await BackupVerifier.CompareAsync(await BackupWorkplace.ReachAsync(other, Token), manifest, workplace.Place, _ => { }, pages: false, locale: true, Token);
        var wrong = Assert.Single(checks, c => c.Holds == false);
        Assert.Equal(("locale", $"UTF8 libc C.UTF-8 instead of UTF8 icu {Numeric}"), (wrong.Name, wrong.Saw));
    }

    [Fact]
    public async Task A_locale_that_is_not_on_this_machine_is_noted_and_a_restore_for_good_refuses_it()
    {
        var database = await CreateAsync("LOCALE_PROVIDER libc");
        await using var connection = await database.OpenAsync(superuser: true, Token);
        var surroundings = await Surroundings.ReadAsync(connection, Token);
        var elsewhere = surroundings with { Collate = "xx_XX.UTF-8", CharacterType = "xx_XX.UTF-8", Locale = surroundings.Locale! with { Collate = "xx_XX.UTF-8" } };
        var name = database.Name + "_c";
        Assert.Contains("restored with C.UTF-8", await LogicalRestore.MakeDatabaseAsync(connection, name, elsewhere, 150_000, mayDiffer: true, Token), StringComparison.Ordinal);
        await Assert.ThrowsAsync<PostgresException>(() => LogicalRestore.MakeDatabaseAsync(connection, name + "2", elsewhere, 150_000, mayDiffer: false, Token));
        // One from before the provider was kept: of a server that had none but libc there is nothing to note.
        var older = surroundings with { Locale = null };
        Assert.Null(await LogicalRestore.MakeDatabaseAsync(connection, name + "3", older, 140_000, mayDiffer: false, Token));
        Assert.Contains("ordered otherwise", await LogicalRestore.MakeDatabaseAsync(connection, name + "4", older, 150_000, mayDiffer: false, Token), StringComparison.Ordinal);
    }

    private async Task<TestDatabase> CreateAsync(string locale)
    {
        var server = await servers.DefaultAsync();
        var made = await server.CreateDatabaseAsync(Token);
        var database = made with { Name = made.Name + "_l" };
        await made.ExecuteAsync($"CREATE DATABASE {database.Name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' {locale}");
        await database.ExecuteAsync("CREATE TABLE things (name text PRIMARY KEY); INSERT INTO things VALUES ('a10'), ('a9')");
        return database;
    }
}
