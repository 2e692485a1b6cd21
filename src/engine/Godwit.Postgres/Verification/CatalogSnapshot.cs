using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>
/// What the catalog says of some tables and views, as sorted lines of text: equal for equal schemas of one PostgreSQL major version, whatever the object ids.
/// Positions of sequences are not part of it.
/// </summary>
public sealed class CatalogSnapshot
{
    public CatalogSnapshot(IEnumerable<CatalogObject> objects)
    {
        Objects = [.. objects.OrderBy(o => o.ToLine(), StringComparer.Ordinal)];
        Lines = [.. Objects.Select(o => o.ToLine())];
        Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Lines.Select(l => l + "\n")))));
    }

    public IReadOnlyList<CatalogObject> Objects { get; }

    public IReadOnlyList<string> Lines { get; }

    /// <summary>SHA-256 of the lines, each ended by a line feed; lower-case hexadecimal.</summary>
    public string Hash { get; }

    /// <summary>A snapshot from its <see cref="Lines"/>, as they were kept.</summary>
    public static CatalogSnapshot FromLines(IEnumerable<string> lines) => new(lines.Select(CatalogObject.FromLine));

    /// <summary>Reads the catalog in the connection's transaction. A name that does not exist gives no line.</summary>
    public static async Task<CatalogSnapshot> ReadAsync(
        NpgsqlConnection connection, string schema, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        List<CatalogObject> objects = [];
        // Definitions are printed relative to search_path; with the schema out of it they name it always.
        var fault = await Probe.RunAsync(connection, schema, "SET LOCAL search_path = pg_catalog", async () =>
            objects = await TargetQuery.ReadAsync(connection, CatalogQuery.Sql,
                r => new CatalogObject(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3)), cancellationToken, schema, names.ToArray()), cancellationToken);
        return fault is null ? new CatalogSnapshot(objects) : throw fault;
    }
}
