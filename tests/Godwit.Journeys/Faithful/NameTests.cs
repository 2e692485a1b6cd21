using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful;

public sealed class NameTests(PostgresServers servers)
{
    private static readonly string[] s_names =
    [
        "MixedCase", "with space", "quote\"inside", "it's", "select", "table", "user", "Ünïcödé 漢字", "🦤", "back\\slash", "new\nline", "%s", "$1", "a.b", "[b]", "rowid", "oid", "1st", " ",
    ];

    [Fact]
    public async Task Names_are_kept_exactly_for_tables_columns_and_indexes()
    {
        using var journey = await Journey.PrepareAsync(servers, [.. s_names.SelectMany(name =>
        {
            var (quoted, index) = (Quoted(name), Quoted("ix " + name));
            return (string[])
            [
                $"CREATE TABLE {quoted} (id INTEGER PRIMARY KEY, {quoted} TEXT UNIQUE, other TEXT CHECK ({quoted} <> 'no'))", $"INSERT INTO {quoted} VALUES (1, 'x', 'y'), (2, NULL, '')",
                $"CREATE INDEX {index} ON {quoted} ({quoted} DESC) WHERE {quoted} IS NOT NULL",
            ];
        })]);
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        foreach (var name in s_names) Assert.Equal([[1L, "x"], [2L, null]], await journey.RowsAsync($"SELECT id, {Quoted(name)} FROM public.{Quoted(name)} ORDER BY id"));
        Assert.Equal(
            s_names.Concat(s_names.Select(n => "ix " + n)).Order(StringComparer.Ordinal),
            (await journey.TextsAsync("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND relname NOT LIKE '%\\_key' AND relname NOT LIKE '%\\_pkey'")).Order(StringComparer.Ordinal));
        (await journey.VerifyAsync()).MustBeVerified();

        static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    [Fact]
    public async Task A_table_whose_columns_hide_the_rowid_by_all_its_names_goes_over()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (rowid TEXT, oid TEXT, _rowid_ TEXT)", "INSERT INTO t VALUES ('a', 'b', 'c'), ('a', 'b', 'c'), ('d', NULL, '')");
        (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal([["a", "b", "c"], ["a", "b", "c"], ["d", null, ""]], await journey.RowsAsync("SELECT * FROM t ORDER BY 1"));
    }

    [Fact]
    public async Task A_system_column_s_name_is_changed_and_warned_of()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, xmin TEXT, ctid TEXT)", "INSERT INTO t VALUES (1, 'a', 'b')");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(["xmin", "ctid"], outcome.Document.Findings.Where(f => f.Code == "GW1117").Select(f => f.Column));
        Assert.Equal([1L, "a", "b"], await journey.RowAsync("SELECT id, xmin_, ctid_ FROM t"));
    }

    [Fact]
    public async Task A_long_name_is_shortened_with_a_warning_and_refused_where_that_collides()
    {
        var name = new string('n', 61) + "äöü";
        using var journey = await Journey.PrepareAsync(servers, $"CREATE TABLE {name} (id INTEGER PRIMARY KEY)", $"CREATE TABLE {name}x (id INTEGER PRIMARY KEY)", $"INSERT INTO {name} VALUES (1)");
        var outcome = (await journey.MoveAsync("--dry-run")).MustBe(0);
        Assert.Equal([name, name + "x"], outcome.Document.Findings.Where(f => f.Code == "GW1117").Select(f => f.Table!).Order(StringComparer.Ordinal));
        var shortened = outcome.Table(name).Target;
        Assert.NotEqual(shortened, outcome.Table(name + "x").Target);
        journey.Folder.Change($"CREATE TABLE \"{shortened}\" (id INTEGER PRIMARY KEY)");
        var finding = (await journey.MoveAsync()).MustBe(1).Finding("GW1105");
        Assert.Contains(name, finding.Message);
        Assert.Contains(shortened, finding.Message);
        (await journey.MoveAsync("--tables", name)).MustBeVerified();
        Assert.Equal([1L], await journey.RowAsync($"SELECT count(*) FROM \"{shortened}\""));
    }

    [Fact]
    public async Task Names_lower_folds_and_tells_of_collisions()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE \"Users\" (\"UserId\" INTEGER PRIMARY KEY, \"E Mail\" TEXT)", "INSERT INTO \"Users\" VALUES (1, 'a')");
        (await journey.MoveAsync("--names", "lower")).MustBeVerified();
        Assert.Equal([1L, "a"], await journey.RowAsync("SELECT userid, \"e mail\" FROM users"));
    }

    [Fact]
    public async Task Another_schema_is_made_and_filled()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE t (id INTEGER PRIMARY KEY, p INTEGER REFERENCES t)", "INSERT INTO t VALUES (1, 1)", "CREATE VIEW v AS SELECT id FROM t");
        (await journey.MoveAsync("--schema", "Wild \"Schema\"")).MustBeVerified();
        Assert.Equal([1L], await journey.RowAsync("SELECT id FROM \"Wild \"\"Schema\"\"\".v"));
        (await journey.VerifyAsync("--schema", "Wild \"Schema\"")).MustBeVerified();
        Assert.Equal("GW1310", Assert.Single((await journey.VerifyAsync()).MustBe(1).Errors).Code);
    }

    [Fact]
    public async Task Only_the_tables_asked_for_go_over()
    {
        using var journey = await Journey.PrepareAsync(servers, "CREATE TABLE a (id INTEGER PRIMARY KEY)", "CREATE TABLE b (id INTEGER PRIMARY KEY)", "CREATE TABLE c (id INTEGER PRIMARY KEY)");
        Assert.Equal(["a", "c"], (await journey.MoveAsync("--tables", "a,c")).MustBeVerified().Document.Tables.Select(t => t.Source).Order());
        Assert.Equal("GW1007", Assert.Single((await journey.MoveAsync("--tables", "nobody", "--dry-run")).MustBe(1).Errors, f => f.Code == "GW1007").Code);
    }
}
