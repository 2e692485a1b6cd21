using Godwit.Engine.Mapping;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Planning;
using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Schemas;
using Godwit.Sqlite.Transforming;

namespace Godwit.Sqlite.Tests.Planning;

/// <summary>What a plan makes of transforms, and what of the schema it carries over them.</summary>
public sealed class TransformPlanningTests
{
    [Fact]
    public void A_transformed_column_has_what_makes_it_and_the_type_of_its_result()
    {
        var table = Plan("v: { transform: { lower: v } }, h: { transform: { hash: { from: V, output: bytea } } }, n: { transform: { constant: 5 }, type: smallint }", "CREATE TABLE t(id INTEGER PRIMARY KEY, v VARCHAR(3))", "INSERT INTO t VALUES (1, 'ABC')");
        Assert.Equal([("id", "bigint"), ("v", "text"), ("h", "bytea"), ("n", "smallint")], table.Columns.Select(c => (c.TargetName, c.Type.Sql)));
        Assert.Equal([null, "lower(v)", "hash(v) {\"output\":\"bytea\"}", "constant() {\"value\":\"5\"}"], table.Columns.Select(c => c.Transform?.Text));
        Assert.Equal([MappingKind.Integer, MappingKind.Text, MappingKind.Blob, MappingKind.Integer], table.Columns.Select(c => c.Mapping.Kind));
        Assert.Equal("lower(v) gives text", table.Columns[1].Reason);
        Assert.Empty(table.Checks);
    }

    [Fact]
    public void A_copy_is_a_column_like_its_input()
    {
        var table = Plan("old: { transform: { copy: v } }", "CREATE TABLE t(v BOOLEAN)", "INSERT INTO t VALUES (1), (0)");
        Assert.Equal(["boolean", "boolean"], table.Columns.Select(c => c.Type.Sql));
    }

    [Theory]
    [InlineData("CREATE INDEX i ON t(v)", 1)]
    [InlineData("CREATE INDEX i ON t(id) WHERE w > 1", 1)]
    [InlineData("CREATE INDEX i ON t(v DESC, w)", 1)]
    [InlineData("CREATE INDEX i ON t(v COLLATE NOCASE)", 1)]
    public void An_index_of_the_bare_column_is_carried(string index, int indexes) =>
        Assert.Equal(indexes, Plan("v: { transform: { lower: v } }", "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, w INT)", index).Indexes.Count);

    [Theory]
    [InlineData("v TEXT CHECK(v <> 'x')", "checks", "check")]
    [InlineData("v TEXT, CHECK(length(V) > 0 OR id = 1)", "checks", "check")]
    [InlineData("v TEXT DEFAULT 'x'", "defaults", "default")]
    [InlineData("v TEXT, g TEXT GENERATED ALWAYS AS (v || 'x')", "generated", "generated column")]
    [InlineData("v TEXT); CREATE INDEX i ON t(lower(v)", "indexes", "index")]
    [InlineData("v TEXT); CREATE INDEX i ON t(id) WHERE (v IS NULL", "indexes", "index")]
    [InlineData("v TEXT); CREATE VIEW w AS SELECT id FROM t WHERE (v = 'x'", "views", "view")]
    [InlineData("v TEXT); CREATE VIEW w AS SELECT count(v) AS n FROM (t", "views", "view")]
    [InlineData("v TEXT); CREATE VIEW w AS SELECT DISTINCT v FROM (t", "views", "view")]
    [InlineData("v TEXT); CREATE VIEW w AS SELECT v AS mail FROM (t", "views", "view")]
    [InlineData("v TEXT REFERENCES p(k)); CREATE TABLE p(k TEXT PRIMARY KEY", "foreign-keys", "foreign key")]
    public void What_speaks_of_the_old_values_stops_the_plan_or_stays_behind(string definition, string word, string kind)
    {
        string[] statements = [.. $"CREATE TABLE t(id INTEGER PRIMARY KEY, {definition})".Split("; ")];
        var finding = Assert.Single(Result("v: { transform: { lower: v } }", statements).Findings, f => f.Severity == Severity.Error);
        Assert.Equal(FindingCodes.SpeaksOfRaw, finding.Code);
        Assert.Contains($"drop: [{word}]", finding.Remedy!, StringComparison.Ordinal);
        var result = Result($"v: {{ transform: {{ lower: v }}, drop: [{word}] }}", statements);
        Assert.NotNull(result.Plan);
        Assert.Equal(kind, Assert.Single(result.NotMoved).Kind);
        Assert.Contains(result.Findings, f => f.Code == FindingCodes.SpeaksOfRaw && f.Severity == Severity.Warning);
    }

