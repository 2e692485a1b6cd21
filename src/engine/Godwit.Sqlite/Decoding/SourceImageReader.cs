using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Decoding;

/// <summary>
/// The source's side of the comparison: the current row of a statement as a <see cref="SourceImage"/>, straight from storage class and bytes. No mapping
/// takes part but the user's decision that empty text is NULL.
/// </summary>
public sealed class SourceImageReader
{
    private readonly bool[] _emptyIsNull;
    private readonly bool[] _leftOut;
    private readonly bool _utf16;
    private readonly bool _bigEndian;

    /// <param name="columns">The columns in the order in which the statement gives them.</param>
    /// <param name="encoding">What <c>PRAGMA encoding</c> says: <c>UTF-8</c>, <c>UTF-16le</c> or <c>UTF-16be</c>.</param>
    /// <param name="leftOut">Which of them are no part of the image; null leaves none out.</param>
    public SourceImageReader(IReadOnlyList<ColumnPlan> columns, string encoding = "UTF-8", Func<ColumnPlan, bool>? leftOut = null)
    {
        _leftOut = [.. columns.Select(c => leftOut?.Invoke(c) ?? false)];
        _emptyIsNull = [.. columns.Select(c => c.Mapping.EmptyIsNull)];
        (_utf16, _bigEndian) = encoding switch
        {
            "UTF-8" => (false, false),
            "UTF-16le" => (true, false),
            "UTF-16be" => (true, true),
            _ => throw new ArgumentException($"SQLite knows no encoding {encoding}", nameof(encoding)),
        };
    }

    /// <summary>Adds the current row's columns to <paramref name="image"/>.</summary>
    public void Read(SqliteStatement statement, SourceImage image)
    {
        for (var column = 0; column < _emptyIsNull.Length; column++)
        {
            if (_leftOut[column]) continue;
            switch (statement.GetStorageClass(column))
            {
                case StorageClass.Null: image.AddNull(); break;
                case StorageClass.Integer: image.AddInteger(statement.GetInteger(column)); break;
                case StorageClass.Real: image.AddReal(statement.GetReal(column)); break;
                case StorageClass.Blob: image.AddBlob(statement.GetBytes(column)); break;
                case StorageClass.Text: ReadText(statement.GetBytes(column), _emptyIsNull[column], image); break;
                default: throw new InvalidOperationException("SQLite gave a storage class that does not exist");
            }
        }
    }

    private void ReadText(ReadOnlySpan<byte> bytes, bool emptyIsNull, SourceImage image)
    {
        if (bytes.IsEmpty && emptyIsNull) image.AddNull();
        else if (_utf16) Utf16Text.Add(bytes, _bigEndian, image);
        else image.AddText(bytes);
    }
}
