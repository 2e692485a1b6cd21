using System.Text;

namespace Godwit.Server.Tests.Running;

/// <summary>The bytes of a log, as they were written so far.</summary>
internal sealed class LogStream : Stream
{
    private readonly MemoryStream _bytes = new();
    private readonly Lock _gate = new();

    public string Text
    {
        get
        {
            lock (_gate) return Encoding.Latin1.GetString(_bytes.ToArray());
        }
    }

    public IReadOnlyList<string> Lines => Text.Split('\n')[..^1];

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count)
    {
        lock (_gate) _bytes.Write(buffer, offset, count);
    }
}
