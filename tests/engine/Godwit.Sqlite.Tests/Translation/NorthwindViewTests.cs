using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Translation;

namespace Godwit.Sqlite.Tests.Translation;

public sealed class NorthwindViewTests
{
    [Fact]
    public void Every_view_but_Invoices_is_translated_with_SQLites_own_column_names()
    {
        using var connection = SqliteConnection.OpenForReading(SampleDatabases.Find("northwind.sqlite"), immutable: true);
        var scope = NorthwindSchema.Tables(connection, "public");
        var refused = new List<string>();
        foreach (var (name, sql, columns) in NorthwindSchema.Views(connection))
        {
            var parsed = Assert.IsType<ParseResult.Success>(SqlParser.ParseSchemaStatement(sql));
            switch (ViewTranslator.Translate((CreateView)parsed.Statement, sql, scope, name, columns))
            {
                case ViewTranslation.Success success:
                    Assert.Equal(columns, success.Plan.ColumnNames);
                    // Without being told, the translator finds the same names.
                    var alone = Assert.IsType<ViewTranslation.Success>(ViewTranslator.Translate((CreateView)parsed.Statement, sql, scope, name));
                    Assert.Equal(columns, alone.Plan.ColumnNames);
                    scope = scope.With(success.Relation);
                    break;
                case ViewTranslation.Failure failure:
                    refused.Add(name);
                    var obstacle = Assert.Single(failure.Obstacles);
                    Assert.Equal("Employees.FirstName + ' '", obstacle.SourceText);
                    Assert.Contains("adds texts as numbers", obstacle.Reason);
                    break;
            }
        }
        Assert.Equal(["Invoices"], refused);
    }
}
