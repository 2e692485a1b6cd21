using Godwit.Model.Values;

namespace Godwit.Sqlite.Choosing;

/// <summary>A column's affinity by its declared type (https://sqlite.org/datatype3.html section 3.1, https://sqlite.org/stricttables.html).</summary>
public static class AffinityRules
{
    /// <summary>The first rule that matches wins: that is why FLOATING POINT is INTEGER and CHARINT is too.</summary>
    public static Affinity Of(string declaredType, bool strict = false)
    {
        if (strict && declaredType.Equals("ANY", StringComparison.OrdinalIgnoreCase)) return Affinity.Blob;
        if (Has("INT")) return Affinity.Integer;
        if (Has("CHAR") || Has("CLOB") || Has("TEXT")) return Affinity.Text;
        if (declaredType.Length == 0 || Has("BLOB")) return Affinity.Blob;
        return Has("REAL") || Has("FLOA") || Has("DOUB") ? Affinity.Real : Affinity.Numeric;

        bool Has(string part) => declaredType.Contains(part, StringComparison.OrdinalIgnoreCase);
    }
}
