using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Transforms;

/// <summary>What stands over a transformed column in the schema: carried where it is sound, else refused, or dropped where the mapping file says so.</summary>
public sealed class DependentTests(PostgresServers servers)
{
    private static readonly string[] Statements =
    [
        """
        CREATE TABLE users (
            id INTEGER PRIMARY KEY, email TEXT DEFAULT 'nobody@example.org' CHECK (email LIKE '%@%'), plan TEXT,
            folded TEXT GENERATED ALWAYS AS (lower(email)) VIRTUAL)
        """,
        "CREATE INDEX users_lower ON users (lower(email))",
        "CREATE INDEX users_paid ON users (id) WHERE email IS NOT NULL",
        "CREATE INDEX users_email ON users (email)",
        "CREATE UNIQUE INDEX users_unique ON users (email COLLATE NOCASE)",
        "CREATE VIEW mailable AS SELECT id FROM users WHERE email <> ''",
        "CREATE VIEW everything AS SELECT * FROM users",
        "CREATE VIEW deeper AS SELECT id FROM everything WHERE email = 'x'",
        "CREATE VIEW plans AS SELECT plan, count(*) AS n FROM users GROUP BY plan",
        "CREATE TABLE letters (id INTEGER PRIMARY KEY, recipient TEXT REFERENCES users_of(email), body TEXT)",
        "CREATE TABLE users_of (email TEXT PRIMARY KEY)",
        "INSERT INTO users (id, email, plan) VALUES (1, 'ada@example.org', 'free'), (2, 'bob@example.org', 'gold'), (3, NULL, 'free')",
        "INSERT INTO users_of VALUES ('ada@example.org'), ('bob@example.org')",
        "INSERT INTO letters VALUES (1, 'ada@example.org', 'x'), (2, NULL, 'y')",
    ];

    private const string Mask = "transform: { \"mask:email\": { key: MASK_KEY } }";

