using Godwit.Security.Framing;

namespace Godwit.Security.Fields;

/// <summary>The column that encrypted values stand in. Renaming one takes its values along only when they are encrypted anew.</summary>
public sealed class FieldColumn
{
    /// <summary>The most that PostgreSQL's names have is 63 bytes; a schema may stand before the table's.</summary>
    public const int LongestName = 255;

    /// <exception cref="ArgumentException">A name is empty, too long, or not valid Unicode.</exception>
    public FieldColumn(string table, string column)
    {
        if (table.Length is 0 or > LongestName) throw new ArgumentException($"a table's name has 1 to {LongestName} characters", nameof(table));
        if (column.Length is 0 or > LongestName) throw new ArgumentException($"a column's name has 1 to {LongestName} characters", nameof(column));
        (Table, Column) = (table, column);
        ReadOnlySpan<byte> label = "godwit field"u8;
        byte[] first = StrictText.Bytes(table), second = StrictText.Bytes(column);
        var frame = new FrameWriter(new byte[FrameWriter.LengthOf(label.Length) + FrameWriter.LengthOf(first.Length) + FrameWriter.LengthOf(second.Length)]);
        frame.Part(label);
        frame.Part(first);
        frame.Part(second);
        Frame = frame.Written.ToArray();
    }

    public string Table { get; }

    public string Column { get; }

    /// <summary>The beginning of what is authenticated with every value.</summary>
    internal byte[] Frame { get; }

    public override string ToString() => $"{Table}.{Column}";
}
