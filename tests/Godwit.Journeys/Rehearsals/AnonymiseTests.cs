using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Rehearsals;

/// <summary>Production's data for staging, without the people in it.</summary>
public sealed class AnonymiseTests(PostgresServers servers)
{
    private const string Tables = """
        CREATE TABLE people (id bigint PRIMARY KEY, email varchar(40) NOT NULL UNIQUE, name text, phone text, born date, token uuid UNIQUE, seen inet, profile jsonb, photo bytea, balance numeric(12,2), code int UNIQUE);
        CREATE UNIQUE INDEX people_email ON people (lower(email));
        INSERT INTO people SELECT i, 'person' || i || '@firma-' || i % 7 || '.example', CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 'Zoë O''Brien-Ångström' WHEN 2 THEN '' WHEN 3 THEN repeat('x', 1000) ELSE '😀 Ünal ' || i END,
            '+49 (0) 30 ' || 1000000 + i, date '1970-01-01' + i, md5(i::text)::uuid, '10.0.0.1'::inet + i, jsonb_build_object('mail', 'person' || i || '@firma-' || i % 7 || '.example', 'age', i), decode(md5(i::text), 'hex'), i * 1.25, i
        FROM generate_series(1, 1000) i;
        CREATE TABLE orders (id bigint PRIMARY KEY, email varchar(40) NOT NULL REFERENCES people (email), placed timestamptz NOT NULL, follows bigint REFERENCES orders);
        INSERT INTO orders SELECT i, 'person' || i % 1000 + 1 || '@firma-' || (i % 1000 + 1) % 7 || '.example', now() - (i % 200) * interval '1 day' - interval '1 hour', CASE WHEN i <= 10 THEN i + 50 END FROM generate_series(1, 4000) i;
        CREATE TABLE items (order_id bigint REFERENCES orders, n int, what text, PRIMARY KEY (order_id, n));
        INSERT INTO items SELECT o, n, 'thing' FROM generate_series(1, 4000) o, generate_series(1, 2) n;
        """;

    private const string Settings = """
        anonymise:
          key: MASK_KEY
          tables:
            people: {columns: {email: email, name: text, phone: digits, born: date, token: uuid, seen: ip, profile: json, photo: bytes, balance: number, code: number} }
            orders: {columns: {email: email}, date: placed}
        """;

