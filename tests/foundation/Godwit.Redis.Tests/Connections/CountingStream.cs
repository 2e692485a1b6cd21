namespace Godwit.Redis.Tests.Connections;

/// <summary>Counts the writes to a stream, and can hold the next of them back.</summary>
internal sealed class CountingStream(Stream inner) : Stream
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _held;
    private int _writes;

    public int Writes => Volatile.Read(ref _writes);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public void Hold()
    {
        lock (_gate)
            _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void LetGo()
    {
        lock (_gate)
            _held?.TrySetResult();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _writes);
        Task held;
        lock (_gate)
            held = _held?.Task ?? Task.CompletedTask;
        await held;
        await inner.WriteAsync(buffer, cancellationToken);
    }

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
