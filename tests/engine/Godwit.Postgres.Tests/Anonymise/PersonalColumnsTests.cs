using Godwit.Engine.Anonymise;
using Godwit.Model.Findings;
using Godwit.Postgres.Anonymise;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Anonymise;

/// <summary>What stops a copy that nobody has looked at: columns of any type, what is kept of other columns, and what is in no column.</summary>
public sealed class PersonalColumnsTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Key => "a key of the tests' own"u8.ToArray();

    [Fact]
    public async Task A_name_tells_whatever_the_type_and_not_where_it_is_of_a_row_elsewhere()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync(
            """
            CREATE TYPE gender AS ENUM ('a', 'b');
            CREATE TYPE account AS (bank text, iban text);
            CREATE TABLE addresses (id int PRIMARY KEY);
            CREATE TABLE staff (id bigint PRIMARY KEY, salary numeric, phone bigint, ssn int, birth_year int, emails text[], gender gender, pays account, paid account[],
                address int REFERENCES addresses, email_id bigint, phone_verified boolean, email_sent timestamptz, mobile_since interval);
            """);
        Assert.Equal(["birth_year", "emails", "gender", "paid", "pays", "phone", "salary", "ssn"], await UnlistedAsync(database));
    }

    [Fact]
    public async Task Values_tell_within_lists_and_documents()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync(
            """
            CREATE TABLE notes (id int, tags text[], call text[], page xml, doc jsonb, words tsvector, plain text[], moods varchar(10)[]);
            INSERT INTO notes VALUES (1, '{x,ada@firma.example}', '{"+49 30 1234567"}', '<to>ada@firma.example</to>', '{"a": "+49 30 1234567"}', to_tsvector('simple', 'ada@firma.example'), '{a,b}', '{glad}');
            """);
        await using (var connection = await database.OpenAsync(superuser: true, Token))
        {
            await using var command = new Npgsql.NpgsqlCommand("CREATE EXTENSION hstore; ALTER TABLE notes ADD more hstore; UPDATE notes SET more = hstore('a', 'ada@firma.example')", connection);
            await command.ExecuteNonQueryAsync(Token);
        }
        Assert.Equal(["call", "doc", "more", "page", "tags", "words"], await UnlistedAsync(database));
    }

    [Fact]
    public async Task Words_that_a_trigger_keeps_of_masked_columns_are_found_and_taken_out()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync(
            """
            CREATE TABLE people (id int PRIMARY KEY, who text, words tsvector NOT NULL, more tsvector, follows tsvector GENERATED ALWAYS AS (to_tsvector('simple', who)) STORED);
            CREATE TRIGGER words BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger(words, 'pg_catalog.simple', who);
            INSERT INTO people VALUES (1, 'Grace Hopper', '', NULL);
            """);
        var masked = new Dictionary<string, string>(StringComparer.Ordinal) { ["who"] = "text" };
        Assert.Equal(["more", "words"], await UnlistedAsync(database, ("public.people", masked)));

        (masked["words"], masked["more"]) = ("null", "null");
        await using var copy = new AdministeredDatabase(database);
        var outcome = await AnonymousCopy.MakeAsync(copy, Settings([], ("public.people", masked)), Key, null, false, _ => { }, Token);

        Assert.True(outcome.Done, string.Join("; ", outcome.Findings.Select(f => f.Message)));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM people WHERE people::text ILIKE '%grace%' OR people::text ILIKE '%hopper%'"));
        Assert.Equal("", await database.ScalarAsync<string>("SELECT words::text FROM people"));
    }

    [Fact]
    public async Task Large_objects_stop_it_until_somebody_has_said_what_becomes_of_them()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync("SELECT lo_from_bytea(0, 'a picture')");
        await using var copy = new AdministeredDatabase(database);

        var refused = await AnonymousCopy.MakeAsync(copy, Settings([]), Key, null, false, _ => { }, Token);
        Assert.False(refused.Done);
        Assert.Contains("large objects", Assert.Single(refused.Findings, f => f.Code == FindingCodes.PersonalUnlisted).Message, StringComparison.Ordinal);
        var left = await AnonymousCopy.MakeAsync(copy, Settings([]), Key, null, true, _ => { }, Token);
        Assert.True(left.Done);
        Assert.Equal(Severity.Warning, Assert.Single(left.Findings).Severity);
        Assert.Empty((await AnonymousCopy.MakeAsync(copy, Settings([AnonymiseSettings.LargeObjects]), Key, null, false, _ => { }, Token)).Findings);
    }

    [Fact]
    public async Task Documents_with_halves_of_pairs_and_exponents_are_masked()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync("""CREATE TABLE docs (id int, doc json); INSERT INTO docs VALUES (1, '{"na\ud800me" :  "Grace \ud83d", "n": [1234567e5, 9876543.5E-3]}')""");
        await using var copy = new AdministeredDatabase(database);

        var outcome = await AnonymousCopy.MakeAsync(copy, Settings([], ("public.docs", new Dictionary<string, string> { ["doc"] = "json" })), Key, null, false, _ => { }, Token);

        Assert.True(outcome.Done, string.Join("; ", outcome.Findings.Select(f => f.Message)));
        var text = await database.ScalarAsync<string>("SELECT doc::text FROM docs");
        Assert.Matches("""^\{"na\\ud800me" :  "[A-Z][a-z]{4} \\ud83d", "n": \[\d{7}e5, \d{7}\.\dE-3\]\}$""", text);
        Assert.DoesNotContain("Grace", text, StringComparison.Ordinal);
        Assert.DoesNotContain("1234567", text, StringComparison.Ordinal);
        Assert.DoesNotContain("9876543", text, StringComparison.Ordinal);
    }

    private static async Task<IEnumerable<string>> UnlistedAsync(TestDatabase database, params (string Table, IReadOnlyDictionary<string, string> Columns)[] tables)
    {
        await using var copy = new AdministeredDatabase(database);
        var outcome = await AnonymousCopy.MakeAsync(copy, Settings([], tables), Key, null, false, _ => { }, Token);
        Assert.All(outcome.Findings, f => Assert.Equal(FindingCodes.PersonalUnlisted, f.Code));
        return outcome.Findings.Select(f => f.Message.Split(' ')[0].Split('.')[^1]).Order(StringComparer.Ordinal);
    }

    private static AnonymiseSettings Settings(IEnumerable<string> ignore, params (string Table, IReadOnlyDictionary<string, string> Columns)[] tables) =>
        new(null, tables.ToDictionary(t => t.Table, t => new AnonymisedTable(t.Columns, null), StringComparer.Ordinal), ignore.ToHashSet(StringComparer.Ordinal));
}
