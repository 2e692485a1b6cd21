using Godwit.Engine.Transforms;

namespace Godwit.Engine.Backfill;

/// <summary>A table by its schema and name, as they stand in the catalog.</summary>
public sealed record TableReference(string Schema, string Name)
{
    public override string ToString() => $"{Schema}.{Name}";
}

/// <param name="Name">The column that is filled.</param>
/// <param name="Transform">Of what.</param>
public sealed record FilledColumn(string Name, ITransform Transform);

/// <summary>What a backfill does, as the runbook says it.</summary>
public sealed record BackfillTask
{
    /// <summary>The table that is read.</summary>
    public required TableReference From { get; init; }

    /// <summary>The unique key whose order the rows are read in; null for the primary key.</summary>
    public IReadOnlyList<string>? Key { get; init; }

    /// <summary>Which rows belong to it, an SQL condition; null for all. It must not depend on what the backfill writes.</summary>
    public string? Where { get; init; }

    /// <summary>The table that rows are inserted into; null when columns of <see cref="From"/> are filled.</summary>
    public TableReference? Into { get; init; }

    /// <summary>Of <see cref="Into"/>: the unique key by which a row that is there already is known.</summary>
    public IReadOnlyList<string> ConflictKey { get; init; } = [];

    public required IReadOnlyList<FilledColumn> Columns { get; init; }

    /// <summary>Of <see cref="Into"/>: a column of type text or uuid that says which step of which run inserted the row.</summary>
    public string? Marker { get; init; }

    /// <summary>What the marker says.</summary>
    public BackfillMark Mark { get; init; } = new("", Guid.Empty);

    /// <summary>Of <see cref="Into"/>: an SQL condition that holds for what this step inserts and for nothing else.</summary>
    public string? UndoWhere { get; init; }
}

/// <summary>A step of a run, for a column of type text and for one of type uuid.</summary>
public sealed record BackfillMark(string Text, Guid Uuid);
