using System.Text;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Opening;

namespace Godwit.Sqlite.Reading.Encoders;

/// <summary>Makes the encoder that a column's mapping asks for.</summary>
public static class EncoderFactory
{
    /// <param name="column">The column's plan.</param>
    /// <param name="position">Its position in the statement.</param>
    /// <param name="encoding">The database's encoding.</param>
    /// <param name="checks">Whether text is to be checked again: where rows go to quarantine.</param>
    public static ColumnEncoder Create(ColumnPlan column, int position, TextEncoding encoding, bool checks)
    {
        var encoder = CreateMapped(column, position, encoding, checks);
        return column.Mapping.EmptyIsNull ? new EmptyIsNullEncoder(position, encoder) : encoder;
    }

    private static ColumnEncoder CreateMapped(ColumnPlan column, int position, TextEncoding encoding, bool checks)
    {
        var mapping = column.Mapping;
        var encoder = mapping.Kind switch
        {
            MappingKind.Integer when column.Type.Name == TypeName.Bigint => new BigintEncoder(position),
            MappingKind.Integer => new SmallerIntegerEncoder(position, column.Type.Name == TypeName.Smallint),
            MappingKind.Real => new RealEncoder(position),
            MappingKind.Blob => new BlobEncoder(position),
            MappingKind.Number => new NumberEncoder(position, column.Affinity, column.Type),
            MappingKind.NumberAsDouble => new NumberAsDoubleEncoder(position, column.Affinity),
            MappingKind.BooleanInteger => new BooleanIntegerEncoder(position),
            MappingKind.UnixSeconds => new UnixTimeEncoder(position, 1_000_000, column.Type),
            MappingKind.UnixMilliseconds => new UnixTimeEncoder(position, 1_000, column.Type),
            MappingKind.JulianDay => new JulianDayEncoder(position),
            MappingKind.UuidBlob => new UuidBlobEncoder(position),
            _ => (ColumnEncoder?)null,
        };
        if (encoder is not null) return encoder;

        ColumnEncoder text = encoding == TextEncoding.Utf8
            ? new TextEncoder(position, checks || column.Type.Length is not null, column.Type.Length)
            : new Utf16TextEncoder(position, encoding == TextEncoding.Utf16BigEndian, column.Type.Length);
        ColumnEncoder shaped = mapping.Kind switch
        {
            MappingKind.Text when checks && column.Type.Name == TypeName.Json => new JsonTextEncoder(position, text),
            MappingKind.Text => text,
            MappingKind.AnyText => new AnyTextEncoder(position, column.Affinity, column.Type.Length, checks, text),
            MappingKind.DecimalText => new DecimalTextEncoder(position, column.Type),
            MappingKind.BooleanText => new BooleanTextEncoder(position, Encoding.UTF8.GetBytes(mapping.FalseWord!), Encoding.UTF8.GetBytes(mapping.TrueWord!)),
            MappingKind.DateText => new DateTextEncoder(position),
            MappingKind.TimeText => new TimeTextEncoder(position, mapping.Fraction, column.Type),
            MappingKind.TimestampText => new TimestampTextEncoder(position, mapping, column.Type),
            MappingKind.UuidText => new UuidTextEncoder(position, mapping.UuidForm),
            _ => throw new ArgumentOutOfRangeException(nameof(column), mapping.Kind, "no encoder for this mapping"),
        };
        shaped.SourceEncoding = encoding;
        return shaped;
    }
}
