using System.Text;
using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

internal sealed class BooleanTextInverse(ColumnPlan column) : ValueInverse(column)
{
    private readonly byte[] _false = Word(column.Mapping.FalseWord, column);
    private readonly byte[] _true = Word(column.Mapping.TrueWord, column);

    public override void Decode(ReadOnlySpan<byte> field, SourceImage image)
    {
        Expect(field, 1);
        image.AddText(field[0] switch
        {
            0 => _false,
            1 => _true,
            _ => throw Refusal("neither true nor false"),
        });
    }

    private static byte[] Word(string? word, ColumnPlan column) =>
        word is null ? throw new ArgumentException($"column {column.TargetName}: a word is missing", nameof(column)) : Encoding.UTF8.GetBytes(word);
}
