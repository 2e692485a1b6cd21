using System.Globalization;
using Godwit.Engine.Runs;

namespace Godwit.Postgres.Gates.Integrity;

/// <summary>A column without NULL.</summary>
internal sealed record NoNulls(string Table, string Column) : IIntegrityQuestion
{
    /// <summary>Counting all of them would tell nothing more.</summary>
    private const int Most = 1000;

    public string Name => $"{Table}.{Column}";

    public async Task<(bool Holds, string Saw)> AskAsync(IRunTransaction transaction, CancellationToken cancellation)
    {
        var found = await transaction.QueryAsync(
            "SELECT c.oid::regclass::text, quote_ident(a.attname), a.attnotnull FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.oid = to_regclass($1) AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped",
            1, cancellation, Table, Column);
        if (found is not [var column]) return (false, "there is no such column");
        if (column[2] is true) return (true, "declared NOT NULL");
        var sql = string.Create(CultureInfo.InvariantCulture, $"SELECT count(*) FROM (SELECT FROM {column[0]} WHERE {column[1]} IS NULL LIMIT {Most}) AS missing");
        var count = (long)(await transaction.QueryAsync(sql, 1, cancellation))[0][0]!;
        return (count == 0, count == 0 ? "no NULL" : string.Create(CultureInfo.InvariantCulture, $"{count}{(count == Most ? " or more" : "")} NULL{(count == 1 ? "" : "s")}"));
    }
}
