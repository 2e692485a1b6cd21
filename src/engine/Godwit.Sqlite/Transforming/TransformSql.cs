using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Godwit.Model.Moves;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Transforming;

/// <summary>
/// A transformed column as SQLite reads it: a call of Godwit's function, so that profiling, planning, copying and verifying meet what the target is to hold
/// wherever they would meet a column.
/// </summary>
internal static class TransformSql
{
    public const string Function = "godwit_transform";

    /// <param name="transform">What makes the value.</param>
    /// <param name="relation">The table, or what it is called in the statement, where more than one is read; null for bare names.</param>
    public static string Of(ColumnTransform transform, string? relation = null)
    {
        var inputs = transform.Inputs.Select(i => relation is null ? SqliteName.Quote(i) : SqliteName.Qualify(relation, i));
        if (transform.IsCopy) return inputs.Single();
        var id = IdOf(transform).ToString(CultureInfo.InvariantCulture);
        return $"{Function}({string.Join(", ", inputs.Prepend(id))})";
    }

    /// <summary>A column of a plan: its name, or what makes it.</summary>
    public static string Of(ColumnPlan column) => column.Transform is { } transform ? Of(transform) : SqliteName.Quote(column.SourceName);

    /// <summary>The same for the same transform, in every process: a plan that is resumed names functions that a later process registers.</summary>
    public static long IdOf(ColumnTransform transform)
    {
        var text = $"{transform.Kind}\0{transform.Parameters}\0{transform.Result?.Sql}";
        return BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) & long.MaxValue;
    }
}
