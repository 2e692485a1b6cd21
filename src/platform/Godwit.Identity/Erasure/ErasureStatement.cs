using Godwit.Identity.PersonalData;

namespace Godwit.Identity.Erasure;

/// <summary>What takes a person out of a table.</summary>
internal static class ErasureStatement
{
    /// <summary>Takes the parameters of <see cref="PersonalTable.Owner"/>. Done twice it does nothing the second time.</summary>
    public static string Of(PersonalTable table)
    {
        // All three are named, so that each has a type whether the table needs it or not.
        var where = $"{table.Owner} AND $1::bigint IS NOT NULL AND $2::bytea[] IS NOT NULL AND $3::text[] IS NOT NULL";
        return table.OnErasure == OnErasure.Delete
            ? $"DELETE FROM identity.{table.Name} x WHERE {where}"
            : $"UPDATE identity.{table.Name} x SET {string.Join(", ", table.Columns.Where(c => c.Erased is not null).Select(c => $"{c.Name} = {c.Erased}"))} WHERE {where}";
    }
}
