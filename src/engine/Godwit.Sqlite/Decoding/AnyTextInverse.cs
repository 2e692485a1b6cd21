using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Decoding;

internal sealed class AnyTextInverse(ColumnPlan column) : ValueInverse(column)
{
    private readonly Affinity _affinity = column.Affinity;

    public override void Decode(ReadOnlySpan<byte> field, SourceImage image) => TextAffinity.Add(field, _affinity, image);
}
