using System.Globalization;
using System.Text.RegularExpressions;

namespace Godwit.Sqlite.Choosing;

/// <summary>A declared type taken apart: its words in upper case, and up to two numbers in parentheses.</summary>
/// <param name="Words">Without the parentheses, blanks made single: <c>CHARACTER VARYING</c>.</param>
public sealed partial record TypeDeclaration(string Text, string Words, int? First, int? Second)
{
    /// <summary>Reads any text; what is not a type has just words.</summary>
    public static TypeDeclaration Parse(string declaredType)
    {
        var arguments = Arguments().Match(declaredType);
        var words = arguments.Success ? declaredType.Remove(arguments.Index, arguments.Length) : declaredType;
        return new TypeDeclaration(declaredType, Blanks().Replace(words, " ").Trim().ToUpperInvariant(), ToNumber(arguments.Groups["first"]), ToNumber(arguments.Groups["second"]));
    }

    /// <summary>Characters that a varchar(n) and its like declare; SQLite does not enforce them.</summary>
    public int? Length =>
        Second is null && First is > 0 && Words is "CHAR" or "VARCHAR" or "NCHAR" or "NVARCHAR" or "CHARACTER" or "VARYING CHARACTER" or "CHARACTER VARYING"
            or "NATIVE CHARACTER" or "NATIONAL CHARACTER" or "NATIONAL CHARACTER VARYING" or "VARCHAR2" or "NVARCHAR2" or "CHAR VARYING"
            ? First
            : null;

    /// <summary>The declared precision and scale, where PostgreSQL's numeric takes them: 1-1000 digits, none to all of them after the point.</summary>
    public (int Precision, int Scale)? Digits => First is >= 1 and <= 1000 && (Second ?? 0) <= First ? (First.Value, Second ?? 0) : null;

    public override string ToString() => Text;

    private static int? ToNumber(Group group) =>
        group.Success && int.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex(@"\(\s*(?<first>[0-9]+)\s*(,\s*(?<second>[0-9]+)\s*)?\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Arguments();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Blanks();
}
