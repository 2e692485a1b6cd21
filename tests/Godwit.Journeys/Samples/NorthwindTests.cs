using Godwit.Journeys.Running;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Samples;

public sealed class NorthwindTests(PostgresServers servers)
{
    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task Northwind_goes_over_and_its_views_give_equal_rows(int version)
    {
        using var journey = await SampleDatabase.PrepareAsync(servers, version, "northwind.sqlite");
        var outcome = (await journey.MoveAsync("--paranoid", "--accept", "GW1101:Invoices")).MustBeVerified();
        Assert.Equal(NorthwindSchema.Columns, await journey.ColumnsAsync());
        Assert.Equal(NorthwindSchema.Constraints, await journey.ConstraintsAsync());
        Assert.Equal(["Invoices"], outcome.Document.NotMoved.Select(n => n.Name));
        var views = Views(journey.Folder.Source).Except(["Invoices"]).ToList();
        Assert.Equal(15, views.Count);
        foreach (var view in views) ViewRows.AssertEqual(view, ViewRows.OfSource(journey.Folder.Source, view), await ViewRows.OfTargetAsync(journey, view));
        (await journey.VerifyAsync()).MustBeVerified();
    }

    [Fact]
    public async Task A_view_that_adds_texts_is_refused_and_says_so()
    {
        using var journey = await SampleDatabase.PrepareAsync(servers, PostgresVersions.Default, "northwind.sqlite");
        var outcome = (await journey.MoveAsync()).MustBe(1);
        var finding = Assert.Single(outcome.Errors);
        Assert.Equal("GW1101", finding.Code);
        Assert.Equal("view Invoices", finding.Place);
        Assert.Contains("+ adds texts as numbers", finding.Message);
        Assert.Contains("Employees.FirstName + ' '", finding.SourceText);
        var notMoved = await File.ReadAllTextAsync(journey.Folder.NotMoved, TestContext.Current.CancellationToken);
        Assert.Contains("GW1101  view Invoices", notMoved);
        Assert.Contains("--     CREATE VIEW [Invoices]", notMoved);
        Assert.DoesNotContain("godwit", await journey.RelationsAsync());
    }

    private static List<string> Views(string file)
    {
        using var connection = SqliteConnection.OpenForReading(file);
        using var statement = connection.Prepare("SELECT name FROM sqlite_schema WHERE type = 'view'");
        var names = new List<string>();
        while (statement.Step()) names.Add(statement.GetText(0));
        return names;
    }
}
