namespace Godwit.Redis.Connections;

/// <summary>Two buffers: what is collected, and what is being written meanwhile. Everything that was collected during one write is the next one. Used under its connection's lock.</summary>
internal sealed class OutgoingBytes(int most)
{
    private const int Usual = 64 * 1024;

    private byte[] _collected = new byte[Usual];
    private byte[] _other = new byte[Usual];

    public int Length { get; private set; }

    /// <summary>All bytes that were ever collected, and those of them that were handed over to be written.</summary>
    public long Collected { get; private set; }

    public long HandedOver { get; private set; }

    /// <summary>A single command larger than the limit still has room when nothing else is there.</summary>
    public bool HasRoomFor(int length) => Length == 0 || Length + length <= most;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (Length + bytes.Length > _collected.Length)
            Array.Resize(ref _collected, Math.Max(_collected.Length * 2, Length + bytes.Length));
        bytes.CopyTo(_collected.AsSpan(Length));
        Length += bytes.Length;
        Collected += bytes.Length;
    }

    /// <summary>What is to be written now; not before the last such write has ended.</summary>
    public ReadOnlyMemory<byte> HandOver()
    {
        var bytes = _collected.AsMemory(0, Length);
        // What one large command needed is not kept.
        (_collected, _other) = (_other.Length > 16 * Usual ? new byte[Usual] : _other, _collected);
        HandedOver += Length;
        Length = 0;
        return bytes;
    }
}
