using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Samples;

public sealed class ChinookTests(PostgresServers servers)
{
    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task Chinook_goes_over_whole_and_nothing_is_left_behind(int version)
    {
        using var journey = await SampleDatabase.PrepareAsync(servers, version, "chinook.sqlite");
        var outcome = (await journey.MoveAsync("--paranoid")).MustBeVerified();
        Assert.Equal(11, outcome.Document.Tables.Count);
        Assert.Equal(15_607, outcome.Document.Tables.Sum(t => t.Rows));
        Assert.Equal(ChinookSchema.Columns, await journey.ColumnsAsync());
        Assert.Equal(ChinookSchema.Constraints, await journey.ConstraintsAsync());
        Assert.Equal(ChinookSchema.Indexes, await journey.IndexesAsync());
        Assert.Empty(outcome.Document.NotMoved);
        Assert.Empty(await File.ReadAllTextAsync(journey.Folder.NotMoved, TestContext.Current.CancellationToken));
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
    }

    [Fact]
    public async Task The_next_row_gets_the_next_number()
    {
        using var journey = await SampleDatabase.PrepareAsync(servers, PostgresVersions.Default, "chinook.sqlite");
        (await journey.MoveAsync()).MustBeVerified();
        Assert.Equal([276L], await journey.RowAsync("""INSERT INTO "Artist" ("Name") VALUES ('The next') RETURNING "ArtistId" """));
    }
}
