using System.Globalization;
using Godwit.Engine.Transforms;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Transforming;

/// <summary>In which storage class a transform's text stands for a type, so that the ordinary mappings take it from there.</summary>
internal enum ResultForm
{
    /// <summary>TEXT as it is.</summary>
    Text,

    Integer,
    Real,

    /// <summary>INTEGER or REAL, where that is the same number.</summary>
    Number,

    /// <summary>TEXT of a decimal without digits that say nothing: <c>12.0</c>, <c>12.5</c>.</summary>
    Decimal,

    /// <summary>INTEGER 0 or 1.</summary>
    Boolean,

    Bytes,
}

internal static class ResultForms
{
    private static readonly string[] s_true = ["t", "true", "y", "yes", "on", "1"];
    private static readonly string[] s_false = ["f", "false", "n", "no", "off", "0"];

    public static ResultForm Of(TargetType type) => type.Name switch
    {
        TypeName.Bigint or TypeName.Integer or TypeName.Smallint => ResultForm.Integer,
        TypeName.DoublePrecision => ResultForm.Real,
        TypeName.Numeric => type.Precision is null ? ResultForm.Decimal : ResultForm.Number,
        TypeName.Boolean => ResultForm.Boolean,
        TypeName.Bytea => ResultForm.Bytes,
        _ => ResultForm.Text,
    };

    /// <summary>A declared type of SQLite's under which a column of the form has the affinity that its values have.</summary>
    public static string DeclaredAs(TargetType type) => Of(type) switch
    {
        ResultForm.Integer or ResultForm.Boolean => "INTEGER",
        ResultForm.Real => "REAL",
        ResultForm.Number => "NUMERIC",
        ResultForm.Bytes => "BLOB",
        _ => "TEXT",
    };

    /// <summary>
    /// A long, a double, a string, bytes, or null. What the form does not know stays the text that it is: the column's mapping finds that it does not fit.
    /// </summary>
    /// <exception cref="TransformException">Bytes where the form is text.</exception>
    public static object? Convert(CellValue value, ResultForm form)
    {
        if (value.IsNull) return null;
        if (form == ResultForm.Bytes) return value.Bytes ?? throw new TransformException("it gives text where the column holds bytes");
        var text = value.Text ?? throw new TransformException("it gives bytes where the column holds no bytes");
        return form switch
        {
            ResultForm.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : text,
            ResultForm.Real => ToReal(text),
            ResultForm.Number => ToNumber(text),
            ResultForm.Decimal => ToDecimal(text),
            ResultForm.Boolean => ToBoolean(text),
            _ => text,
        };
    }

    private static object ToReal(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : text;

    /// <summary>A double is taken only where its shortest text is the decimal that was given.</summary>
    private static object ToNumber(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole;
        if (ToDecimal(text) is not string canonical || !double.TryParse(canonical, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return text;
        if (canonical.EndsWith(".0", StringComparison.Ordinal) && long.TryParse(canonical[..^2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole)) return whole;
        return number.ToString("R", CultureInfo.InvariantCulture) == canonical ? number : text;
    }

    private static string ToDecimal(string text)
    {
        var digits = text.StartsWith('-') || text.StartsWith('+') ? text[1..] : text;
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var (whole, fraction) = point < 0 ? (digits, "") : (digits[..point], digits[(point + 1)..]);
        if (whole.Length + fraction.Length == 0 || !whole.All(char.IsAsciiDigit) || !fraction.All(char.IsAsciiDigit)) return text;
        whole = whole.TrimStart('0') is { Length: > 0 } left ? left : "0";
        fraction = fraction.TrimEnd('0') is { Length: > 0 } right ? right : "0";
        return $"{(text[0] == '-' && (whole != "0" || fraction != "0") ? "-" : "")}{whole}.{fraction}";
    }

    private static object ToBoolean(string text)
    {
        var word = text.ToLowerInvariant();
        return s_true.Contains(word, StringComparer.Ordinal) ? 1L : s_false.Contains(word, StringComparer.Ordinal) ? 0L : text;
    }
}
