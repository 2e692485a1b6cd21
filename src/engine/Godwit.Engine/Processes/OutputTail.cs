using System.Text;
using Godwit.Engine.Secrets;

namespace Godwit.Engine.Processes;

/// <summary>The end of what a process printed: there is where it says what went wrong.</summary>
internal sealed class OutputTail
{
    /// <summary>Kept until it is masked: more than is shown, so that no secret is cut before it is recognised.</summary>
    private const int Kept = 64 * 1024;

    private const int Shown = 4 * 1024;

    private readonly Lock _lock = new();
    private readonly byte[] _ring = new byte[Kept];
    private long _written;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            foreach (var b in bytes) _ring[_written++ % Kept] = b;
        }
    }

    /// <summary>Without secrets, and short enough to be kept with the run.</summary>
    public string Show(SecretValues secrets)
    {
        byte[] bytes;
        bool cut;
        lock (_lock)
        {
            cut = _written > Kept;
            bytes = new byte[Math.Min(_written, Kept)];
            for (var i = 0; i < bytes.Length; i++) bytes[i] = _ring[(_written - bytes.Length + i) % Kept];
        }
        var text = Encoding.UTF8.GetString(bytes).Replace("\0", "", StringComparison.Ordinal);
        // The first line has lost its beginning, and with it what a secret is recognised by.
        if (cut) text = text.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var end ? text[(end + 1)..] : "";
        text = secrets.Mask(text).TrimEnd();
        return text.Length <= Shown && !cut ? text : "… " + text[Math.Max(0, text.Length - Shown)..];
    }
}
