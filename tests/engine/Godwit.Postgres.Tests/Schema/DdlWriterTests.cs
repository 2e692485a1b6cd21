using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Postgres.Schema;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Schema;

public sealed class DdlWriterTests(PostgresServers servers)
{
    private static readonly MovePlan Shop = Plans.Of("My \"Shop\"'s",
    [
        Plans.Table("select",
            Plans.Column("Id", TargetType.Bigint) with { Identity = true, NotNull = true },
            Plans.Column("naïve \"name\"", TargetType.Text) with { NotNull = true, DefaultSql = "'it''s'" },
            Plans.Column("width", TargetType.Bigint),
            Plans.Column("area", TargetType.Bigint) with { GeneratedSql = "\"width\" * \"width\"" },
            Plans.Column("price", new TargetType(TypeName.Numeric, Precision: 10, Scale: 2)),
            Plans.Column("at", new TargetType(TypeName.Timestamptz, Precision: 3))) with
        {
            PrimaryKey = new KeyPlan("PK of 'select'", [0]),
            SequenceLast = 41,
            Uniques = [new KeyPlan("plain", [1, 2]), new KeyPlan("folded", [1]) { Expressions = ["lower(\"naïve \"\"name\"\"\" COLLATE \"C\")"] }],
            Indexes = [new IndexPlan("by width", Unique: false, "\"width\" DESC, (\"area\" + 1)", "\"width\" > 3")],
            Checks = [new CheckPlan("narrow", "\"width\" < 100"), new CheckPlan("short", "char_length(\"naïve \"\"name\"\"\") <= 5")],
        },
        Plans.Table("child", Plans.Column("parent", TargetType.Bigint), Plans.Column("lost", TargetType.Bigint)) with
        {
            ForeignKeys =
            [
                new ForeignKeyPlan { Name = "kept", Columns = [0], Parent = "select", ParentColumns = ["Id"], OnDelete = "CASCADE", OnUpdate = "SET NULL", InitiallyDeferred = true },
                new ForeignKeyPlan { Name = "loose", Columns = [1], Parent = "select", ParentColumns = ["Id"], Validate = false },
            ],
        },
    ], new ViewPlan("v", "a view", ["a", "b c"], "SELECT \"Id\", \"width\" FROM \"My \"\"Shop\"\"'s\".\"select\""));

    private async Task<TestDatabase> Build(MovePlan plan)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);
        foreach (var step in DdlWriter.Write(plan)) await database.ExecuteAsync($"BEGIN; {step.Sql}; COMMIT");
        return database;
    }

    [Fact]
    public async Task Every_step_runs_in_a_transaction_of_its_own()
    {
        var database = await Build(Shop);
        Assert.Equal(4L, await database.ScalarAsync<long>("SELECT count(*) FROM pg_indexes WHERE schemaname = 'My \"Shop\"''s'"));
        Assert.Equal("numeric(10,2)", await database.ScalarAsync<string>("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attname = 'price'"));
        Assert.Equal("C", await database.ScalarAsync<string>("SELECT collname FROM pg_collation c JOIN pg_attribute a ON a.attcollation = c.oid WHERE attname LIKE 'naïve%' AND attnum = 2 AND attrelid = '\"My \"\"Shop\"\"''s\".\"select\"'::regclass"));
    }

    [Fact]
    public async Task The_sequence_goes_on_after_the_last_number()
    {
        var database = await Build(Shop);
        Assert.Equal(42L, await database.ScalarAsync<long>("INSERT INTO \"My \"\"Shop\"\"'s\".\"select\" DEFAULT VALUES RETURNING \"Id\""));
    }

    [Theory]
    [InlineData(TypeName.Bigint, 0, 1)]
    [InlineData(TypeName.Integer, 9, 10)]
    [InlineData(TypeName.Bigint, long.MaxValue, null)]
    [InlineData(TypeName.Smallint, 40_000, null)]
    public async Task At_the_end_of_its_type_a_sequence_gives_no_number(TypeName type, long last, int? next)
    {
        var table = Plans.Table("t", Plans.Column("id", new TargetType(type)) with { Identity = true, NotNull = true }) with { SequenceLast = last };
        var database = await Build(Plans.Of("public", [table]));
        const string insert = "INSERT INTO t DEFAULT VALUES RETURNING id::int";
        if (next is { } number) Assert.Equal(number, await database.ScalarAsync<int>(insert));
        else Assert.Equal("2200H", (await Assert.ThrowsAsync<PostgresException>(() => database.ScalarAsync<int>(insert))).SqlState);
    }

    [Fact]
    public async Task A_table_may_be_called_as_PostgreSQL_would_call_a_sequence()
    {
        TablePlan Numbered(string name, string sequence) =>
            Plans.Table(name, Plans.Column("id", TargetType.Bigint) with { Identity = true, NotNull = true }) with { SequenceLast = 1, SequenceName = sequence };
        var database = await Build(Plans.Of("a b", [Numbered("t", "t_id_seq1"), Numbered("t_id_seq", "other")]));
        Assert.Equal(2L, await database.ScalarAsync<long>("SELECT nextval('\"a b\".t_id_seq1')"));
    }

    [Fact]
    public async Task Accepted_orphans_leave_their_key_not_valid_and_only_theirs()
    {
        var database = await Build(Shop);
        Assert.Equal("loose", await database.ScalarAsync<string>("SELECT string_agg(conname, ',') FROM pg_constraint WHERE NOT convalidated"));
        Assert.Equal("cns", await database.ScalarAsync<string>("SELECT confdeltype::text || confupdtype::text || confmatchtype::text FROM pg_constraint WHERE conname = 'kept'"));
        Assert.True(await database.ScalarAsync<bool>("SELECT condeferrable AND condeferred FROM pg_constraint WHERE conname = 'kept'"));
    }

    [Fact]
    public async Task Keys_that_fold_refuse_what_differs_in_case_only()
    {
        var database = await Build(Shop);
        const string insert = "INSERT INTO \"My \"\"Shop\"\"'s\".\"select\"(\"naïve \"\"name\"\"\", width) VALUES ";
        await database.ExecuteAsync(insert + "('Ab', 1), ('Äb', 2), ('äb', 3)");
        var error = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync(insert + "('aB', 4)"));
        Assert.Equal(("23505", "folded"), (error.SqlState, error.ConstraintName));
    }

    [Fact]
    public async Task A_schema_that_is_there_needs_no_right_to_make_one()
    {
        var database = await Build(Plans.Of("public", []));
        await database.ExecuteAsync("CREATE ROLE plain; GRANT USAGE ON SCHEMA public TO plain", superuser: true);
        foreach (var step in DdlWriter.BeforeCopy(Plans.Of("public", []))) await database.ExecuteAsync($"SET ROLE plain; {step.Sql}", superuser: true);
    }

    [Fact]
    public void Ids_are_unique_and_the_same_every_time()
    {
        var ids = DdlWriter.Write(Shop).Select(s => s.Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(ids, DdlWriter.Write(Shop).Select(s => s.Id));
    }

    [Fact]
    public void An_action_that_is_none_does_not_reach_a_statement()
    {
        var child = Shop.Tables[1] with { ForeignKeys = [Shop.Tables[1].ForeignKeys[0] with { OnDelete = "CASCADE; DROP TABLE x" }] };
        Assert.Throws<ArgumentException>(() => DdlWriter.Write(Plans.Of("public", [child])));
    }
}
