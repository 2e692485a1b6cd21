using Godwit.Cli.Move.Sources;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;

namespace Godwit.Cli.Move;

/// <summary>Both sides, opened; or what speaks against either, all at once.</summary>
internal sealed class OpenedMove : IDisposable
{
    private OpenedMove(IMoveSource? source, PostgresTarget? target, IReadOnlyList<Finding> findings)
    {
        Source = source;
        Target = target;
        Findings = findings;
    }

    public IMoveSource? Source { get; }

    public PostgresTarget? Target { get; }

    public IReadOnlyList<Finding> Findings { get; }

    public static async Task<OpenedMove> OpenAsync(MoveRequest request, PostgresUrl? url, CancellationToken cancellation)
    {
        var (source, findings) = await OpenSourceAsync(request, ConnectionEnvironment.Process, cancellation);
        if (url is null) return new OpenedMove(source, null, findings);
        var reading = await PostgresTarget.ConnectAsync(url, cancellationToken: cancellation);
        return new OpenedMove(source, reading.Target, [.. findings, .. reading.Findings]);
    }

    /// <summary>The same with a target that was reached already.</summary>
    public static async Task<OpenedMove> OpenAsync(MoveRequest request, PostgresTarget? target, ConnectionEnvironment environment, CancellationToken cancellation)
    {
        var (source, findings) = await OpenSourceAsync(request, environment, cancellation);
        return new OpenedMove(source, target, findings);
    }

    private static async Task<(IMoveSource? Source, IReadOnlyList<Finding> Findings)> OpenSourceAsync(MoveRequest request, ConnectionEnvironment environment, CancellationToken cancellation) =>
        SourceAddress.IsUrl(request.From) ? await PostgresMoveSource.OpenAsync(request, environment, cancellation) : SqliteMoveSource.Open(request);

    public void Dispose() => Source?.Dispose();
}
