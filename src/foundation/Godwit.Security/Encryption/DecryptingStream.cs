using System.Security.Cryptography;

namespace Godwit.Security.Encryption;

/// <summary>Reads what an <see cref="EncryptingStream"/> wrote, in constant memory. No byte is given out before its chunk is authenticated, and the end only after the last chunk is.</summary>
public sealed class DecryptingStream : Stream
{
    private readonly Stream _inner;
    private readonly AesGcm _cipher;
    private readonly byte[] _plain = new byte[EncryptedFormat.ChunkLength];
    private readonly byte[] _sealed = new byte[EncryptedFormat.ChunkLength + EncryptedFormat.TagLength];
    private int _from, _to, _ahead = -1;
    private long _chunks;
    private bool _over;

    /// <param name="inner">The encrypted bytes; stays open.</param>
    /// <param name="key">The key.</param>
    /// <param name="name">Under which it was written.</param>
    /// <exception cref="DecryptionException">It is no such file, or of another key.</exception>
    public DecryptingStream(Stream inner, EncryptionKey key, string name)
    {
        _inner = inner;
        var header = new byte[EncryptedFormat.HeaderLength];
        EncryptedFormat.Check(header.AsSpan(0, inner.ReadAtLeast(header, header.Length, throwOnEndOfStream: false)), key);
        _cipher = EncryptedFormat.Cipher(key, header, name);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="DecryptionException">What is there is not what was written.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0) return 0;
        if (_from == _to && !_over) Open();
        var take = Math.Min(buffer.Length, _to - _from);
        _plain.AsSpan(_from, take).CopyTo(buffer);
        _from += take;
        return take;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    private void Open()
    {
        var begun = 0;
        if (_ahead >= 0) _sealed[begun++] = (byte)_ahead;
        var length = begun + _inner.ReadAtLeast(_sealed.AsSpan(begun), _sealed.Length - begun, throwOnEndOfStream: false);
        // A full chunk is the last one only where nothing follows it.
        _ahead = length == _sealed.Length ? _inner.ReadByte() : -1;
        var last = _ahead < 0;
        if (length < EncryptedFormat.TagLength) throw new DecryptionException("its end is cut off");
        if (_chunks >= EncryptedFormat.MostChunks) throw new DecryptionException("it is longer than such a file can be");
        Span<byte> nonce = stackalloc byte[EncryptedFormat.NonceLength];
        EncryptedFormat.WriteNonce(nonce, _chunks++, last);
        var data = length - EncryptedFormat.TagLength;
        try
        {
            _cipher.Decrypt(nonce, _sealed.AsSpan(0, data), _sealed.AsSpan(data, EncryptedFormat.TagLength), _plain.AsSpan(0, data));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new DecryptionException("it is not what was written: a byte, its order or its end was changed, or it stands in another's place", e);
        }
        (_from, _to, _over) = (0, data, last);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cipher.Dispose();
            CryptographicOperations.ZeroMemory(_plain);
        }
        base.Dispose(disposing);
    }
}
