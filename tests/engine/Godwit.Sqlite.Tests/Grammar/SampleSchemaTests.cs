using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Tests.Grammar;

public sealed class SampleSchemaTests
{
    [Theory]
    [InlineData("chinook.sqlite")]
    [InlineData("northwind.sqlite")]
    public void Every_statement_of_a_sample_database_parses(string file)
    {
        using var connection = SqliteConnection.OpenForReading(SampleDatabases.Find(file), immutable: true);
        using var schema = connection.Prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
        var statements = 0;
        while (schema.Step())
        {
            var sql = schema.GetText(1);
            var result = SqlParser.ParseSchemaStatement(sql);
            var success = Assert.IsType<ParseResult.Success>(result);
            Assert.Equal(schema.GetText(0), success.Statement.Name.Text);
            Assert.Equal(sql.TrimEnd(';', ' ', '\n', '\r'), success.Statement.Span.Of(sql));
            statements++;
        }
        Assert.True(statements > 20);
    }
}
