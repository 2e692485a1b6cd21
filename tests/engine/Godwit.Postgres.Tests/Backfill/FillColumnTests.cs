using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.TestServers;
using static Godwit.Postgres.Tests.Backfill.Backfilling;

namespace Godwit.Postgres.Tests.Backfill;

/// <summary>Columns of the table itself.</summary>
public sealed class FillColumnTests(PostgresServers servers)
{
    private const string Users =
        """
        CREATE TABLE users (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, email text NOT NULL, email_lower text);
        INSERT INTO users (email) SELECT 'User' || n || '@Example.COM' FROM generate_series(1, 3000) n;
        """;

    private const string Lower = "{from: users, set: {email_lower: {lower: email}}, empty_before: true}";

    public static TheoryData<string, string> Keys => new()
    {
        { "id bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (id)", "" },
        { "id uuid PRIMARY KEY DEFAULT gen_random_uuid()", "" },
        { "id text PRIMARY KEY DEFAULT (ARRAY['a','B','é','_','Z',' '])[(random() * 5)::int + 1] || gen_random_uuid()", "" },
        { "id text COLLATE \"C\" PRIMARY KEY DEFAULT (ARRAY['a','B','é','_','Z',' '])[(random() * 5)::int + 1] || gen_random_uuid()", "" },
        { "\"Odd \"\"Name\" numeric(12,4) UNIQUE NOT NULL DEFAULT random() * 1000000", "key: ['Odd \"Name']," },
        { "a date NOT NULL DEFAULT '2020-01-01'::date + (random() * 10)::int, b smallint NOT NULL DEFAULT (random() * 5)::int, c uuid NOT NULL DEFAULT gen_random_uuid(), UNIQUE (b, a, c)", "key: [a, b, c]," },
    };

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Every_row_is_filled_whatever_the_key(string columns, string key)
    {
        var fill = await MakeAsync(
            await servers.DefaultAsync(),
            $"CREATE TABLE t ({columns}, v text, w text); INSERT INTO t (v) SELECT 'Value ' || n FROM generate_series(1, 1000) n",
            $"{{from: t, {key} set: {{w: {{lower: v}}}}, min_rows: 90, max_rows: 130, passes: 1}}");
        var verified = await fill.RunAsync();
        Assert.Equal("1000", verified.Evidence["right"]);
        Assert.Equal(0, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM t WHERE w IS DISTINCT FROM lower(v)"));
    }

    [Fact]
    public async Task A_second_run_writes_nothing()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Users, Lower);
        await fill.RunAsync();
        await fill.Database.ExecuteAsync("UPDATE progress SET state = NULL; CREATE TABLE seen AS SELECT id, xmin::text AS version FROM users");
        await fill.RunAsync();
        Assert.Equal(3000, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM users u JOIN seen s ON s.id = u.id AND s.version = u.xmin::text"));
    }

