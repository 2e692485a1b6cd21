using Godwit.Identity.PersonalData;

namespace Godwit.Identity.Erasure;

/// <summary>What takes a person out of a table.</summary>
internal static class ErasureStatement
{
    /// <summary>Takes the parameters of <see cref="PersonalTable.Owner"/>. Done twice it does nothing the second time.</summary>
    public static string Of(PersonalTable table)
    {
        var where = Where(table);
        return table.OnErasure == OnErasure.Delete
            ? $"DELETE FROM identity.{table.Name} x WHERE {where}"
            : $"UPDATE identity.{table.Name} x SET {string.Join(", ", table.Columns.Where(c => c.Erased is not null).Select(c => $"{c.Name} = {c.Erased}"))} WHERE {where}";
    }

    /// <summary>The security events that <see cref="Of"/> is about to empty, held until it has: each is signed for afterwards.</summary>
    public static string FindEvents { get; } = $"SELECT x.id, x.created_at FROM identity.user_security_events x WHERE {Where(Inventory.Tables.Single(t => t.Name == "user_security_events"))} FOR UPDATE";

    /// <summary>All three parameters are named, so that each has a type whether the table needs it or not.</summary>
    private static string Where(PersonalTable table) => $"{table.Owner} AND $1::bigint IS NOT NULL AND $2::bytea[] IS NOT NULL AND $3::text[] IS NOT NULL";
}
