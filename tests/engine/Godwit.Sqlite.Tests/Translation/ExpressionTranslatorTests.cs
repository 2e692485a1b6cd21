using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Translation;
using Outcome = Godwit.Sqlite.Translation.Translation;

namespace Godwit.Sqlite.Tests.Translation;

public sealed class ExpressionTranslatorTests
{
    [Theory]
    [InlineData("r >= (0) AND r <= (1)", "((\"r\" >= 0) AND (\"r\" <= 1))")]
    [InlineData("b IN (0, 1)", "(\"b\" IN (FALSE, TRUE))")]
    [InlineData("b = 1", "(\"b\" = TRUE)")]
    [InlineData("b", "\"b\"")]
    [InlineData("NOT j", "(NOT (\"j\" <> 0))")]
    [InlineData("flag = 0", "(\"flag\" = '0')")]
    [InlineData("t IN (\"new\", \"old\")", "(\"t\" IN ('new', 'old'))")]
    [InlineData("length(t) <= 10", "(length(\"t\") <= 10)")]
    [InlineData("c = 'ABC'", "(lower(\"c\" COLLATE \"C\") = 'abc')")]
    [InlineData("s = 'x '", "((rtrim(\"s\", ' ') COLLATE \"C\") = 'x')")]
    [InlineData("t < 'b'", "(\"t\" COLLATE \"C\" < 'b')")]
    [InlineData("t LIKE '%@%'", "(\"t\" COLLATE \"C\" ILIKE '%@%' ESCAPE '')")]
    [InlineData("t GLOB '*.txt'", "(\"t\" COLLATE \"C\" ~ '^.*\\.txt$')")]
    [InlineData("d > '1997-01-01'", "(\"d\" > date '1997-01-01')")]
    [InlineData("d <= '1997-01-01 00:00:00'", "(\"d\" <= date '1997-01-01')")]
    [InlineData("ts >= '1997-01-01'", "(\"ts\" >= timestamp '1997-01-01 00:00:00.000')")]
    [InlineData("ts = '1997-01-01'", "((\"ts\" IS NULL) AND NULL::boolean)")]
    [InlineData("ux > 0", "(\"ux\" > timestamptz '1970-01-01 00:00:00+00')")]
    [InlineData("w = 't'", "(\"w\" = TRUE)")]
    [InlineData("j = '5'", "(\"j\" = 5)")]
    [InlineData("CASES.T IS NOT NULL", "(\"t\" IS NOT NULL)")]
    [InlineData("j / 2 > 1", "((\"j\" / 2::bigint) > 1)")]
    [InlineData("j / id > 1", "((\"j\" / NULLIF(\"id\", 0)) > 1)")]
    [InlineData("n * j <= 100", "((\"n\"::double precision * \"j\"::double precision) <= 100)")]
    [InlineData("coalesce(t, u) IS NOT NULL", "(coalesce(\"t\", \"u\") IS NOT NULL)")]
    [InlineData("true", "TRUE")]
    [InlineData("j BETWEEN 1 AND 5", "((\"j\" >= 1) AND (\"j\" <= 5))")]
    public void A_condition_becomes_a_condition(string expression, string sql)
    {
        var success = Assert.IsType<Outcome.Success>(Translate(expression, ExpressionPurpose.Check));
        Assert.Equal(sql, success.Sql);
        Assert.Equal(TargetType.Boolean, success.Type);
    }

    [Theory]
    [InlineData("t", "\"t\"")]
    [InlineData("t COLLATE NOCASE", "(lower(\"t\" COLLATE \"C\"))")]
    [InlineData("c", "(lower(\"c\" COLLATE \"C\"))")]
    [InlineData("c COLLATE BINARY", "\"c\"")]
    [InlineData("s", "((rtrim(\"s\", ' ') COLLATE \"C\"))")]
    [InlineData("lower(t)", "(lower(\"t\" COLLATE \"C\"))")]
    [InlineData("j + 1", "((\"j\" + 1::bigint))")]
    [InlineData("date(ts)", "(\"ts\"::date)")]
    [InlineData("b", "\"b\"")]
    public void An_index_key_has_its_own_parentheses_where_it_needs_them(string expression, string sql) =>
        Assert.Equal(sql, Assert.IsType<Outcome.Success>(Translate(expression, ExpressionPurpose.IndexKey)).Sql);

