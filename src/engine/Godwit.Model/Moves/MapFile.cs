using Godwit.Model.Findings;
using Godwit.Model.Values;

namespace Godwit.Model.Moves;

/// <summary>The user's decisions about tables and columns (<c>--map</c>; docs/mapping.md). Names compare as SQLite's do: ASCII case does not matter.</summary>
public sealed record MapFile(IReadOnlyList<TableMap> Tables)
{
    public static readonly MapFile Empty = new([]);

    public TableMap? Table(string name) => Tables.FirstOrDefault(t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public ColumnMap? Column(string table, string column) => Table(table)?.Column(column);
}

public sealed record TableMap(string Name, IReadOnlyList<ColumnMap> Columns, Place.InFile Place)
{
    /// <summary>The table's name at the target.</summary>
    public string? Rename { get; init; }

    public ColumnMap? Column(string name) => Columns.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

public sealed record ColumnMap(string Name, Place.InFile Place)
{
    /// <summary>The column's name at the target.</summary>
    public string? Rename { get; init; }

    /// <summary>The type that the column becomes; null leaves it to the declaration and the data.</summary>
    public TargetType? Type { get; init; }

    /// <summary>How the source keeps a date or time; null leaves it to the data.</summary>
    public DateFormat? Format { get; init; }

    /// <summary>Empty text becomes NULL.</summary>
    public bool EmptyIsNull { get; init; }

    public CollationChoice Collation { get; init; }

    /// <summary>What makes the column's values; a column that the source does not have is a new one. Its inputs stand as they were written.</summary>
    public ColumnTransform? Transform { get; init; }

    /// <summary>The column does not go over; transforms may read it all the same.</summary>
    public bool LeaveOut { get; init; }

    /// <summary>What may be left behind because it speaks of values that the column no longer holds.</summary>
    public IReadOnlyList<Dependents> Drop { get; init; } = [];
}

/// <summary>How a column of the source keeps dates.</summary>
public enum DateFormat
{
    Text,
    UnixSeconds,
    UnixMilliseconds,
    JulianDay,
}

public enum CollationChoice
{
    /// <summary>By the declaration, as without a mapping file.</summary>
    Unset,

    /// <summary>The target database's own collation.</summary>
    DatabaseDefault,

    /// <summary><c>C</c>: byte order, as SQLite's BINARY.</summary>
    C,
}
