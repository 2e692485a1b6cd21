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
        var findings = new List<Finding>();
        var opened = SourceFile.Open(request.From, new SourceOpenOptions { ScratchFolder = RunPointer.ScratchFolder, Readers = request.Jobs + 1 });
        findings.AddRange(opened.Findings);
        PostgresTarget? target = null;
        if (url is not null)
        {
            var reading = await PostgresTarget.ConnectAsync(url, cancellationToken: cancellation);
            findings.AddRange(reading.Findings);
            target = reading.Target;
        }
        return new OpenedMove(opened.File, target, findings);
    }

    public void Dispose() => Source?.Dispose();
}
