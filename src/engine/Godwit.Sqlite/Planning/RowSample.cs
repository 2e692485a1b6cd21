using System.Globalization;
using Godwit.Model.Findings;

namespace Godwit.Sqlite.Planning;

/// <summary>Rows that a question found: how many, and what the first of them are called.</summary>
/// <param name="Rows">Rowids; without one, places in the order of the key, counted from 1.</param>
/// <param name="Order">What the places are counted by; empty where <paramref name="Rows"/> are rowids.</param>
/// <param name="Keys">The rows' keys in SQL notation where a place stands for them: values of rows, which a message never holds.</param>
internal sealed record RowSample(long Total, IReadOnlyList<long> Rows, string Order = "", string? Keys = null)
{
    private string Count => Total == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{Total:N0} rows");

    /// <summary>The count with a verb that agrees with it.</summary>
    public string Counted(string table, string one, string many) => $"{Count} of {table} {(Total == 1 ? one : many)}";

    private string? Names =>
        Rows.Count == 0 ? null : (Order.Length > 0 ? "number " : "") + string.Join(", ", Rows) + (Total > Rows.Count ? ", …" : "") + Order;

    /// <summary>The finding with these rows for its place.</summary>
    public Finding Locate(Finding finding) =>
        finding with { Place = (finding.Place as Place.InTable)! with { Row = Names }, Value = Keys };
}
