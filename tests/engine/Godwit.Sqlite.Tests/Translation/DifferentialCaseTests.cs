using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Tests.Translation;

/// <summary>Without a server: every case has a translation, and SQLite itself runs its side.</summary>
public sealed class DifferentialCaseTests
{
    public static TheoryData<string> All => [.. ExpressionCases.All];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_case_translates_and_runs_in_SQLite(string expression)
    {
        using var connection = SqliteConnection.OpenInMemory();
        foreach (var statement in CaseTable.SqliteSetup) connection.Execute(statement);
        var rows = DifferentialCase.Of(expression, "public").SqliteRows(connection);
        Assert.Equal(["1", "2", "3", "4", "5", "6"], rows.Select(r => r.Key));
    }
}
