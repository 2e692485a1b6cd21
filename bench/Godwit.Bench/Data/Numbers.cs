using System.Text;

namespace Godwit.Bench.Data;

/// <summary>SplitMix64: the same data on every machine.</summary>
internal sealed class Numbers(ulong seed)
{
    private static readonly string[] Syllables = ["go", "dwi", "t ", "flö", "ge", "ln ", "wa", "der ", "zug ", "鳥", "rück", "é ", "nest ", "мо", "ре "];

    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public int Below(int end) => (int)(Next() % (ulong)end);

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i += 8) BitConverter.TryWriteBytes(bytes.AsSpan(i), Next());
        for (var i = count & ~7; i < count; i++) bytes[i] = (byte)Next();
        return bytes;
    }

    public string Text(int characters)
    {
        var text = new StringBuilder(characters + 8);
        while (text.Length < characters) text.Append(Syllables[Below(Syllables.Length)]);
        return text.ToString(0, characters);
    }
}
