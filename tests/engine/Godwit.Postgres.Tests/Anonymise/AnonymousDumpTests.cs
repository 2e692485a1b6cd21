using Godwit.Engine.Anonymise;
using Godwit.Postgres.Anonymise;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Anonymise;

/// <summary>What goes along with an anonymised copy, and what does not.</summary>
public sealed class AnonymousDumpTests(PostgresServers servers) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-dump-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_password_of_another_server_goes_along_and_large_objects_only_when_they_are_said_to_be_nobodys(bool keeps)
    {
        var server = await servers.DefaultAsync();
        var (from, to) = (await server.CreateDatabaseAsync(Token), await server.CreateDatabaseAsync(Token));
        await from.ExecuteAsync(
            """
            CREATE TABLE things (id int);
            CREATE FOREIGN DATA WRAPPER elsewhere;
            CREATE SERVER "the shop" FOREIGN DATA WRAPPER elsewhere OPTIONS (host 'db.example');
            CREATE USER MAPPING FOR godwit SERVER "the shop" OPTIONS (user 'shop', password 'a password');
            CREATE USER MAPPING FOR PUBLIC SERVER "the shop" OPTIONS (password 'another');
            SELECT lo_from_bytea(0, 'a picture');
            """, superuser: true);
        var settings = Settings(keeps ? [AnonymiseSettings.LargeObjects] : []);
        await using var copy = new AdministeredDatabase(from);

        await AnonymousDump.ToDatabaseAsync(copy, settings, await AdministeredDatabase.ReachAsync(to, Token), _folder, 1, TimeProvider.System, Token);

        Assert.Equal(1, await to.ScalarAsync<long>("SELECT count(*) FROM pg_foreign_server"));
        Assert.Equal(0, await to.ScalarAsync<long>("SELECT count(*) FROM pg_user_mappings"));
        Assert.Equal(keeps ? 1 : 0, await to.ScalarAsync<long>("SELECT count(*) FROM pg_largeobject_metadata"));
    }

    [Fact]
    public async Task A_draft_that_somebody_made_before_is_not_filled()
    {
        var from = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        var (file, others) = (Path.Combine(_folder, "staging.dump"), Path.Combine(_folder, "others"));
        await File.WriteAllTextAsync(others, "", Token);
        File.CreateSymbolicLink(file + ".draft", others);
        await using var copy = new AdministeredDatabase(from);

        await AnonymousDump.ToFileAsync(copy, Settings([]), file, TimeProvider.System, Token);

        Assert.Equal(0, new FileInfo(others).Length);
        Assert.Equal(["others", "staging.dump", "staging.dump.draft"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static AnonymiseSettings Settings(IEnumerable<string> ignore) => new(null, new Dictionary<string, AnonymisedTable>(), ignore.ToHashSet(StringComparer.Ordinal));
}