    [Fact]
    public async Task A_whole_database_keeps_its_forms_and_its_references_and_no_person()
    {
        using var shop = await PeopleAsync(Settings);
        var staging = await shop.Folder.Target.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        (await shop.Folder.RunAsync("anonymise", "--to", staging.Url)).MustBe(0);
        var (before, after) = (shop.Folder.Target, staging);

        Assert.Equal(0, await after.ScalarAsync<long>("SELECT count(*) FROM people WHERE email LIKE 'person%' OR profile ->> 'mail' LIKE 'person%'"));
        foreach (var same in new[]
        {
            "SELECT count(*) || ' ' || count(name) || ' ' || count(DISTINCT email) || ' ' || count(DISTINCT lower(email)) || ' ' || count(DISTINCT token) || ' ' || count(DISTINCT code) || ' ' || count(DISTINCT photo) FROM people",
            "SELECT sum(length(email)) || ' ' || sum(length(name)) || ' ' || max(length(name)) || ' ' || sum(length(phone)) || ' ' || sum(length(photo)) || ' ' || sum(length(code::text)) FROM people",
            "SELECT string_agg(regexp_replace(regexp_replace(phone, '[0-9]', '9', 'g'), '[[:alpha:]]', 'a', 'g'), ',' ORDER BY id) FROM people",
            "SELECT count(*) || ' ' || count(DISTINCT email) FROM orders JOIN people USING (email)",
            "SELECT count(*) FILTER (WHERE name LIKE '😀%') || ' ' || count(*) FILTER (WHERE name = '') || ' ' || count(*) FILTER (WHERE name LIKE '%''%-%') FROM people",
            "SELECT string_agg(extract(year FROM born)::text, ',' ORDER BY id) FROM people",
            "SELECT string_agg(conname || pg_get_constraintdef(oid), ',' ORDER BY conname) FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        }) Assert.Equal(await before.ScalarAsync<string>(same), await after.ScalarAsync<string>(same));
        Assert.Equal(1000, await after.ScalarAsync<long>("SELECT count(*) FROM people WHERE profile ->> 'mail' = email"));
        Assert.True(await after.ScalarAsync<bool>("SELECT to_regnamespace('godwit') IS NULL"));

        // Again under the same key, and in a file.
        (await shop.Folder.RunAsync("anonymise", "--dump", shop.Folder.In("staging.dump"))).MustBe(0);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(shop.Folder.In("staging.dump")));
        var refused = await shop.Folder.JsonAsync(1, "anonymise", "--to", staging.Url);
        Assert.Contains("is not empty", refused.GetProperty("findings")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("is the database that the backup is of", (await shop.Folder.RunAsync("anonymise", "--to", before.Url)).MustBe(1).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_days_are_kept_with_all_that_they_refer_to_and_too_little_is_said()
    {
        using var shop = await PeopleAsync(Settings);
        var staging = await shop.Folder.Target.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var document = await shop.Folder.JsonAsync(0, "anonymise", "--to", staging.Url, "--days", "30");
        Assert.Equal(13_000, document.GetProperty("rowsBefore").GetInt64());
        // 30 of 200 days of orders, two items each, and 10 old ones that younger ones follow, with their items.
        Assert.Equal(600 + 10, await staging.ScalarAsync<long>("SELECT count(*) FROM orders"));
        Assert.Equal(2 * 610, await staging.ScalarAsync<long>("SELECT count(*) FROM items"));
        Assert.Equal(1000, await staging.ScalarAsync<long>("SELECT count(*) FROM people"));
        Assert.Equal(0, await staging.ScalarAsync<long>("SELECT count(*) FROM orders o WHERE follows IS NOT NULL AND NOT EXISTS (SELECT FROM orders p WHERE p.id = o.follows)"));
        var little = document.GetProperty("findings").EnumerateArray().Single(f => f.GetProperty("code").GetString() == "GW1828");
        Assert.Contains("fewer than 80 %", little.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("--days 160 would keep", little.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_that_looks_personal_and_is_not_listed_stops_it_and_misfits_are_all_named()
    {
        using var shop = await PeopleAsync("anonymise:\n  key: MASK_KEY\n  tables: {people: {columns: {email: email, profile: json}}, orders: {columns: {email: email}}}\n  ignore: [public.people.name]");
        var refused = await shop.Folder.JsonAsync(1, "anonymise", "--dump", shop.Folder.In("staging.dump"));
        var messages = refused.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("message").GetString()!.Split(' ')[0]).Order(StringComparer.Ordinal);
        Assert.Equal(["public.people.born", "public.people.phone", "public.people.seen"], messages);
        Assert.False(File.Exists(shop.Folder.In("staging.dump")));
        shop.Runbook("  expand:\n    steps:\n      - sql: things.sql", "anonymise:\n  tables: {people: {columns: {email: date, none: text, id: number}, date: name}, orders: {columns: {email: digits}}, nothing: {}}");
        refused = await shop.Folder.JsonAsync(1, "anonymise", "--dump", shop.Folder.In("staging.dump"));
        Assert.Equal(5, refused.GetProperty("findings").EnumerateArray().Count(f => f.GetProperty("code").GetString() == "GW1826"));
        (await shop.Folder.RunAsync("anonymise")).MustBe(2);
    }

    [Fact]
    public async Task A_rehearsal_can_be_made_on_masked_rows()
    {
        using var shop = await PeopleAsync(Settings);
        var made = (await shop.RehearseAsync(0, "--count", "1", "--anonymise", "--days", "180")).GetProperty("made")[0];
        Assert.True(made.GetProperty("copy").GetProperty("anonymised").GetBoolean());
        Assert.Equal("Good", made.GetProperty("outcome").GetString());
        Assert.Equal(1000, await shop.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM people WHERE email LIKE 'person%'"));
    }

    private async Task<RehearsalFolder> PeopleAsync(string more)
    {
        var shop = await RehearsalFolder.PrepareAsync(servers, Tables);
        shop.Folder.Environment["MASK_KEY"] = "not a secret, but long enough";
        shop.Folder.Sql("things.sql", "CREATE TABLE things (id int)", "DROP TABLE things");
        shop.Runbook("  expand:\n    steps:\n      - sql: things.sql", more);
        await shop.BackUpAsync();
        return shop;
    }
}
