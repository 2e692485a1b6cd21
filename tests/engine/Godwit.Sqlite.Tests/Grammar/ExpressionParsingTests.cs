using FsCheck;
using FsCheck.Fluent;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Tests.Grammar;

public sealed class ExpressionParsingTests
{
    [Fact]
    public void A_printed_expression_parses_to_the_same_tree() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(Expressions.Any, expression =>
            SqlParser.ParseExpression(SqlPrinter.Print(expression)) is ExpressionResult.Success success && success.Expression.Equals(expression)));

    [Fact]
    public void No_text_makes_the_parser_throw()
    {
        string[] pieces = ["a", "(", ")", "'", "\"", "[", "CASE", "WHEN", "THEN", "END", "NOT", "BETWEEN", "AND", ",", ".", "1e", "0x", "x'1", "--", "/*", "IN", "SELECT", "\0", "😀", "OVER", "CREATE", "TABLE", "VIEW"];
        var texts = Gen.Elements(pieces).ListOf().Select(l => string.Join(' ', l)).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(texts, text =>
        {
            _ = SqlParser.ParseExpression(text);
            return SqlParser.ParseSchemaStatement(text) is not null;
        }));
    }

    [Theory]
    [InlineData("a + b * c", "a + (b * c)")]
    [InlineData("a || b + c", "(a || b) + c")]
    [InlineData("NOT a = b", "NOT (a = b)")]
    [InlineData("NOT a AND b", "(NOT a) AND b")]
    [InlineData("a AND b OR c AND d", "(a AND b) OR (c AND d)")]
    [InlineData("a = b < c", "a = (b < c)")]
    [InlineData("a < b & c", "a < (b & c)")]
    [InlineData("-a COLLATE x", "(-a) COLLATE x")]
    [InlineData("a || b COLLATE x", "a || (b COLLATE x)")]
    [InlineData("a BETWEEN b AND c AND d", "(a BETWEEN b AND c) AND d")]
    [InlineData("a IS NOT b", "a IS NOT (b)")]
    [InlineData("a IS NOT DISTINCT FROM b", "a IS b")]
    [InlineData("a IS DISTINCT FROM b", "a IS NOT b")]
    [InlineData("a == b", "a = b")]
    [InlineData("a != b", "a <> b")]
    [InlineData("a ISNULL", "a IS NULL")]
    [InlineData("a NOTNULL", "a NOT NULL")]
    [InlineData("a - b - c", "(a - b) - c")]
    [InlineData("a LIKE b ESCAPE c AND d", "(a LIKE b ESCAPE c) AND d")]
    [InlineData("a -> b ->> c", "(a -> b) ->> c")]
    [InlineData("~a | b << 2", "((~a) | b) << 2")]
    [InlineData("a IN (1, 2) = b", "(a IN (1, 2)) = b")]
    public void Operators_bind_as_in_SQLite(string written, string meant) => Assert.Equal(Parse(meant), Parse(written));

    [Fact]
    public void Integers_beyond_64_bits_are_reals_but_the_smallest_is_not()
    {
        Assert.Equal(new IntegerLiteral(long.MaxValue), Parse("9223372036854775807"));
        Assert.Equal(new RealLiteral(9223372036854775808.0), Parse("9223372036854775808"));
        Assert.Equal(new IntegerLiteral(long.MinValue), Parse("-9223372036854775808"));
        Assert.Equal(new IntegerLiteral(-1), Parse("0xffffffffffffffff"));
    }

    [Fact]
    public void A_name_keeps_how_it_was_quoted()
    {
        Assert.Equal(Quoting.Double, Assert.IsType<ColumnReference>(Parse("\"a\"")).Column.Quoting);
        Assert.Equal(Quoting.Bracket, Assert.IsType<ColumnReference>(Parse("[a]")).Column.Quoting);
        Assert.Equal(Quoting.Single, Assert.IsType<ColumnReference>(Parse("t.'a'")).Column.Quoting);
    }

    [Fact]
    public void A_span_quotes_the_expression_with_its_parentheses()
    {
        const string Sql = " (a + b) * /* c */ d ";
        var product = Assert.IsType<BinaryExpression>(Parse(Sql));
        Assert.Equal("(a + b) * /* c */ d", product.Span.Of(Sql));
        Assert.Equal("(a + b)", product.Left.Span.Of(Sql));
    }

    [Fact]
    public void Deep_nesting_is_an_error_and_not_a_crash()
    {
        Assert.IsType<ExpressionResult.Failure>(SqlParser.ParseExpression(new string('(', 100_000) + "1" + new string(')', 100_000)));
        Assert.IsType<ExpressionResult.Failure>(SqlParser.ParseExpression(new string('-', 100_001).Replace("--", "- ") + "1"));
        Assert.IsType<ExpressionResult.Failure>(SqlParser.ParseExpression(string.Join('+', Enumerable.Repeat("1", 5000))));
        Assert.IsType<ExpressionResult.Success>(SqlParser.ParseExpression(string.Join(" AND ", Enumerable.Repeat("a", 900))));
    }

    [Fact]
    public void An_error_says_where_it_is()
    {
        var failure = Assert.IsType<ExpressionResult.Failure>(SqlParser.ParseExpression("a +\n  )"));
        Assert.Equal((2, 3, 6), (failure.Error.Line, failure.Error.Column, failure.Error.Position));
    }

    private static Expression Parse(string sql) => Assert.IsType<ExpressionResult.Success>(SqlParser.ParseExpression(sql)).Expression;
}
