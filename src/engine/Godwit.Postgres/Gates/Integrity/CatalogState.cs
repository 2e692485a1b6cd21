using Godwit.Engine.Runs;

namespace Godwit.Postgres.Gates.Integrity;

/// <summary>What the catalog says of a table, or of all tables of a schema.</summary>
/// <param name="Table">As SQL names it; <c>schema.*</c> is all of them.</param>
/// <param name="What">Which of its things, and which of those are not as they have to be.</param>
internal sealed record CatalogState(string Table, CatalogState.Things What) : IIntegrityQuestion
{
    private const int Most = 10_000;

    /// <param name="Query">The table's things: their names, and whether they are good.</param>
    internal sealed record Things(string Name, string Query, string Good);

    public static Things Constraints { get; } = new("constraints", "SELECT conname, convalidated FROM pg_constraint WHERE conrelid = ANY($1) ORDER BY conname", "validated");

    /// <summary>indisready is false while it is not written to, indislive while it is dropped.</summary>
    public static Things Indexes { get; } = new(
        "indexes", "SELECT c.relname, i.indisvalid AND i.indisready AND i.indislive FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = ANY($1) ORDER BY c.relname", "valid");

    public string Name => $"{What.Name} of {Table}";

    public async Task<(bool Holds, string Saw)> AskAsync(IRunTransaction transaction, CancellationToken cancellation)
    {
        var tables = Table.EndsWith(".*", StringComparison.Ordinal)
            ? await transaction.QueryAsync("SELECT c.oid FROM pg_class c WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p', 'm')", Most, cancellation, Table[..^2])
            : await transaction.QueryAsync("SELECT c.oid FROM pg_class c WHERE c.oid = to_regclass($1)", 1, cancellation, Table);
        if (tables.Count == 0) return (false, "there is no such table");
        var things = await transaction.QueryAsync(What.Query.Replace("$1", "$1::oid[]", StringComparison.Ordinal), Most, cancellation, (object)tables.Select(t => (long)(uint)t[0]!).ToArray());
        var bad = things.Where(t => t[1] is not true).Select(t => (string)t[0]!).ToList();
        return (bad.Count == 0, bad.Count == 0 ? $"{things.Count} {What.Name}, all {What.Good}" : $"not {What.Good}: {string.Join(", ", bad)}");
    }
}
