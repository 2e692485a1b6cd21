using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful;

public sealed class ConventionTests(PostgresServers servers)
{
    [Fact]
    public async Task Prisma_keeps_moments_in_milliseconds()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY NOT NULL, checksum TEXT NOT NULL, finished_at DATETIME, started_at DATETIME NOT NULL DEFAULT current_timestamp)",
            "INSERT INTO _prisma_migrations VALUES ('m', 'c', 1709251198070, 1709251198000)",
            "CREATE TABLE \"User\" (\"id\" TEXT NOT NULL PRIMARY KEY, \"createdAt\" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, \"on\" BOOLEAN NOT NULL DEFAULT true)",
            "INSERT INTO \"User\" VALUES ('u', 5, 1)");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Contains("Prisma", outcome.Finding("GW1207").Message);
        Assert.Equal("text, timestamp(3) without time zone, boolean", outcome.Table("User").Types);
        Assert.Equal(["1970-01-01 00:00:00.005"], await journey.TextsAsync("SELECT \"createdAt\"::text FROM \"User\""));
        Assert.Equal(["2024-02-29 23:59:58.07"], await journey.TextsAsync("SELECT finished_at::text FROM _prisma_migrations"));
    }

    [Fact]
    public async Task Django_keeps_UUIDs_in_32_digits_and_naive_UTC()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE django_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied datetime NOT NULL)",
            "INSERT INTO django_migrations VALUES (1, 'app', '0001_initial', '2024-02-29 23:59:58.123456'), (2, 'app', '0002', '2024-02-29 23:59:59')",
            "CREATE TABLE shop_order (id char(32) NOT NULL PRIMARY KEY, paid bool NOT NULL, total decimal NOT NULL)", "INSERT INTO shop_order VALUES ('0f8fad5bd9cb469fa16570867728950e', 1, 19.99)");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal("uuid, boolean, numeric", outcome.Table("shop_order").Types);
        Assert.Equal("timestamp without time zone", outcome.Table("django_migrations").Column("applied").Type);
        Assert.Equal([Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"), true, 19.99m], await journey.RowAsync("SELECT * FROM shop_order"));
    }

    [Fact]
    public async Task Rails_keeps_booleans_as_t_and_f_and_six_digits()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY)", "INSERT INTO schema_migrations VALUES ('20240229')",
            "CREATE TABLE posts (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, live boolean DEFAULT 'f', created_at datetime(6) NOT NULL)",
            "INSERT INTO posts VALUES (1, 't', '2024-02-29 23:59:58.120000'), (2, 'f', '2024-02-29 23:59:58.000000')");
        Assert.Equal("bigint, boolean, timestamp without time zone", (await journey.MoveAsync("--paranoid")).MustBeVerified().Table("posts").Types);
        await journey.PsqlAsync("INSERT INTO posts (created_at) VALUES (now())");
        Assert.Equal([true, false, false], (await journey.RowsAsync("SELECT live FROM posts ORDER BY id")).Select(r => r[0]));
    }

    [Fact]
    public async Task EF_Core_keeps_decimals_GUIDs_and_moments_as_text()
    {
        using var journey = await Journey.PrepareAsync(servers,
            "CREATE TABLE \"__EFMigrationsHistory\" (\"MigrationId\" TEXT NOT NULL CONSTRAINT \"PK___EFMigrationsHistory\" PRIMARY KEY, \"ProductVersion\" TEXT NOT NULL)",
            "CREATE TABLE \"Orders\" (\"Id\" TEXT NOT NULL CONSTRAINT \"PK_Orders\" PRIMARY KEY, \"Total\" TEXT NOT NULL, \"At\" TEXT NOT NULL, \"Zoned\" TEXT, \"Note\" TEXT)",
            "INSERT INTO \"Orders\" VALUES ('7C9E6679-7425-40DE-944B-E07FC1F90AE7', '19.99', '2024-02-29 23:59:58.1234567', '2024-02-29 23:59:58+00:00', 'x'), ('8C9E6679-7425-40DE-944B-E07FC1F90AE7', '-0.5', '2024-02-29 23:59:58', NULL, '1.0')");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        // Seven digits of the second do not fit PostgreSQL's six: that column stays text.
        Assert.Equal("uuid, numeric, text, timestamp with time zone, text", outcome.Table("Orders").Types);
        Assert.Equal(["-0.5", "19.99"], await journey.TextsAsync("SELECT \"Total\"::text FROM \"Orders\" ORDER BY \"Total\""));
    }
}
