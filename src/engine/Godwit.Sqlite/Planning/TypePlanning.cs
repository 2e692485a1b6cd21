using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Planning;

internal static class TypePlanning
{
    public static void Plan(PlanContext context, IReadOnlyDictionary<string, TableProfile> profiles)
    {
        foreach (var table in context.Tables)
        {
            for (var i = 0; i < table.Columns.Count; i++)
            {
                var column = table.Columns[i];
                var profile = profiles[table.Name].Columns[i];
                column.Nulls = profile.Count(StorageClass.Null);
                column.LongestBytes = Math.Max(profile.MaxTextBytes, profile.MaxBlobBytes);
                column.OnlyText = profile.Count(StorageClass.Integer) + profile.Count(StorageClass.Real) + profile.Count(StorageClass.Blob) == 0;
                (column.Type, column.Mapping) = column.Affinity switch
                {
                    Affinity.Integer => (TargetType.Bigint, new ValueMapping(MappingKind.Integer)),
                    Affinity.Real => (TargetType.DoublePrecision, new ValueMapping(MappingKind.Real)),
                    Affinity.Numeric => (TargetType.Numeric, new ValueMapping(MappingKind.Number)),
                    _ => (TargetType.Text, new ValueMapping(MappingKind.Text)),
                };
                column.Collation = column.Type.IsText ? "C" : null;
                column.Identity = table.Source.RowIdAlias == i;
            }
        }
    }
}
