using System.Globalization;
using System.Text;

namespace Godwit.Journeys.Faithful.Anything;

/// <summary>A column and where its values come from: one storage class, or integers and reals where the affinity takes both, in any size and shape.</summary>
internal sealed class RandomColumn
{
    private readonly Random _random;
    private readonly Func<object> _value;
    private readonly int _nulls;

    public RandomColumn(Random random, string name, string declared)
    {
        _random = random;
        Name = name;
        Declared = declared;
        _nulls = random.Next(4);
        _value = Choose(declared);
    }

    public string Name { get; }

    public string Declared { get; }

    public bool IsKey { get; init; }

    public object? Next() => _random.Next(10) < _nulls ? null : _value();

    /// <summary>What the declaration leads one to expect, or, one time in four, something else that SQLite stores there as it is.</summary>
    private Func<object> Choose(string declared)
    {
        if (_random.Next(4) == 0) return _random.Next(2) == 0 ? Bytes : Letters;
        return declared switch
        {
            "INTEGER" or "INT" or "BIGINT" or "TINYINT(1)" => _random.Next(3) == 0 ? Number : () => Integer(),
            "REAL" or "DOUBLE PRECISION" or "FLOAT" => () => Real(),
            "NUMERIC" or "DECIMAL(12,3)" or "STRING" or "FLOATING POINT" => Number,
            "BOOLEAN" => _random.Next(2) == 0 ? () => (long)_random.Next(2) : () => _random.Next(2) == 0 ? "true" : "false",
            "DATE" => () => Day().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            "DATETIME" => Moments(),
            "TIME" => () => Day().ToString("HH:mm:ss", CultureInfo.InvariantCulture),
            "UUID" => () => new Guid([.. Enumerable.Range(0, 16).Select(_ => (byte)_random.Next(256))]).ToString(),
            "JSON" => () => $"{{\"a\": {_random.Next(100)} }}",
            "BLOB" => Bytes,
            "" => _random.Next(3) switch { 0 => () => Integer(), 1 => () => Real(), _ => Bytes },
            _ => Letters,
        };
    }

    private Func<object> Moments() => _random.Next(4) switch
    {
        0 => () => Day().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        1 => () => Day().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        2 => () => (long)_random.Next(1_000_000_000, 2_000_000_000),
        _ => () => Day().ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
    };

    private DateTime Day() => new DateTime(1, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).AddTicks(_random.NextInt64(0, 9998L * 365 * 864_000_000_000) / 10 * 10);

    private long Integer() => _random.Next(5) switch
    {
        0 => long.MaxValue - _random.Next(2),
        1 => long.MinValue + _random.Next(2),
        2 => _random.NextInt64(long.MinValue, long.MaxValue),
        _ => _random.Next(-1000, 1000),
    };

    /// <summary>Finite or not, but no NaN, which SQLite does not keep.</summary>
    private double Real() => _random.Next(6) switch
    {
        0 => double.PositiveInfinity,
        1 => _random.Next(-100, 100),
        2 => double.Epsilon * _random.Next(1, 1000),
        3 => BitConverter.Int64BitsToDouble(_random.NextInt64()) is var any && double.IsFinite(any) ? any : double.MaxValue,
        _ => Math.Round(_random.NextDouble() * 1000, 2),
    };

    /// <summary>A whole real is an INTEGER to a NUMERIC column, so only others are.</summary>
    private object Number() => Real() is var real && _random.Next(2) == 0 && double.IsFinite(real) && Math.Floor(real) != real ? real : Integer();

    private object Letters()
    {
        var text = new StringBuilder("x");
        for (var i = _random.Next(30); i > 0; i--) text.Append(new Rune(_random.Next(4) == 0 ? _random.Next(0x1F300, 0x1F5FF) : _random.Next(1, 0xD7FF)));
        return text.ToString();
    }

    private object Bytes()
    {
        var bytes = new byte[_random.Next(60)];
        _random.NextBytes(bytes);
        return bytes;
    }
}
