namespace Godwit.Cli.Sample.LearningSol;

/// <summary>SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the framework does not promise the numbers of a seed from one version to the next.</summary>
internal sealed class Dice(int seed)
{
    private ulong _state = (ulong)seed * 0x9E3779B97F4A7C15;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>0 to <paramref name="end"/> - 1.</summary>
    public int Below(int end) => (int)(Next() % (ulong)end);

    /// <summary>True once in <paramref name="times"/> on average.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) bytes[i] = (byte)Next();
        return bytes;
    }
}