    [Fact]
    public async Task Undo_puts_NULL_back_where_the_runbook_says_it_was()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Users, Lower);
        await fill.RunAsync();
        AssertPassed(await fill.UndoAsync());
        Assert.Equal(3000, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE email_lower IS NULL"));
        // And forward again.
        await fill.RunAsync();
    }

    [Fact]
    public async Task Without_that_word_it_cannot_be_undone_and_says_so()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Users, "{from: users, set: {email_lower: {lower: email}}}");
        Assert.NotNull(fill.Step.Irreversible);
        AssertFailed(await fill.UndoAsync(), FindingCodes.CannotUndo);
    }

    [Fact]
    public async Task Only_rows_in_scope_are_filled()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Users, "{from: users, where: 'users.id % 3 = 0 -- a comment', set: {email_lower: {lower: email}}, empty_before: true}");
        var verified = await fill.RunAsync();
        Assert.Equal("1000", verified.Evidence["rows"]);
        Assert.Equal(1000, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE email_lower IS NOT NULL"));
    }

    [Fact]
    public async Task All_transforms_reach_the_columns_types()
    {
        var fill = await MakeAsync(
            await servers.DefaultAsync(),
            """
            CREATE TYPE mood AS ENUM ('sad', 'happy');
            CREATE TABLE t (id int PRIMARY KEY, name text, raw bytea, plan text, n numeric,
                first text, rest varchar(20), whole text, hashed bytea, hex char(64), level mood, amount numeric(8,2), at timestamptz, doubled bigint, filled uuid);
            INSERT INTO t VALUES (1, 'Ada King Lovelace', '\x00ff', 'free', 12.345), (2, NULL, NULL, 'gold', NULL), (3, 'X', '', 'free', -1);
            """,
            """
            from: t
            set:
              first: {split: {from: name, separator: ' ', part: 1}}
              rest: {split: {from: name, separator: ' ', part: 2, rest: true}}
              whole: {merge: [plan, name]}
              hashed: {hash: {from: raw, output: bytea}}
              hex: {hash: {from: name, key: API_KEY_PEPPER}}
              level: {lookup: {from: plan, values: {free: sad, gold: happy}}}
              amount: {copy: n}
              at: {constant: '2024-02-29 12:00:00+01'}
              doubled: {sql: round(n * 2)}
              filled: {sql: {expression: gen_random_uuid(), volatile: true}}
            """);
        await fill.RunAsync();
        await fill.Database.ExecuteAsync("UPDATE progress SET state = NULL; CREATE TABLE seen AS SELECT * FROM t");
        await fill.RunAsync();
        Assert.Equal(0, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM (SELECT * FROM t EXCEPT SELECT * FROM seen) d"));
        Assert.Equal(
            "Ada|King Lovelace|free Ada King Lovelace|" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([0, 255])) + "|sad|12.35|2024-02-29 11:00:00|25",
            await fill.Database.ScalarAsync<string>("SELECT concat_ws('|', first, rest, whole, encode(hashed, 'hex'), level, amount, at AT TIME ZONE 'UTC', doubled) FROM t WHERE id = 1"));
        Assert.True(await fill.Database.ScalarAsync<bool>("SELECT first IS NULL AND whole = 'gold' AND hashed IS NULL AND amount IS NULL AND filled IS NOT NULL FROM t WHERE id = 2"));
    }

    [Fact]
    public async Task What_is_too_long_is_refused_and_never_cut()
    {
        var fill = await MakeAsync(
            await servers.DefaultAsync(),
            "CREATE TABLE t (id int PRIMARY KEY, a text, b varchar(5)); INSERT INTO t VALUES (1, 'short'), (2, 'much too long'), (3, 'x')",
            "{from: t, set: {b: {copy: a}}, max_failures: 0.5}");
        AssertPassed(await fill.ApplyAsync());
        Assert.Equal("1:short,3:x", await fill.Database.ScalarAsync<string>("SELECT string_agg(id || ':' || b, ',' ORDER BY id) FROM t"));
        Assert.Equal("1", (await fill.VerifyAsync()).Evidence["failed and recorded"]);
    }

    [Fact]
    public async Task A_row_that_came_later_is_found_by_the_verification()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Users, Lower);
        AssertPassed(await fill.ApplyAsync());
        await fill.Database.ExecuteAsync("INSERT INTO users (email) VALUES ('Late@Example.com'); UPDATE users SET email_lower = 'wrong' WHERE id = 5");
        var finding = AssertFailed(await fill.VerifyAsync(), FindingCodes.LeftOver);
        Assert.Contains("2 different", finding.Message, StringComparison.Ordinal);
        // Applied again, it finds them.
        AssertPassed(await fill.ApplyAsync());
        AssertPassed(await fill.VerifyAsync());
    }

    [Fact]
    public async Task It_pauses_between_batches_and_goes_on()
    {
        var fill = await MakeAsync(await servers.DefaultAsync(), Users, Lower);
        fill.PauseRequested = () => true;
        Assert.IsType<StepResult.Undecided>(await fill.ApplyAsync());
        Assert.Equal(1000, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE email_lower IS NOT NULL"));
        fill.PauseRequested = () => false;
        AssertPassed(await fill.ApplyAsync());
        AssertPassed(await fill.VerifyAsync());
    }

    [Fact]
    public async Task A_partitioned_table_is_filled_as_one()
    {
        var fill = await MakeAsync(
            await servers.DefaultAsync(),
            """
            CREATE TABLE t (id int, day int, v text, w text, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
            CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (5); CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (5) TO (10);
            INSERT INTO t SELECT n, n % 10, 'V' || n FROM generate_series(1, 500) n;
            """,
            "{from: t, set: {w: {lower: v}}, min_rows: 60, max_rows: 60, empty_before: true}");
        Assert.Equal("500", (await fill.RunAsync()).Evidence["right"]);
        AssertPassed(await fill.UndoAsync());
        Assert.Equal(0, await fill.Database.ScalarAsync<long>("SELECT count(w) FROM t"));
    }
}
