using System.Text;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Tests.Profiling;

namespace Godwit.Sqlite.Tests.Choosing;

public sealed class SampleTypesTests
{
    [Fact]
    public void Every_column_of_Chinook_gets_the_type_a_careful_person_would_choose() =>
        Assert.Equal(ChinookTypes.Expected, ChoicesOf("chinook.sqlite"), ignoreLineEndingDifferences: true);

    [Fact]
    public void Every_column_of_Northwind_gets_the_type_a_careful_person_would_choose() =>
        Assert.Equal(NorthwindTypes.Expected, ChoicesOf("northwind.sqlite"), ignoreLineEndingDifferences: true);

    [Fact]
    public void A_flag_kept_as_text_stays_text_and_the_reason_tells_what_a_mapping_file_could_do()
    {
        using var connection = SqliteConnection.OpenForReading(SampleDatabases.Find("northwind.sqlite"));
        var (_, choice) = ProfiledSource.Choose(connection, "Products").Single(c => c.Column.Name == "Discontinued");
        Assert.Equal("declared TEXT; every value is '0' or '1', so --map can make it boolean", choice.Reason);
    }

    private static string ChoicesOf(string file)
    {
        using var connection = SqliteConnection.OpenForReading(SampleDatabases.Find(file));
        var text = new StringBuilder();
        using var tables = connection.Prepare(@"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name");
        while (tables.Step())
        {
            var table = tables.GetText(0);
            text.Append(table).Append('\n');
            foreach (var (column, choice) in ProfiledSource.Choose(connection, table))
            {
                Assert.Empty(choice.Findings);
                text.Append($"    {column.Name}: {choice.Type.Sql}");
                if (choice.LengthCheck is { } length) text.Append($" <= {length}");
                text.Append($" by {choice.Mapping.Kind}");
                if (choice.Mapping.Kind is MappingKind.TimestampText) text.Append($" {choice.Mapping.Fraction}");
                text.Append('\n');
            }
        }
        return text.ToString().TrimEnd('\n');
    }
}
