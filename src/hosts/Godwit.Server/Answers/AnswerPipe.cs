using System.IO.Pipelines;

namespace Godwit.Server.Answers;

/// <summary>What goes out on a connection. It passes everything on, until it is told that the server's own last answer is to be another: what is written from then on is thrown away, and that answer goes out instead, once.</summary>
internal sealed class AnswerPipe(PipeWriter inner) : PipeWriter
{
    private byte[]? _instead;
    private byte[] _discarded = [];
    private bool _replacing;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    /// <summary>The caller is the connection's own loop, before it writes.</summary>
    public void Replace(byte[] answer) => (_instead, _replacing) = (answer, true);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _replacing ? Discarded(sizeHint) : inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _replacing ? Discarded(sizeHint) : inner.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        if (!_replacing) inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _instead, null) is not { } answer) return inner.FlushAsync(cancellationToken);
        return inner.WriteAsync(answer, cancellationToken);
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) => _replacing ? FlushAsync(cancellationToken) : inner.WriteAsync(source, cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    private byte[] Discarded(int sizeHint)
    {
        if (_discarded.Length < Math.Max(sizeHint, 4096)) _discarded = new byte[Math.Max(sizeHint, 4096)];
        return _discarded;
    }
}
