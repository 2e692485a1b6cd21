using Godwit.Model.Values;

namespace Godwit.Sqlite.Grammar;

/// <summary>A type as written: any words, perhaps one or two numbers.</summary>
/// <param name="Words">The words with one space between, quotes taken off.</param>
/// <param name="Arguments">The signed numbers in parentheses, as written.</param>
public sealed record DeclaredType(string Words, NodeList<string> Arguments) : Node
{
    public Affinity Affinity => AffinityOf(ToString());

    public override string ToString() => Arguments.Count == 0 ? Words : $"{Words}({string.Join(",", Arguments)})";

    /// <summary>
    /// The affinity that a declared type gives a column (https://sqlite.org/datatype3.html section 3.1, https://sqlite.org/stricttables.html); an empty text is
    /// a column without type. The first rule that matches wins: that is why FLOATING POINT is INTEGER and CHARINT is too.
    /// </summary>
    public static Affinity AffinityOf(string declaredType, bool strict = false)
    {
        if (strict && declaredType.Equals("ANY", StringComparison.OrdinalIgnoreCase)) return Affinity.Blob;
        bool Has(string word) => declaredType.Contains(word, StringComparison.OrdinalIgnoreCase);
        if (Has("INT")) return Affinity.Integer;
        if (Has("CHAR") || Has("CLOB") || Has("TEXT")) return Affinity.Text;
        if (declaredType.Length == 0 || Has("BLOB")) return Affinity.Blob;
        return Has("REAL") || Has("FLOA") || Has("DOUB") ? Affinity.Real : Affinity.Numeric;
    }
}
