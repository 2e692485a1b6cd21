using Godwit.Cli.Move.Sources;
using Godwit.Engine.Keys;
using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Rows;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Connections;
using Godwit.Security.Keyring;

namespace Godwit.Cli.Move;

/// <summary>Both sides, opened; or what speaks against either, all at once.</summary>
internal sealed class OpenedMove : IDisposable
{
    private IRowSource? _keyed;

    private OpenedMove(IMoveSource? source, PostgresTarget? target, IReadOnlyList<Finding> findings)
    {
        Source = source;
        Target = target;
        Findings = findings;
    }

    public IMoveSource? Source { get; }

    public PostgresTarget? Target { get; }

    /// <summary>The source's rows: plain, or made with keys once <see cref="UseKeysAsync"/> has opened them.</summary>
    public IRowSource Rows => _keyed ?? Source!.Rows;

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

    /// <summary>Lets the source's rows be made with the keys of the target's keyring, where the plan has such columns; that they cannot be had is a finding.</summary>
    /// <param name="plan">The move.</param>
    /// <param name="keyring">The target's.</param>
    /// <param name="writes">Whether there has to be an active key for each purpose.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task<IReadOnlyList<Finding>> UseKeysAsync(MovePlan plan, IRunKeyring keyring, bool writes, CancellationToken cancellation)
    {
        try
        {
            if (writes && await KeyReadiness.FindMissingAsync(keyring, KeyedMoves.Purposes(plan), cancellation) is { Count: > 0 } missing) return missing;
            _keyed = await KeyedRowSource.OpenAsync(Source!.Rows, plan, keyring, cancellation);
            return [];
        }
        catch (KeyringException reason)
        {
            return [KeyReadiness.Missing(reason)];
        }
    }

    public void Dispose() => Source?.Dispose();
}
