using Godwit.Model.Moves;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;
using Godwit.Sqlite.Translation;

namespace Godwit.Sqlite.Planning;

/// <summary>A table while it is planned.</summary>
internal sealed class TableDraft
{
    public required SourceTable Source { get; init; }

    public required CreateTable Syntax { get; init; }

    public required string TargetName { get; init; }

    public required IReadOnlyList<ColumnDraft> Columns { get; init; }

    /// <summary>Where each column stands in the plan; -1 for one that is left out.</summary>
    public IReadOnlyList<int> Places => field ??= [.. Columns.Select((c, i) => c.Source.IsLeftOut ? -1 : Columns.Take(i).Count(k => !k.Source.IsLeftOut))];

    /// <summary>The columns of the plan.</summary>
    public IReadOnlyList<ColumnDraft> Kept => field ??= [.. Columns.Where(c => !c.Source.IsLeftOut)];

    /// <summary>Names of the table's constraints.</summary>
    public required TargetNames ConstraintNames { get; init; }

    /// <summary>Rows that the profile counted, on the table's own tree.</summary>
    public long Rows { get; set; }

    public KeyPlan? PrimaryKey { get; set; }

    public string? SequenceName { get; set; }

    public List<KeyPlan> Uniques { get; } = [];

    public List<IndexPlan> Indexes { get; } = [];

    /// <summary>Sets of columns that a unique index made by a statement covers: PostgreSQL lets a foreign key point at them too.</summary>
    public List<IReadOnlyList<int>> UniqueIndexColumns { get; } = [];

    public List<CheckPlan> Checks { get; } = [];

    public List<ForeignKeyPlan> ForeignKeys { get; } = [];

    public string Name => Source.Name;

    /// <summary>The table as translation sees it; valid once the types are chosen.</summary>
    public TypedRelation Relation => new(
        Name, TargetName,
        [.. Columns.Select(c => c.Typed)])
    {
        PrimaryKey = PrimaryKey is { Expressions: null } key ? [.. key.Columns.Select(c => Columns[c].Source.Name)] : [],
        RowIdColumn = Source.RowIdAlias is { } alias ? Columns[alias].Source.Name : null,
    };

    /// <summary>The table as a view of the source sees it: of the columns that are there too.</summary>
    public TypedRelation RelationForViews =>
        Relation is var relation && Columns.All(c => c.Source is { IsNew: false, IsLeftOut: false }) ? relation
        : relation with { Columns = [.. relation.Columns.Where((_, i) => Columns[i].Source is { IsNew: false, IsLeftOut: false })] };

    /// <summary>Whether the target will hold exactly one row for each value of these columns, in any order.</summary>
    public bool IsUnique(IReadOnlyCollection<int> columns) =>
        (PrimaryKey is { Expressions: null } key && columns.ToHashSet().SetEquals(key.Columns))
        || Uniques.Exists(u => u.Expressions is null && columns.ToHashSet().SetEquals(u.Columns))
        || UniqueIndexColumns.Exists(c => columns.ToHashSet().SetEquals(c));
}
