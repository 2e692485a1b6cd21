using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Brings a DEFAULT clause to PostgreSQL: what SQLite would store goes through the column's own mapping.</summary>
public static class DefaultTranslator
{
    public static Translation Translate(ColumnDefault clause, TypedColumn column)
    {
        using var folding = new ConstantFolding();
        try
        {
            if (RandomDefaults.Translate(clause.Value, column) is { } random) return new Translation.Success(random, column.Type);
            if (StrftimeDefaults.Translate(clause.Value, column) is { } now) return new Translation.Success(now, column.Type);
            var value = new ExpressionWriter(new NoNames(), folding).Write(clause.Value);
            var sql = value.IsConstant ? Literal(value.Constant, column, folding, clause.Span) : Assign(value, column, clause.Span);
            return new Translation.Success(sql, column.Type);
        }
        catch (TranslationFault fault)
        {
            return fault.ToFailure();
        }
    }

    private static string Literal(object? constant, TypedColumn column, ConstantFolding folding, SourceSpan span)
    {
        var stored = folding.Apply(column.Affinity, constant);
        if (stored is null) return "NULL";
        return EncodedLiterals.Encode(stored, column.Mapping, column.Type)
            ?? throw new TranslationFault($"the default is no value that the column's type {column.Type} was chosen for", span);
    }

    /// <summary>A default that depends on the clock: the moment in the column's own form.</summary>
    private static string Assign(Value value, TypedColumn column, SourceSpan span)
    {
        var kind = column.Mapping.Kind;
        if (value.Encoding is { Kind: var from } && from == kind) return Convert(value, column);
        // SQLite would store CURRENT_TIMESTAMP's text beside an ORM's numbers (Prisma declares it so); what is meant is the moment, and the column's type holds that.
        if (value.Encoding is { Kind: MappingKind.TimestampText } && column.Type.Name is TypeName.Timestamp or TypeName.Timestamptz) return Convert(value, column);
        if (value.Domain == Domain.Text && kind == MappingKind.Text && column.Type.IsText) return Encodings.Decode(value)?.Sql ?? throw Unfit(column, span);
        var number = Number(value, column);
        if (number is null) throw Unfit(column, span);
        return kind switch
        {
            MappingKind.Integer or MappingKind.Number or MappingKind.Real or MappingKind.NumberAsDouble when number.Domain == Domain.Integer || kind != MappingKind.Integer => number.Sql,
            MappingKind.UnixSeconds when number.Domain == Domain.Integer => FromEpoch(number, "1 second", column),
            MappingKind.UnixMilliseconds when number.Domain == Domain.Integer => FromEpoch(number, "1 millisecond", column),
            _ => throw Unfit(column, span),
        };
    }

    /// <summary>Numeric affinity makes a number of digits; text affinity keeps them.</summary>
    private static Value? Number(Value value, TypedColumn column)
    {
        if (value.IsNumeric) return value.Domain == Domain.Boolean ? null : value;
        return value.Shape == TextShape.Digits && column.Affinity is Affinity.Integer or Affinity.Numeric ? Value.Integer($"{value.Sql}::bigint") : null;
    }

    private static string Convert(Value value, TypedColumn column) =>
        column.Type.Name == TypeName.Timestamptz && value.Type.Name == TypeName.Timestamp ? $"({value.Sql} AT TIME ZONE 'UTC')" : value.Sql;

    private static string FromEpoch(Value number, string unit, TypedColumn column)
    {
        var start = column.Type.Name == TypeName.Timestamptz ? "timestamptz '1970-01-01 00:00:00+00'" : "timestamp '1970-01-01 00:00:00'";
        return $"({start} + {number.Sql} * interval '{unit}')";
    }

    private static TranslationFault Unfit(TypedColumn column, SourceSpan span) =>
        new($"the default gives another kind of value than the column's type {column.Type} was chosen for", span);
}