    [Theory]
    [InlineData("j * 2", "(\"j\" * 2::bigint)", "bigint")]
    [InlineData("n * 2", "(\"n\"::double precision * 2::double precision)", "double precision")]
    [InlineData("t || '-' || u", "((\"t\" || '-') || \"u\")", "text")]
    [InlineData("j > 1", "(\"j\" > 1)::integer::bigint", "bigint")]
    [InlineData("length(t)", "length(\"t\")::bigint", "bigint")]
    [InlineData("ts", "\"ts\"", "timestamp(3) without time zone")]
    public void A_generated_column_tells_its_type(string expression, string sql, string type)
    {
        var success = Assert.IsType<Outcome.Success>(Translate(expression, ExpressionPurpose.Generated));
        Assert.Equal((sql, type), (success.Sql, success.Type.Sql));
    }

    [Theory]
    [InlineData("strftime('%Y', ts)")]
    [InlineData("ts || ''")]
    [InlineData("date('now')")]
    [InlineData("CURRENT_TIMESTAMP")]
    public void An_index_and_a_generated_column_must_be_immutable(string expression)
    {
        foreach (var purpose in new[] { ExpressionPurpose.IndexKey, ExpressionPurpose.Generated })
            Assert.Contains("immutable", Assert.IsType<Outcome.Failure>(Translate(expression, purpose)).Reason);
    }

    [Theory]
    [InlineData("t + 1", "adds texts as numbers")]
    [InlineData("t * 1", "numbers out of texts")]
    [InlineData("typeof(j) = 'integer'", "storage class")]
    [InlineData("j = t", "look like numbers")]
    [InlineData("t AND j", "whether it is true")]
    [InlineData("n % 2", "integers only")]
    [InlineData("n * 2 / 3", "as integers or as reals")]
    [InlineData("r || ''", "print a real number differently")]
    [InlineData("CAST(t AS INTEGER) = 1", "begins with")]
    [InlineData("t REGEXP 'x'", "application defines")]
    [InlineData("t GLOB '[a-z]*'", "GLOB with [")]
    [InlineData("date(t) = '1997-01-01'", "by its looks")]
    [InlineData("date(tz) = '1997-01-01'", "milliseconds")]
    [InlineData("date(d, '+1 month') = '1997-01-01'", "+1 month")]
    [InlineData("date(d, 'localtime') = '1997-01-01'", "localtime")]
    [InlineData("json_extract(t, '$.a') = 1", "json_extract")]
    [InlineData("t -> '$.a'", "JSON")]
    [InlineData("random() > 0", "random")]
    [InlineData("missing = 1", "no column missing")]
    [InlineData("j IN (SELECT id FROM cases)", "no query")]
    [InlineData("count(*) > 1", "aggregate")]
    [InlineData("t COLLATE german = 'x'", "not SQLite's own")]
    [InlineData("CASE WHEN j THEN 1 ELSE 'x' END = 1", "different storage classes")]
    [InlineData("max(j, t) = 1", "texts and numbers")]
    [InlineData("(j, id) = (1, 2)", "row values")]
    public void What_would_mean_something_else_is_refused_with_a_reason(string expression, string reason)
    {
        var failure = Assert.IsType<Outcome.Failure>(Translate(expression, ExpressionPurpose.Check));
        Assert.Contains(reason, failure.Reason);
        Assert.NotEmpty(failure.Span.Of(expression));
    }

    private static Outcome Translate(string expression, ExpressionPurpose purpose) =>
        ExpressionTranslator.Translate(Assert.IsType<ExpressionResult.Success>(SqlParser.ParseExpression(expression)).Expression, CaseTable.Relation, purpose);
}
