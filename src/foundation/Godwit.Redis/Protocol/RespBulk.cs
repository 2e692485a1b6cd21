using System.Text;

namespace Godwit.Redis.Protocol;

/// <summary>A text whose bytes are still to come. Room grows with what is there, not with what was announced.</summary>
internal sealed class RespBulk(byte kind, int length)
{
    private const int SetAside = 64 * 1024;

    private byte[] _bytes = new byte[Math.Min(length, SetAside)];
    private int _filled;
    private int _end;

    public bool IsWhole => _end == 2;

    public int Fill(ReadOnlySpan<byte> input)
    {
        var taken = Math.Min(input.Length, length - _filled);
        if (_filled + taken > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(length, Math.Max(2L * _bytes.Length, _filled + taken)));
        input[..taken].CopyTo(_bytes.AsSpan(_filled));
        _filled += taken;
        for (; _filled == length && _end < 2 && taken < input.Length; taken++, _end++)
        {
            if (input[taken] != (_end == 0 ? '\r' : '\n'))
                throw new RespException("a text is not as long as was said");
        }
        return taken;
    }

    public RespValue Close() => kind switch
    {
        (byte)'$' => new RespValue.Bulk(_bytes),
        (byte)'!' => RespText.Refusal(_bytes),
        // Three letters of format and a colon (RESP3, "Verbatim string type").
        _ => length >= 4 && _bytes[3] == ':'
            ? new RespValue.Verbatim(Encoding.Latin1.GetString(_bytes, 0, 3), _bytes[4..])
            : throw new RespException("a verbatim text without its format"),
    };
}