    [Fact]
    public async Task What_speaks_of_the_old_values_is_refused_by_name()
    {
        using var journey = await Customers.WithAsync(
            servers, $"tables: {{ users: {{ columns: {{ email: {{ {Mask} }} }} }}, letters: {{ columns: {{ recipient: {{ {Mask} }} }} }} }}", Statements);
        var refused = (await journey.TransformAsync()).MustBe(1);
        Assert.All(refused.Errors, f => Assert.Equal("GW1220", f.Code));
        var told = string.Join("\n", refused.Errors.Select(e => e.Message));
        foreach (var word in (string[])["CHECK", "default of users.email", "users_lower", "users_paid", "users.folded", "view mailable", "view deeper", "foreign key of letters"]) Assert.Contains(word, told, StringComparison.Ordinal);
        Assert.Equal(8, refused.Errors.Count);
        Assert.All(refused.Errors, e => Assert.Contains("drop: [", e.Remedy!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_mapping_file_drops_stays_behind_and_the_rest_goes_over()
    {
        using var journey = await Customers.WithAsync(
            servers,
            $$"""
            tables:
              users:
                columns:
                  email: { {{Mask}}, drop: [checks, defaults, indexes, generated, views] }
                  folded: { leave_out: true }
              users_of: { columns: { email: { {{Mask}} } } }
              letters: { columns: { recipient: { {{Mask}} } } }
            """,
            Statements);
        var moved = (await journey.TransformAsync("--accept", "GW1101:everything", "--accept", "GW1101:deeper")).MustBeVerified();
        Assert.Equal(["check", "default", "index", "index", "view", "view", "view"], moved.Document.NotMoved.Select(n => n.Kind).Order(StringComparer.Ordinal));
        Assert.Equal(["users_email", "users_pkey", "users_unique"], await journey.TextsAsync("SELECT indexname FROM pg_indexes WHERE tablename = 'users' ORDER BY 1"));
        Assert.Equal(["plans"], await journey.TextsAsync("SELECT viewname FROM pg_views WHERE schemaname = 'public'"));
        Assert.Equal(1L, (await journey.RowAsync("SELECT count(*) FROM pg_constraint WHERE conrelid = 'letters'::regclass AND contype = 'f' AND convalidated"))[0]);
        Assert.Equal(1L, (await journey.RowAsync("SELECT count(*) FROM letters l JOIN users u ON u.email = l.recipient"))[0]);
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
    }

    [Fact]
    public async Task A_foreign_key_with_one_end_transformed_is_dropped_where_that_is_said()
    {
        using var journey = await Customers.WithAsync(
            servers, $"tables: {{ c: {{ columns: {{ p: {{ {Mask}, drop: [foreign-keys] }} }} }} }}", "CREATE TABLE p (k TEXT PRIMARY KEY)", "CREATE TABLE c (id INTEGER PRIMARY KEY, p TEXT REFERENCES p(k))",
            "INSERT INTO p VALUES ('a@b.c')", "INSERT INTO c VALUES (1, 'a@b.c')");
        (await journey.TransformAsync()).MustBeVerified();
        Assert.Equal(0L, (await journey.RowAsync("SELECT count(*) FROM pg_constraint WHERE conrelid = 'c'::regclass AND contype = 'f'"))[0]);
        using var accepting = await Customers.WithAsync(
            servers, $"tables: {{ c: {{ columns: {{ p: {{ {Mask} }} }} }} }}", "CREATE TABLE p (k TEXT PRIMARY KEY)", "CREATE TABLE c (id INTEGER PRIMARY KEY, p TEXT REFERENCES p(k))");
        (await accepting.TransformAsync()).MustBe(1);
        (await accepting.TransformAsync("--accept", "GW1220:c")).MustBeVerified();
    }

    [Fact]
    public async Task A_generated_column_may_become_a_plain_one_of_its_own_values()
    {
        using var journey = await Customers.WithAsync(
            servers, "tables: { t: { columns: { v: { transform: { hash: v } }, n: { transform: { copy: n } } } } }",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, n INTEGER GENERATED ALWAYS AS (length(v)) STORED)", "INSERT INTO t (id, v) VALUES (1, 'four')");
        (await journey.TransformAsync()).MustBeVerified();
        Assert.Equal([4L, ""], await journey.RowAsync("SELECT n, (SELECT attgenerated::text FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'n') FROM t"));
    }

    [Fact]
    public async Task A_key_that_numbers_the_rows_is_transformed_and_its_rows_are_named()
    {
        using var journey = await Customers.WithAsync(
            servers,
            """
            tables:
              k: { columns: { name: { transform: { hash: { key: API_KEY_PEPPER } } } } }
              u: { columns: { k: { transform: { hash: { key: API_KEY_PEPPER } } } } }
            """,
            "CREATE TABLE k (name TEXT PRIMARY KEY COLLATE NOCASE, n INTEGER) WITHOUT ROWID", "CREATE TABLE u (k TEXT REFERENCES k(name), n INTEGER)",
            "INSERT INTO k VALUES ('a', 1), ('b', 2), ('C', 3)", "INSERT INTO u VALUES ('a', 1), ('C', 2), (NULL, 3)");
        (await journey.TransformAsync("--paranoid")).MustBeVerified();
        Assert.Equal(2L, (await journey.RowAsync("SELECT count(*) FROM u JOIN k ON k.name = u.k"))[0]);
        await journey.PsqlAsync($"UPDATE k SET n = 9 WHERE name = '{Customers.Hash("b")}'");
        var mismatch = Assert.Single((await journey.VerifyAsync()).MustBe(3).Document.Mismatches);
        Assert.Equal(("GW1501", "k", "n"), (mismatch.Code, mismatch.Table, mismatch.Column));
    }

    [Fact]
    public async Task Left_out_columns_leave_keys_and_places_as_they_were()
    {
        using var journey = await Customers.WithAsync(
            servers,
            "tables: { t: { columns: { a: { leave_out: true }, c: { leave_out: true, drop: [indexes, keys] } } } }",
            "CREATE TABLE p (x INTEGER, y INTEGER, PRIMARY KEY (x, y))",
            "CREATE TABLE t (a TEXT, k2 INTEGER, c TEXT UNIQUE, k1 INTEGER, x INTEGER, y INTEGER, d TEXT, PRIMARY KEY (k1, k2), UNIQUE (d), FOREIGN KEY (x, y) REFERENCES p) WITHOUT ROWID",
            "CREATE INDEX tc ON t (c, d)", "INSERT INTO p VALUES (1, 2)", "INSERT INTO t VALUES ('a', 7, 'c', 8, 1, 2, 'd'), ('a', 8, NULL, 8, NULL, 2, NULL)");
        (await journey.TransformAsync("--paranoid")).MustBeVerified();
        Assert.Equal([7L, 8L, 1L, 2L, "d"], await journey.RowAsync("SELECT * FROM t WHERE k2 = 7"));
        Assert.Equal(
            ["FOREIGN KEY (x, y) REFERENCES p(x, y)", "PRIMARY KEY (k1, k2)", "UNIQUE (d)"],
            await journey.TextsAsync("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass AND contype IN ('f', 'p', 'u') ORDER BY 1"));
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
    }
}
