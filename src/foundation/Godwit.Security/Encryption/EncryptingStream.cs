using System.Security.Cryptography;

namespace Godwit.Security.Encryption;

/// <summary>Encrypts what is written to it, in constant memory. The file is whole once <see cref="Complete"/> has returned; one that is disposed of without it does not open.</summary>
public sealed class EncryptingStream : Stream
{
    private readonly Stream _inner;
    private readonly AesGcm _cipher;
    private readonly byte[] _chunk = new byte[EncryptedFormat.ChunkLength];
    private readonly byte[] _sealed = new byte[EncryptedFormat.ChunkLength + EncryptedFormat.TagLength];
    private int _filled;
    private long _chunks;
    private bool _complete;

    /// <param name="inner">Where the encrypted bytes go; stays open.</param>
    /// <param name="key">The key.</param>
    /// <param name="name">What the file is: it opens under this name only.</param>
    public EncryptingStream(Stream inner, EncryptionKey key, string name)
    {
        _inner = inner;
        var header = EncryptedFormat.NewHeader(key);
        _cipher = EncryptedFormat.Cipher(key, header, name);
        inner.Write(header);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => !_complete;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_complete) throw new InvalidOperationException("the file is complete");
        while (buffer.Length > 0)
        {
            // Only with more at hand is it known that a full chunk is not the last.
            if (_filled == _chunk.Length) Seal(last: false);
            var take = Math.Min(buffer.Length, _chunk.Length - _filled);
            buffer[..take].CopyTo(_chunk.AsSpan(_filled));
            _filled += take;
            buffer = buffer[take..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Writes the last chunk, which says that it is the last.</summary>
    public void Complete()
    {
        if (_complete) return;
        Seal(last: true);
        _complete = true;
    }

    private void Seal(bool last)
    {
        if (_chunks >= EncryptedFormat.MostChunks) throw new IOException("the file is larger than an encrypted one can be");
        Span<byte> nonce = stackalloc byte[EncryptedFormat.NonceLength];
        EncryptedFormat.WriteNonce(nonce, _chunks++, last);
        _cipher.Encrypt(nonce, _chunk.AsSpan(0, _filled), _sealed.AsSpan(0, _filled), _sealed.AsSpan(_filled, EncryptedFormat.TagLength));
        _inner.Write(_sealed, 0, _filled + EncryptedFormat.TagLength);
        _filled = 0;
    }

    /// <summary>Nothing: a chunk is written when it is full.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cipher.Dispose();
            CryptographicOperations.ZeroMemory(_chunk);
        }
        base.Dispose(disposing);
    }
}
