using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Choosing;

/// <summary>All the values of the columns that must have one type, taken together.</summary>
internal sealed class Evidence
{
    private readonly List<(ColumnToChoose Column, ValueGroup Group)> _groups;

    public Evidence(IReadOnlyList<ColumnToChoose> columns)
    {
        Columns = columns;
        EmptyIsNull = columns.Any(c => c.Override is { EmptyIsNull: true });
        _groups = [.. columns.SelectMany(c => c.Profile.Groups.Select(g => (c, g)))];
    }

    public IReadOnlyList<ColumnToChoose> Columns { get; }

    public bool EmptyIsNull { get; }

    /// <summary>Values that decide: not NULL, not empty text where that becomes NULL, not what no mapping moves.</summary>
    private IEnumerable<(ColumnToChoose Column, ValueGroup Group)> Deciding => _groups.Where(g => IsDeciding(g.Group));

    public bool IsEmpty => !Deciding.Any();

    private bool IsDeciding(ValueGroup group) => group.Storage switch
    {
        StorageClass.Null => false,
        StorageClass.Text => !group.Has(TextTraits.Unmovable) && !(EmptyIsNull && group.Has(TextTraits.Empty)),
        StorageClass.Blob => !group.Has(TextTraits.TooLarge),
        _ => true,
    };

    public bool Has(StorageClass storage) => Deciding.Any(g => g.Group.Storage == storage);

    public bool Has(StorageClass storage, ulong trait) => Deciding.Any(g => g.Group.Storage == storage && g.Group.Has(trait));

    public long MinInteger => Columns.Min(c => c.Profile.MinInteger);

    /// <summary>Whether the user named a type for one of the columns.</summary>
    public bool IsOverridden => Columns.Any(c => c.Override is { Type: not null } or { Format: not null });

    public bool FitsAll(Proposal proposal) => Deciding.All(g => MappingFit.Fits(proposal.Type, proposal.Mapping, g.Column, g.Group));

    public long CountFitting(Proposal proposal) =>
        Deciding.Where(g => MappingFit.Fits(proposal.Type, proposal.Mapping, g.Column, g.Group)).Sum(g => g.Group.Count);

    /// <summary>Groups of one column that a choice does not fit, what no mapping moves left out.</summary>
    public IReadOnlyList<ValueGroup> Misfits(ColumnToChoose column, Proposal proposal) =>
        [.. column.Profile.Groups.Where(g => IsDeciding(g) && !MappingFit.Fits(proposal.Type, proposal.Mapping, column, g))];
}
