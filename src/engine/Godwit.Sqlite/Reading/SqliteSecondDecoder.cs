using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Sqlite.Decoding;

namespace Godwit.Sqlite.Reading;

/// <summary>What a row of the target must have been in the source, by the inverse of every mapping.</summary>
internal sealed class SqliteSecondDecoder(TablePlan table) : ISecondDecoder
{
    private readonly InverseDecoder _decoder = new(table.Columns);
    private readonly SourceImage _image = new();

    public bool TryDecode(ReadOnlySpan<byte> image, out ReadOnlySpan<byte> decoded)
    {
        _image.Clear();
        try
        {
            _decoder.Decode(image, _image);
        }
        catch (UndecodableException)
        {
            decoded = default;
            return false;
        }
        decoded = _image.Bytes;
        return true;
    }
}
