using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Tests.Translation;

/// <summary>Without a server: every case has a translation, and SQLite itself runs its side. A journey runs the other side.</summary>
public sealed class DifferentialCaseTests
{
    public static TheoryData<string> Expressions => [.. ExpressionCases.All];

    public static TheoryData<string> Queries => [.. QueryCases.All];

    [Theory]
    [MemberData(nameof(Expressions))]
    public void Every_expression_translates_and_runs_in_SQLite(string expression) =>
        Assert.Equal(["1", "2", "3", "4", "5", "6"], Run(DifferentialCase.OfExpression(expression, "public")).Select(r => r[0]));

    [Theory]
    [MemberData(nameof(Queries))]
    public void Every_query_translates_and_runs_in_SQLite(string query) => Assert.NotNull(Run(DifferentialCase.OfQuery(query, "public")));

    private static IReadOnlyList<IReadOnlyList<string?>> Run(DifferentialCase differential)
    {
        using var connection = SqliteConnection.OpenInMemory();
        foreach (var statement in CaseTable.SqliteSetup) connection.Execute(statement);
        return differential.SqliteRows(connection);
    }
}
