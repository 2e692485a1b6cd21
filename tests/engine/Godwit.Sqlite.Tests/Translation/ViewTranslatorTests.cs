using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Translation;

namespace Godwit.Sqlite.Tests.Translation;

public sealed class ViewTranslatorTests
{
    [Theory]
    [InlineData("SELECT id, t FROM cases WHERE b ORDER BY t DESC, j",
        "SELECT \"cases\".\"id\" AS \"id\", \"cases\".\"t\" AS \"t\" FROM \"app\".\"cases\" AS \"cases\" WHERE \"cases\".\"b\" ORDER BY \"cases\".\"t\" COLLATE \"C\" DESC NULLS LAST, \"cases\".\"j\" NULLS FIRST")]
    [InlineData("SELECT j AS k, count(*) FROM Cases AS q GROUP BY k HAVING count(*) > 1",
        "SELECT \"q\".\"j\" AS \"k\", count(*) AS \"count(*)\" FROM \"app\".\"cases\" AS \"q\" GROUP BY \"q\".\"j\" HAVING (count(*) > 1)")]
    [InlineData("SELECT a.id FROM cases a, cases b LEFT JOIN cases c ON c.id = b.j",
        "SELECT \"a\".\"id\" AS \"id\" FROM \"app\".\"cases\" AS \"a\" CROSS JOIN \"app\".\"cases\" AS \"b\" LEFT JOIN \"app\".\"cases\" AS \"c\" ON (\"c\".\"id\" = \"b\".\"j\")")]
    [InlineData("SELECT sum(j), avg(j), total(n) FROM cases",
        "SELECT sum(\"cases\".\"j\")::bigint AS \"sum(j)\", avg(\"cases\".\"j\"::double precision) AS \"avg(j)\", coalesce(sum(\"cases\".\"n\"::double precision), 0) AS \"total(n)\" FROM \"app\".\"cases\" AS \"cases\"")]
    [InlineData("SELECT id FROM cases WHERE ts BETWEEN DATETIME('1997-01-01') AND DATETIME('1997-12-31')",
        "SELECT \"cases\".\"id\" AS \"id\" FROM \"app\".\"cases\" AS \"cases\" WHERE ((\"cases\".\"ts\" >= timestamp '1997-01-01 00:00:00.000') AND (\"cases\".\"ts\" < timestamp '1997-12-31 00:00:00.000'))")]
    [InlineData("SELECT id FROM cases WHERE d BETWEEN DATETIME('1997-01-01') AND DATETIME('1997-12-31')",
        "SELECT \"cases\".\"id\" AS \"id\" FROM \"app\".\"cases\" AS \"cases\" WHERE ((\"cases\".\"d\" > date '1997-01-01') AND (\"cases\".\"d\" <= date '1997-12-31'))")]
    [InlineData("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n",
        "WITH RECURSIVE \"n\" AS (SELECT 1::bigint AS \"i\" UNION ALL SELECT (\"n\".\"i\" + 1::bigint) AS \"i\" FROM \"n\" AS \"n\" WHERE (\"n\".\"i\" < 5)) SELECT \"n\".\"i\" AS \"i\" FROM \"n\" AS \"n\"")]
    public void A_query_is_written_with_every_name_resolved(string query, string sql) => Assert.Equal(sql, Translated(query).Plan.Sql);

    [Fact]
    public void A_view_is_a_relation_for_the_next_view()
    {
        var first = Translated("SELECT id, d AS day, b AS active, b = 1 AS flag, n * 2 AS twice FROM cases");
        Assert.Equal(["id", "day", "active", "flag", "twice"], first.Plan.ColumnNames);
        Assert.Equal(["bigint", "date", "boolean", "bigint", "double precision"], first.Relation.Columns.Select(c => c.Type.Sql));
        Assert.Equal(MappingKind.DateText, first.Relation.Columns[1].Mapping.Kind);
        var second = Translated("SELECT id FROM V WHERE ACTIVE AND flag AND Day > '1997-01-01'", Scope.With(first.Relation));
        Assert.Equal("SELECT \"V\".\"id\" AS \"id\" FROM \"app\".\"v\" AS \"V\" WHERE ((\"V\".\"active\" AND (\"V\".\"flag\" <> 0)) AND (\"V\".\"day\" > date '1997-01-01'))", second.Plan.Sql);
    }

    [Fact]
    public void Columns_are_named_as_SQLite_names_them()
    {
        Assert.Equal(["id", "ID:1", "j+1", "max( j )", "x"], Translated("SELECT id, ID, j+1, max( j ), t AS x FROM cases GROUP BY id").Plan.ColumnNames.Select(n => n == "id:1" ? "ID:1" : n));
        Assert.Equal(["p", "q"], Translated("SELECT id, j FROM cases", Scope, "CREATE VIEW v(p, q) AS ").Plan.ColumnNames);
        var wide = Translated($"SELECT {string.Join(" + ", Enumerable.Repeat("j", 40))} FROM cases").Plan.ColumnNames[0];
        Assert.Equal(63, wide.Length);
    }

