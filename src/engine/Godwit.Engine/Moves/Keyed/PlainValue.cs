using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Godwit.Engine.Transforms;
using Godwit.Engine.Transforms.Keyed;
using Godwit.Model.Moves;
using Godwit.Security.Peppers;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>
/// What a keyed column is made of, as a source's reader gives it in the column's place: the value to be encrypted or hashed, or tenant and value of an index, each checked for whatever would have no
/// result. No key is needed for it, so that profiling, planning and the search for values that are no longer unique work on it as on any transform's result.
/// </summary>
internal static class PlainValue
{
    /// <summary>The tenant was NULL.</summary>
    public const int NoTenant = -1;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static TransformFunction Of(ColumnTransform transform)
    {
        var column = KeyedMoveColumn.Read(transform);
        return inputs => inputs[0].IsNull ? CellValue.Null : column switch
        {
            { IsEncrypted: true } => CellValue.Of(inputs[0].ToBytes()),
            { Kind: "blind_index" } => CellValue.Of(Indexed(column, inputs[0].ToBytes(), column.HasTenant ? inputs[1] : CellValue.Of(""))),
            _ => CellValue.Of(Hashed(column, inputs[0])),
        };
    }

    /// <summary>Cuts what an index is made of into tenant and value.</summary>
    /// <exception cref="TransformException">The tenant is NULL, or it is no such thing.</exception>
    public static void Split(ReadOnlySpan<byte> plain, out ReadOnlySpan<byte> tenant, out ReadOnlySpan<byte> value)
    {
        if (plain.Length < sizeof(int)) throw new TransformException("what an index is made of is torn");
        var length = BinaryPrimitives.ReadInt32BigEndian(plain);
        if (length == NoTenant) throw new TransformException("the tenant is NULL");
        if (length < 0 || length > plain.Length - sizeof(int)) throw new TransformException("what an index is made of is torn");
        tenant = plain.Slice(sizeof(int), length);
        value = plain[(sizeof(int) + length)..];
    }

    /// <summary>Looks whether a keyed column's plain value has a result, of a source whose server gave it.</summary>
    /// <exception cref="TransformException">It has none.</exception>
    public static void Check(KeyedMoveColumn column, ReadOnlySpan<byte> plain)
    {
        if (column.IsEncrypted) return;
        if (column.Kind != "blind_index")
        {
            _ = Hashed(column, column.Of == "foreign" && plain.Length == 32 ? CellValue.Of(plain.ToArray()) : CellValue.Of(SourceValue.TextOf(plain)));
            return;
        }
        Split(plain, out _, out var value);
        _ = Normalized(column, SourceValue.TextOf(value));
    }

    private static byte[] Indexed(KeyedMoveColumn column, byte[] value, CellValue tenant)
    {
        if (tenant.IsNull) throw new TransformException("the tenant is NULL");
        var (first, second) = (s_strict.GetBytes(tenant.Text ?? throw new TransformException("the tenant is bytes")), s_strict.GetBytes(Normalized(column, SourceValue.TextOf(value))));
        var plain = new byte[sizeof(int) + first.Length + second.Length];
        BinaryPrimitives.WriteInt32BigEndian(plain, first.Length);
        first.CopyTo(plain, sizeof(int));
        second.CopyTo(plain, sizeof(int) + first.Length);
        return plain;
    }

    private static string Normalized(KeyedMoveColumn column, string value)
    {
        try
        {
            return column.Normalization.Normalize(value);
        }
        catch (ArgumentException)
        {
            throw new TransformException($"the value is none that {column.Normalization.Name} takes");
        }
    }

    private static string Hashed(KeyedMoveColumn column, CellValue value)
    {
        switch (column.Of)
        {
            case "foreign":
                return Convert.ToHexStringLower(Foreign(value));
            case "hash":
                if (!PepperedHash.TryParse(value.Text, out var hash)) throw new TransformException("what is to be wrapped is no hash of pepper's");
                if (hash.Wrappers.Length + 2 > PepperedHash.LongestChain) throw new TransformException("the hash was wrapped as often as may be: have its owner present the key, or replace it");
                return hash.ToString();
            default:
                var text = SourceValue.TextOf(value.ToBytes());
                return Pepper.Refuses(s_strict.GetBytes(text)) ? throw new TransformException("the value is empty, too long, or itself a stored hash") : text;
        }
    }

    /// <summary>32 bytes as they are, or as text in one of the forms that hashes are stored in.</summary>
    public static byte[] Foreign(CellValue value)
    {
        if (value.Bytes is { Length: 32 } bytes) return bytes;
        if (value.Text is { Length: 64 } hex && hex.All(char.IsAsciiHexDigit)) return Convert.FromHexString(hex);
        if (value.Text is { Length: 43 } text && Base64Url.IsValid(text)) return Base64Url.DecodeFromChars(text);
        throw new TransformException("the hash is not 32 bytes, nor their hexadecimal or base64url");
    }
}
