namespace Godwit.Redis.Protocol;

/// <summary>An aggregate whose values are still to come.</summary>
internal sealed class RespFrame(byte kind, int wanted)
{
    /// <summary>No more than this is set aside before the values are there: a server can claim any number.</summary>
    private const int SetAside = 64;

    private readonly List<RespValue> _values = new(Math.Min(wanted, SetAside));

    /// <summary>An attribute: it is about the value after it, and no value itself.</summary>
    public bool IsAside => kind == '|';

    public bool IsFull => _values.Count == wanted;

    public void Add(RespValue value) => _values.Add(value);

    public RespValue Close() => kind switch
    {
        (byte)'*' => new RespValue.Sequence(SequenceKind.Array, _values),
        (byte)'~' => new RespValue.Sequence(SequenceKind.Set, _values),
        (byte)'>' => new RespValue.Sequence(SequenceKind.Push, _values),
        _ => new RespValue.Map(Pairs()),
    };

    private KeyValuePair<RespValue, RespValue>[] Pairs()
    {
        var pairs = new KeyValuePair<RespValue, RespValue>[_values.Count / 2];
        for (var i = 0; i < pairs.Length; i++)
            pairs[i] = new(_values[2 * i], _values[(2 * i) + 1]);
        return pairs;
    }
}
