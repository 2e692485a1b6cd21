using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Tests.Grammar;

public sealed class StatementParsingTests
{
    [Fact]
    public void A_table_keeps_names_types_and_constraints()
    {
        var table = Parse<CreateTable>("""
            CREATE TABLE "Order Details" (
              [OrderID]INTEGER NOT NULL CONSTRAINT pk PRIMARY KEY AUTOINCREMENT,
              price DECIMAL (10, 2) DEFAULT -1 CHECK (price > 0),
              code "long word" COLLATE NOCASE REFERENCES p(c) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
              total AS (price * 2) STORED,
              bare,
              CONSTRAINT u UNIQUE (price, code COLLATE RTRIM DESC) ON CONFLICT IGNORE
              FOREIGN KEY (code) REFERENCES p
            ) WITHOUT ROWID, STRICT
            """);
        Assert.Equal("Order Details", table.Name.Text);
        Assert.True(table.WithoutRowId && table.Strict);
        Assert.Equal(["OrderID", "price", "code", "total", "bare"], table.Columns.Select(c => c.Name.Text));
        Assert.Equal(["INTEGER", "DECIMAL(10,2)", "long word", null, null], table.Columns.Select(c => c.Type?.ToString()));
        var key = Assert.IsType<ColumnPrimaryKey>(table.Columns[0].Constraints[1]);
        Assert.Equal(("pk", true), (key.Name?.Text, key.AutoIncrement));
        var reference = Assert.IsType<ColumnReferences>(table.Columns[2].Constraints[1]).Clause;
        Assert.True(reference.IsDeferred);
        Assert.Equal(ReferentialAction.SetNull, reference.OnDelete);
        Assert.True(Assert.IsType<ColumnGenerated>(table.Columns[3].Constraints[0]).Stored);
        var unique = Assert.IsType<TableUnique>(table.Constraints[0]);
        Assert.Equal(("u", "RTRIM", SortDirection.Descending), (unique.Name?.Text, unique.Columns[1].Collation?.Text, unique.Columns[1].Direction));
        Assert.Equal("code", unique.Columns[1].Column?.Text);
        Assert.Null(table.Constraints[1].Name);
    }

    [Theory]
    [InlineData("DEFAULT word", "word")]
    [InlineData("DEFAULT \"a b\"", "a b")]
    [InlineData("DEFAULT 'x'", "x")]
    [InlineData("DEFAULT \"true\"", "true")]
    public void A_bare_default_is_a_text(string clause, string value) =>
        Assert.Equal(new ColumnDefault(new StringLiteral(value), Parenthesised: false), Default(clause));

    [Fact]
    public void Other_defaults_are_expressions()
    {
        Assert.Equal(new ColumnDefault(new IntegerLiteral(1), Parenthesised: false), Default("DEFAULT TRUE"));
        Assert.Equal(new ColumnDefault(new UnaryExpression(UnaryOperator.Negate, new IntegerLiteral(1)), Parenthesised: false), Default("DEFAULT -1"));
        Assert.Equal(new ColumnDefault(new CurrentLiteral(CurrentKind.Timestamp), Parenthesised: false), Default("DEFAULT current_timestamp"));
        Assert.Equal(new ColumnDefault(new StringLiteral("current_timestamp"), Parenthesised: false), Default("DEFAULT \"current_timestamp\""));
        Assert.Equal(new ColumnDefault(new FunctionCall(new Name("f"), []), Parenthesised: true), Default("DEFAULT (f())"));
    }

    [Fact]
    public void A_trigger_keeps_its_header_and_the_text_of_its_body()
    {
        var trigger = Parse<CreateTrigger>("CREATE TRIGGER g BEFORE UPDATE OF a, [b c] ON t WHEN new.a > 1 BEGIN SELECT 'x; END'; END;");
        Assert.Equal((TriggerTiming.Before, TriggerEvent.Update, "t"), (trigger.Timing, trigger.Event, trigger.Table.Text));
        Assert.Equal(["a", "b c"], trigger.UpdateOf.Select(n => n.Text));
        Assert.NotNull(trigger.When);
        Assert.Equal("BEGIN SELECT 'x; END'; END", trigger.Body);
    }

    [Fact]
    public void A_virtual_table_keeps_the_text_of_its_arguments()
    {
        var table = Parse<CreateVirtualTable>("CREATE VIRTUAL TABLE v USING fts5(a, b, tokenize = 'porter (x)', c(d))");
        Assert.Equal(("fts5", "a, b, tokenize = 'porter (x)', c(d)"), (table.Module.Text, table.Arguments));
    }

    [Theory]
    [InlineData("", Affinity.Blob)]
    [InlineData("BLOB", Affinity.Blob)]
    [InlineData("POINT", Affinity.Integer)]
    [InlineData("VARCHAR(10)", Affinity.Text)]
    [InlineData("DOUBLE PRECISION", Affinity.Real)]
    [InlineData("CHARINT", Affinity.Integer)]
    [InlineData("DATETIME", Affinity.Numeric)]
    [InlineData("STRING", Affinity.Numeric)]
    public void Affinity_follows_the_declared_type(string type, Affinity affinity) => Assert.Equal(affinity, DeclaredType.AffinityOf(type));

    private static ColumnConstraint Default(string clause) => Parse<CreateTable>($"CREATE TABLE x(a {clause} NOT NULL)").Columns[0].Constraints[0];

    private static T Parse<T>(string sql) where T : SchemaStatement =>
        Assert.IsType<T>(Assert.IsType<ParseResult.Success>(SqlParser.ParseSchemaStatement(sql)).Statement);
}
