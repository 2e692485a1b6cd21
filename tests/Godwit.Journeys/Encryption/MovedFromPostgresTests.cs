using Godwit.Journeys.Running;
using Godwit.Security.Keyring;
using Godwit.TestServers;

namespace Godwit.Journeys.Encryption;

/// <summary>The same from PostgreSQL to PostgreSQL: what the source's server prints is encrypted, indexed and hashed on the way.</summary>
public sealed class MovedFromPostgresTests(PostgresServers servers)
{
    [Fact]
    public async Task Every_value_opens_to_the_source_s_and_is_found_by_its_index_and_nothing_plain_is_anywhere()
    {
        await using var clients = await MovedClients.MakeAsync(servers, 1, MovedClients.MapOfPostgres);
        var source = await SourceAsync(clients, 2500);
        var moved = await clients.RunAsync(Move(clients, source, "--paranoid", "--range-rows", "300"));
        moved.MustBeVerified();
        Assert.Equal((1, 1), await clients.ReadAsync(2500));
        var verified = await clients.RunAsync("verify", "--from", source.Url, "--to", clients.Journey.Target.Url, "--paranoid", "--json");
        verified.MustBeVerified();
        Assert.Equal([], await clients.PlainPlacesAsync(moved, verified));
        Assert.Equal(2500L, (await clients.Journey.RowAsync("SELECT count(*) FROM visitors"))[0]);
        await clients.Journey.PsqlAsync("UPDATE clients SET email = (SELECT email FROM clients WHERE id = 12) WHERE id = 11");
        var mismatch = Assert.Single((await clients.RunAsync("verify", "--from", source.Url, "--to", clients.Journey.Target.Url, "--json")).MustBe(3).Document.Mismatches);
        Assert.Equal(("GW1501", "11", "email"), (mismatch.Code, mismatch.Row, mismatch.Column));
    }

    [Fact]
    public async Task Killed_in_the_copy_and_resumed_after_a_rotation_every_row_is_there_once()
    {
        await using var clients = await MovedClients.MakeAsync(servers, 1, MovedClients.MapOfPostgres);
        var source = await SourceAsync(clients, 20_000);
        await clients.KillInCopyAsync(source.Url);
        await clients.RotateAsync(KeyPurpose.Index);
        await clients.RotateAsync(KeyPurpose.Data);
        (await clients.RunAsync("resume", "--json")).MustBeVerified();
        Assert.Equal((2, 2), await clients.ReadAsync(20_000));
    }

    [Fact]
    public async Task What_speaks_of_a_column_that_changes_stops_the_plan_and_so_does_a_value_without_a_result()
    {
        await using var clients = await MovedClients.MakeAsync(servers, 1, MovedClients.MapOfPostgres.Replace(", drop: [keys, indexes]", "", StringComparison.Ordinal));
        var source = await SourceAsync(clients, 10);
        var refused = (await clients.RunAsync(Move(clients, source))).MustBe(1);
        Assert.Equal(2, refused.Errors.Count(f => f.Code == "GW1220"));
        clients.Journey.Folder.Write("map.yaml", MovedClients.MapOfPostgres);
        await source.ExecuteAsync("UPDATE clients SET email = '  ' WHERE id = 4; UPDATE clients SET api_key = '' WHERE id = 5");
        var values = (await clients.RunAsync(Move(clients, source))).MustBe(1);
        Assert.Equal(["4", "5"], values.Errors.Where(f => f.Code == "GW1218").Select(f => f.Row).Order(StringComparer.Ordinal));
        Assert.Equal(0L, (await clients.Journey.RowAsync("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))[0]);
    }

    private static string[] Move(MovedClients clients, TestDatabase source, params string[] options) =>
        ["move", "--from", source.Url, "--to", clients.Journey.Target.Url, "--map", clients.Journey.Folder.File("map.yaml"), "--json", .. options];

    private static async Task<TestDatabase> SourceAsync(MovedClients clients, int rows)
    {
        var source = await clients.Journey.Target.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await source.ExecuteAsync(MovedClients.InPostgres(rows));
        return source;
    }
}