    [Theory]
    [InlineData("SELECT j, t FROM cases GROUP BY j", "any row of the group")]
    [InlineData("SELECT t, count(*) FROM cases", "any row of the group")]
    [InlineData("SELECT c FROM cases GROUP BY c", "any row of the group")]
    [InlineData("SELECT DISTINCT c FROM cases", "which of the equal texts stays")]
    [InlineData("SELECT c FROM cases UNION SELECT t FROM cases", "which of the equal texts stays")]
    [InlineData("SELECT id FROM cases LIMIT 3", "LIMIT without ORDER BY")]
    [InlineData("SELECT id FROM missing", "missing is not at the target")]
    [InlineData("SELECT id FROM cases a JOIN cases b ON a.id = b.id", "ambiguous")]
    [InlineData("SELECT a.id FROM cases a JOIN cases a ON 1", "twice")]
    [InlineData("SELECT id FROM cases UNION SELECT id, t FROM cases", "number of columns")]
    [InlineData("SELECT id FROM cases UNION SELECT t FROM cases", "different storage classes")]
    [InlineData("SELECT value FROM json_each('[1]')", "table-valued")]
    [InlineData("SELECT sum(t) FROM cases", "numbers out of texts")]
    [InlineData("SELECT max(c) FROM cases", "any of the equal values")]
    [InlineData("SELECT id FROM cases ORDER BY 'x'", "sorts nothing")]
    public void What_would_mean_something_else_is_refused_with_a_reason(string query, string reason)
    {
        var failure = Assert.IsType<ViewTranslation.Failure>(Translate(query, Scope));
        Assert.Contains(failure.Obstacles, o => o.Reason.Contains(reason, StringComparison.Ordinal) && o.SourceText.Length > 0);
    }

    [Fact]
    public void Order_goes_by_the_querys_own_names()
    {
        var swapped = Translated("SELECT id, j FROM cases UNION SELECT 1, 2 ORDER BY id", Scope, "CREATE VIEW v(j, id) AS ");
        Assert.EndsWith("ORDER BY \"subquery1\".\"j\"", swapped.Plan.Sql);
        var hidden = Translated("SELECT *, lower(t) AS t FROM (SELECT id, t FROM cases) ORDER BY t");
        Assert.EndsWith("ORDER BY lower(\"subquery1\".\"t\" COLLATE \"C\") COLLATE \"C\" NULLS FIRST", hidden.Plan.Sql);
    }

    [Theory]
    [InlineData("SELECT sum() FROM cases")]
    [InlineData("SELECT lag() OVER () FROM cases")]
    [InlineData("SELECT ntile() OVER () FROM cases")]
    [InlineData("SELECT substr(t) FROM cases")]
    [InlineData("SELECT strftime() FROM cases")]
    [InlineData("SELECT coalesce(t) FROM cases")]
    [InlineData("SELECT iif(t) FROM cases")]
    [InlineData("SELECT (SELECT id, j FROM cases) FROM cases")]
    [InlineData("SELECT j IN (SELECT id, j FROM cases) FROM cases")]
    [InlineData("SELECT row_number() OVER nothing2 FROM cases")]
    [InlineData("SELECT abs(-9223372036854775808)")]
    [InlineData("SELECT *")]
    [InlineData("SELECT x.* FROM cases")]
    public void A_query_that_SQLite_itself_would_refuse_is_a_failure(string query) => Assert.NotEmpty(Assert.IsType<ViewTranslation.Failure>(Translate(query, Scope)).Obstacles);

    [Fact]
    public void All_obstacles_are_told_at_once()
    {
        var failure = Assert.IsType<ViewTranslation.Failure>(Translate("SELECT t + u, typeof(j), id FROM cases WHERE t REGEXP 'x' ORDER BY random()", Scope));
        Assert.Equal(["t REGEXP 'x'", "t + u", "typeof(j)", "random()"], failure.Obstacles.Select(o => o.SourceText));
    }

    private static SchemaScope Scope { get; } = new("app", [CaseTable.Relation]);

    private static ViewTranslation.Success Translated(string query, SchemaScope? scope = null, string head = "CREATE VIEW v AS ")
    {
        var result = Translate(query, scope ?? Scope, head);
        return Assert.IsType<ViewTranslation.Success>(result);
    }

    private static ViewTranslation Translate(string query, SchemaScope scope, string head = "CREATE VIEW v AS ")
    {
        var parsed = Assert.IsType<ParseResult.Success>(SqlParser.ParseSchemaStatement(head + query));
        return ViewTranslator.Translate((CreateView)parsed.Statement, head + query, scope, "v");
    }
}
