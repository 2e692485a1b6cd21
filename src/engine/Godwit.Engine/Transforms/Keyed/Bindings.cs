using Godwit.Documents.Shapes;
using Godwit.Security.Fields;

namespace Godwit.Engine.Transforms.Keyed;

/// <summary>What encrypted values are bound to.</summary>
internal static class Bindings
{
    public static Shape.Text Shape => new("[^\\x00.]{1,63}([.][^\\x00.]{1,63}){1,2}") { Expected = "schema.table.column, or table.column", MaxLength = 191 };

    /// <summary>The column's name stands after the last dot; what stands before it is the table's.</summary>
    public static FieldColumn? Read(string? text) => text is null ? null : new FieldColumn(text[..text.LastIndexOf('.')], text[(text.LastIndexOf('.') + 1)..]);

    /// <exception cref="TransformException">One is NULL: a row without a key has nothing to bind its values to.</exception>
    public static byte[] RowKeyOf(IReadOnlyList<CellValue> values, int first, int count)
    {
        var texts = new string[count];
        for (var i = 0; i < count; i++)
        {
            var value = values[first + i];
            texts[i] = value.Text ?? (value.Bytes is { } bytes ? $"\\x{Convert.ToHexStringLower(bytes)}" : throw new TransformException("a column of the row's key is NULL"));
        }
        return RowKey.Of(texts);
    }
}
