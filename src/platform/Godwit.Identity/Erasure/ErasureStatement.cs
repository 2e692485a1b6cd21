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

    /// <summary>The table that the service's role may change only through this function: takes the account's number and the blind indexes in hexadecimal digits, and gives number and time of each row.</summary>
    public const string EventTable = "user_security_events", EraseEvents = "SELECT event, written_at FROM identity.erase_events($1, $2)";

    /// <summary>All three parameters are named, so that each has a type whether the table needs it or not.</summary>
    private static string Where(PersonalTable table) => $"{table.Owner} AND $1::bigint IS NOT NULL AND $2::bytea[] IS NOT NULL AND $3::text[] IS NOT NULL";
}
