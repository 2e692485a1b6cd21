using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>A column of the key that binds an encrypted value to its row, read from the row image as PostgreSQL prints it.</summary>
internal static class RowKeyColumn
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Types whose text follows from their bytes without the server.</summary>
    public static bool Takes(ColumnPlan column) => !column.ComparedAsText && column.Type switch
    {
        { Name: TypeName.Bigint or TypeName.Integer or TypeName.Smallint or TypeName.Uuid or TypeName.Text or TypeName.Varchar or TypeName.Bytea } => true,
        { Name: TypeName.Verbatim, Verbatim: { } text } => text == "character varying" || text.StartsWith("character varying(", StringComparison.Ordinal),
        _ => false,
    };

    public static long? Integer(TargetType type, ReadOnlySpan<byte> value) => (type.Name, value.Length) switch
    {
        (TypeName.Bigint, sizeof(long)) => BinaryPrimitives.ReadInt64BigEndian(value),
        (TypeName.Integer, sizeof(int)) => BinaryPrimitives.ReadInt32BigEndian(value),
        (TypeName.Smallint, sizeof(short)) => BinaryPrimitives.ReadInt16BigEndian(value),
        _ => null,
    };

    /// <exception cref="DecoderFallbackException">It is text that is not valid UTF-8.</exception>
    public static string Text(TargetType type, ReadOnlySpan<byte> value) =>
        Integer(type, value) is { } number ? number.ToString(CultureInfo.InvariantCulture)
        : type.Name switch
        {
            TypeName.Uuid => new Guid(value, bigEndian: true).ToString("D"),
            TypeName.Bytea => $"\\x{Convert.ToHexStringLower(value)}",
            _ => s_strict.GetString(value),
        };
}
