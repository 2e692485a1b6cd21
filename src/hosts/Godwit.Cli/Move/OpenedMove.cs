using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Sqlite.Opening;

namespace Godwit.Cli.Move;

/// <summary>Both sides, opened; or what speaks against either, all at once.</summary>
internal sealed class OpenedMove : IDisposable
{
    private OpenedMove(SourceFile? source, PostgresTarget? target, IReadOnlyList<Finding> findings)
    {
        Source = source;
        Target = target;
        Findings = findings;
    }

    public SourceFile? Source { get; }

    public PostgresTarget? Target { get; }

    public IReadOnlyList<Finding> Findings { get; }

    public static async Task<OpenedMove> OpenAsync(MoveRequest request, PostgresUrl? url, CancellationToken cancellation)
    {
        var opened = OpenSource(request);
        if (url is null) return new OpenedMove(opened.File, null, opened.Findings);
        var reading = await PostgresTarget.ConnectAsync(url, cancellationToken: cancellation);
        return new OpenedMove(opened.File, reading.Target, [.. opened.Findings, .. reading.Findings]);
    }

    /// <summary>The same with a target that was reached already.</summary>
    public static OpenedMove Open(MoveRequest request, PostgresTarget? target)
    {
        var opened = OpenSource(request);
        return new OpenedMove(opened.File, target, opened.Findings);
    }

    private static SourceOpenResult OpenSource(MoveRequest request) =>
        SourceFile.Open(request.From, new SourceOpenOptions { ScratchFolder = RunPointer.ScratchFolder, Readers = request.Jobs + 1 });

    public void Dispose() => Source?.Dispose();
}
