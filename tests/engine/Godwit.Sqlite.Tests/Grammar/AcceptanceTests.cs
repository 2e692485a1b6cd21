using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Tests.Grammar;

/// <summary>SQLite itself says which statements are its own.</summary>
public sealed class AcceptanceTests
{
    public static TheoryData<string> All => [.. Statements.All];

    [Theory]
    [MemberData(nameof(All))]
    public void The_parser_accepts_what_SQLite_accepts(string sql)
    {
        var path = Path.Combine(Path.GetTempPath(), $"godwit-grammar-{Guid.NewGuid():N}.sqlite");
        try
        {
            using var connection = SqliteConnection.OpenForWriting(path);
            connection.Execute("CREATE TABLE t(a, b, c)");
            connection.Execute("CREATE VIEW w AS SELECT 1 AS a");
            string? refusal = null;
            try
            {
                connection.Execute(sql);
            }
            catch (SqliteException fault)
            {
                refusal = fault.Message;
            }
            var result = SqlParser.ParseSchemaStatement(sql);
            if (refusal is null) Assert.True(result is ParseResult.Success, $"SQLite accepts it; the parser says {(result as ParseResult.Failure)?.Error}");
            else Assert.True(result is ParseResult.Failure, $"the parser accepts it; SQLite says {refusal}");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_list_is_long() => Assert.True(Statements.All.Count > 150);
}
