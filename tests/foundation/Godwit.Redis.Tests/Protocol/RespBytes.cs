using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Redis.Protocol;

namespace Godwit.Redis.Tests.Protocol;

/// <summary>Random answers with their bytes, and a text of an answer that two of them can be compared by.</summary>
internal static class RespBytes
{
    public static Arbitrary<byte[]> Answers => Gen.Sized(size => Value(Math.Min(size / 10, 3)).ListOf(3).Select(v => Encoding.Latin1.GetBytes(string.Concat(v)))).ToArbitrary();

    public static byte[] Of(string latin1) => Encoding.Latin1.GetBytes(latin1);

    /// <summary>Everything that a reader makes of pieces.</summary>
    public static List<RespValue> ReadAll(IEnumerable<byte[]> pieces, RespLimits? limits = null)
    {
        var reader = new RespReader(limits ?? RespLimits.Default);
        var values = new List<RespValue>();
        foreach (var piece in pieces)
        {
            for (var at = 0; at < piece.Length;)
            {
                at += reader.Read(piece.AsSpan(at), out var value);
                if (value is not null)
                    values.Add(value);
            }
        }
        return values;
    }

    public static string Show(RespValue value) => value switch
    {
        RespValue.Null => "null",
        RespValue.Text text => $"text({text.Value})",
        RespValue.Bulk bulk => $"bulk({Convert.ToHexString(bulk.Bytes)})",
        RespValue.Verbatim verbatim => $"{verbatim.Format}({Convert.ToHexString(verbatim.Bytes)})",
        RespValue.Integer number => $"integer({number.Value})",
        RespValue.Number number => $"number({number.Value.ToString("R", CultureInfo.InvariantCulture)})",
        RespValue.BigNumber number => $"big({number.Digits})",
        RespValue.Truth truth => $"truth({truth.Value})",
        RespValue.Error error => $"error({error.Code}|{error.Message})",
        RespValue.Sequence sequence => $"{sequence.Kind}[{string.Join(",", sequence.Items.Select(Show))}]",
        RespValue.Map map => $"map[{string.Join(",", map.Pairs.Select(p => $"{Show(p.Key)}={Show(p.Value)}"))}]",
        _ => throw new InvalidOperationException("an unknown value"),
    };

    private static Gen<string> Value(int depth)
    {
        var payload = Gen.Elements('a', 'z', '\r', '\n', '\0', '$', ':', 'ÿ').ArrayOf().Select(c => new string(c));
        Gen<string>[] leaves =
        [
            Gen.Constant("_\r\n"), Gen.Constant("$-1\r\n"), Gen.Constant("*-1\r\n"), Gen.Constant("#t\r\n"), Gen.Constant("#f\r\n"), Gen.Constant("+OK\r\n"), Gen.Constant("-ERR no\r\n"),
            Gen.Constant(",1.5e3\r\n"), Gen.Constant(",inf\r\n"), Gen.Constant("(-3492890328409238509324850943850943825024385\r\n"),
            Gen.Choose(int.MinValue, int.MaxValue).Select(i => $":{i}\r\n"),
            payload.Select(p => $"${p.Length}\r\n{p}\r\n"),
            payload.Select(p => $"!{p.Length}\r\n{p}\r\n"),
            payload.Select(p => $"={p.Length + 4}\r\ntxt:{p}\r\n"),
        ];
        if (depth == 0)
            return Gen.OneOf(leaves);
        var inner = Value(depth - 1);
        return Gen.OneOf(
        [
            .. leaves,
            Items("*", inner, 1), Items("~", inner, 1), Items("%", inner, 2),
            Items("|", inner, 2).SelectMany(attribute => inner.Select(value => attribute + value)),
        ]);
    }

    private static Gen<string> Items(string kind, Gen<string> inner, int each) =>
        Gen.Choose(0, 4).SelectMany(count => inner.ListOf(count * each).Select(items => $"{kind}{count}\r\n{string.Concat(items)}"));
}
