using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Decoding;

/// <summary>One column's way back: the bytes of PostgreSQL's binary format (its type's <c>*_send</c> function) to one value of a <see cref="SourceImage"/>.</summary>
internal abstract class ValueInverse(ColumnPlan column)
{
    public string Column { get; } = column.TargetName;

    public abstract void Decode(ReadOnlySpan<byte> field, SourceImage image);

    public UndecodableException Refusal(string reason) => new(Column, reason);

    protected void Expect(ReadOnlySpan<byte> field, int length)
    {
        if (field.Length != length) throw Refusal($"{field.Length} bytes where its type has {length}");
    }

    /// <exception cref="ArgumentException">The mapping does not lead to the column's type.</exception>
    public static ValueInverse For(ColumnPlan column) => (column.Mapping.Kind, column.Type.Name) switch
    {
        (MappingKind.Integer, TypeName.Bigint or TypeName.Integer or TypeName.Smallint) => new IntegerInverse(column),
        (MappingKind.Real, TypeName.DoublePrecision) => new RealInverse(column),
        (MappingKind.Text, TypeName.Text or TypeName.Varchar or TypeName.Json) => new TextInverse(column),
        (MappingKind.Blob, TypeName.Bytea) => new BlobInverse(column),
        (MappingKind.Number, TypeName.Numeric) => new NumberInverse(column),
        (MappingKind.NumberAsDouble, TypeName.DoublePrecision) => new NumberAsDoubleInverse(column),
        (MappingKind.DecimalText, TypeName.Numeric) => new DecimalTextInverse(column),
        (MappingKind.BooleanInteger, TypeName.Boolean) => new BooleanIntegerInverse(column),
        (MappingKind.BooleanText, TypeName.Boolean) => new BooleanTextInverse(column),
        (MappingKind.DateText, TypeName.Date) => new DateTextInverse(column),
        (MappingKind.TimeText, TypeName.Time) => new TimeTextInverse(column),
        (MappingKind.TimestampText, TypeName.Timestamp or TypeName.Timestamptz) => new TimestampTextInverse(column),
        (MappingKind.UnixSeconds, TypeName.Timestamp or TypeName.Timestamptz) => new UnixTimeInverse(column, microsecondsPerUnit: 1_000_000),
        (MappingKind.UnixMilliseconds, TypeName.Timestamp or TypeName.Timestamptz) => new UnixTimeInverse(column, microsecondsPerUnit: 1_000),
        (MappingKind.JulianDay, TypeName.Timestamp) => new JulianDayInverse(column),
        (MappingKind.UuidText, TypeName.Uuid) => new UuidTextInverse(column),
        (MappingKind.UuidBlob, TypeName.Uuid) => new UuidBlobInverse(column),
        (MappingKind.AnyText, TypeName.Text or TypeName.Varchar) => new AnyTextInverse(column),
        _ => throw new ArgumentException($"column {column.TargetName}: {column.Mapping.Kind} does not lead to {column.Type}", nameof(column)),
    };
}
