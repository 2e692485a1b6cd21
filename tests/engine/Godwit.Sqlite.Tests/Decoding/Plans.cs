using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Tests.Decoding;

internal static class Plans
{
    public static ColumnPlan Column(ValueMapping mapping, TargetType type, Affinity affinity = Affinity.Blob, string name = "c") => new()
    {
        SourceName = name,
        TargetName = name,
        DeclaredType = "",
        Affinity = affinity,
        Type = type,
        Mapping = mapping,
        Reason = "",
    };
}
