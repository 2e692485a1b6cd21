using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Damage;

/// <summary>Copies of a moved and verified database, each of which somebody damages with psql, and what <c>verify</c> says of them.</summary>
public sealed class DamagedCopies(PostgresServers servers) : IAsyncLifetime
{
    private Journey? _moved;

    public async ValueTask InitializeAsync() => _moved = await Damaged.PrepareAsync(servers);

    public ValueTask DisposeAsync()
    {
        _moved?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Copies, damages, verifies: the mismatches of exit 3.</summary>
    public async Task<IReadOnlyList<FindingLine>> VerifyAsync(string damage, params IReadOnlyList<string> options)
    {
        var moved = _moved!;
        var copy = await moved.Target.Server.CreateDatabaseAsync(moved.Target, TestContext.Current.CancellationToken);
        await copy.ExecuteAsync(damage);
        var outcome = (await moved.RunAsync(["verify", "--from", moved.Folder.Source, "--to", copy.Url, "--json", .. options])).MustBe(3);
        Assert.Equal("failed", outcome.Document.Outcome);
        Assert.NotEmpty(outcome.Document.Mismatches);
        return outcome.Document.Mismatches;
    }
}
