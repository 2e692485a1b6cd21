using System.Text;
using System.Text.Json.Nodes;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Emails;
using Godwit.Identity.Keys;
using Godwit.Security.Fields;
using Godwit.Security.Keyring.Persons;
using Npgsql;

namespace Godwit.Identity.PersonalData;

/// <summary>Reads all that is held about a person, table by table, as <see cref="Inventory"/> says.</summary>
internal sealed class PersonalDocuments(IdentityKeys keys, PersonalValues values, AccountFinder accounts)
{
    private const string Prefix = "encrypted_";

    /// <summary>What finds a person's rows. While a key is rotated an address has several indexes.</summary>
    public NpgsqlParameter[] Owner(long user, string? email) => Owner(user, email is not null && EmailAddress.Read(email).Address is { } address ? accounts.IndexesOf(address) : []);

    public static NpgsqlParameter[] Owner(long user, byte[][] indexes) => [Statement.P(user), Statement.P(indexes), Statement.P(indexes.Select(Convert.ToHexStringLower).ToArray())];

    /// <summary>One array of objects a table, in one snapshot: what stands encrypted is opened, secrets and numbers of the database are left out.</summary>
    /// <param name="connection">In a transaction of REPEATABLE READ.</param>
    /// <param name="user">The account's number.</param>
    /// <param name="uuid">The account.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>By the names of the archive's files; null when the person has no key any more.</returns>
    public async Task<IReadOnlyDictionary<string, JsonArray>?> ReadAsync(NpgsqlConnection connection, long user, Guid uuid, CancellationToken cancellation)
    {
        var email = await values.EmailAsync(connection, uuid, cancellation);
        if (await keys.Persons.OpenAsync(uuid.ToString(), cancellation) is not { } person) return null;
        await using (person)
        {
            var documents = new Dictionary<string, JsonArray>(StringComparer.Ordinal);
            foreach (var table in Inventory.Tables.Where(t => t.File is not null))
            {
                var text = await Statement.FirstAsync(connection, Query(table), r => r.GetString(0), cancellation, Owner(user, email));
                var rows = JsonNode.Parse(text!)!.AsArray();
                foreach (var row in rows) Open(row!.AsObject(), table, person, uuid);
                documents[table.File!] = rows;
            }
            return documents;
        }
    }

    private static string Query(PersonalTable table)
    {
        var shown = table.Columns.Where(c => c.InArchive).Select(c => c.Kind == ColumnKind.Sealed ? $"encode(x.{c.Name}, 'base64') AS {c.Name}" : $"{c.Shown ?? $"x.{c.Name}"} AS {c.Name}");
        return $"""
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(t))), '[]')::text
            FROM (SELECT {string.Join(", ", [.. shown, .. table.Extras.Select(e => $"{e.Sql} AS {e.Name}")])} FROM identity.{table.Name} x
                WHERE {table.Owner} AND $1::bigint IS NOT NULL AND $2::bytea[] IS NOT NULL AND $3::text[] IS NOT NULL ORDER BY 1) t
            """;
    }

    private void Open(JsonObject row, PersonalTable table, PersonKey person, Guid uuid)
    {
        foreach (var column in table.Columns.Where(c => c.Kind == ColumnKind.Sealed))
        {
            if ((string?)row[column.Name] is not { } text) continue;
            row.Remove(column.Name);
            // Of a request each has values of its own; all else is one row a person.
            var rowKey = RowKey.Of(table.Name == "data_subject_requests" ? (string)row["uuid"]! : uuid.ToString());
            row[column.Name[Prefix.Length..]] = Encoding.UTF8.GetString(keys.OfPerson(person, column.Name, table.Name).Decrypt(Convert.FromBase64String(text.Replace("\n", "", StringComparison.Ordinal)), rowKey));
        }
    }
}