    [Theory]
    [InlineData("SELECT id, v FROM t")]
    [InlineData("SELECT t.v, w FROM t WHERE w = 1")]
    [InlineData("SELECT * FROM t")]
    public void A_view_that_only_passes_the_column_on_is_carried(string view)
    {
        var result = Result("v: { transform: { lower: v } }", "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, w INT)", $"CREATE VIEW x AS {view}");
        Assert.Single(result.Plan!.Views);
    }

    [Fact]
    public void A_star_does_not_take_new_columns_in()
    {
        var result = Result("n: { transform: { constant: 1 } }", "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)", "CREATE VIEW x AS SELECT * FROM t");
        Assert.Equal(["id", "v"], Assert.Single(result.Plan!.Views).ColumnNames);
    }

    [Fact]
    public void Left_out_columns_are_named_and_the_places_of_the_others_hold()
    {
        var table = Plan("a: { leave_out: true }", "CREATE TABLE t(a TEXT NOT NULL, id INTEGER PRIMARY KEY, b TEXT UNIQUE)", "INSERT INTO t VALUES (x'ff', 1, 'b')");
        Assert.Equal(["a"], table.LeftOutColumns!);
        Assert.Equal((0, 0, 1), (table.RowIdColumn!.Value, Assert.Single(table.PrimaryKey!.Columns), Assert.Single(Assert.Single(table.Uniques).Columns)));
    }

    [Fact]
    public void A_plan_without_transforms_says_nothing_of_them()
    {
        var json = PlanJson.Write(Planned.Plan("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)"));
        Assert.DoesNotContain("Transform", json, StringComparison.Ordinal);
        Assert.DoesNotContain("LeftOutColumns", json, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_is_read_back_with_its_transforms()
    {
        var plan = Result("v: { transform: { split: { from: v, separator: ',', part: 2 } } }", "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)").Plan!;
        Assert.Equal(plan.Tables[0].Columns[1].Transform, PlanJson.Read(PlanJson.Write(plan)).Tables[0].Columns[1].Transform);
    }

    private static TablePlan Plan(string columns, params string[] statements)
    {
        var result = Result(columns, statements);
        Assert.True(result.Plan is not null, string.Join("\n", result.Findings.Where(f => f.Severity == Severity.Error).Select(f => $"{f.Code} {f.Message} {f.Place}")));
        return result.Plan.Tables.Single(t => t.SourceName == "t");
    }

    private static PlanResult Result(string columns, params string[] statements)
    {
        using var database = new ScratchDatabase(statements);
        var reading = MapFileReader.Read($"tables: {{ t: {{ columns: {{ {columns} }} }} }}", "map.yaml");
        Assert.Empty(reading.Findings);
        var (schema, findings) = TransformPlanning.Apply(SchemaReader.Read(database.Connection), reading.Map);
        Assert.Empty(findings);
        TransformCall.Register(database.Connection, TransformFunctions.Open(TransformPlanning.Of(schema), new NoVariables()), TextEncodings.Of(database.Connection));
        var options = new PlanOptions { Map = reading.Map };
        var profiles = schema.Tables.ToDictionary(
            t => t.Name,
            t => TableProfiler.Profile(database.Connection, ProfileRequest.Of(t, options.Map), new RowIdRange(null, null), new ProfileOptions(), TestContext.Current.CancellationToken),
            StringComparer.Ordinal);
        return MovePlanner.Plan(schema, profiles, options, database.Connection);
    }

    private sealed class NoVariables : IRunEnvironment
    {
        public string? Find(string name) => null;
    }
}
