using System.Globalization;
using Godwit.Model.Findings;
using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Choosing;

/// <summary>The findings about one column's values. Rows are named, values never.</summary>
internal sealed class ChoiceFindings(ColumnToChoose column)
{
    private readonly List<Finding> _findings = [];

    public IReadOnlyList<Finding> All => _findings;

    /// <summary>Values that no mapping moves, whatever is chosen. Returns how many.</summary>
    public long AddUnmovable(bool quarantine)
    {
        var invalid = Select(g => g.Storage == StorageClass.Text && g.Has(TextTraits.Invalid));
        var nul = Select(g => g.Storage == StorageClass.Text && g.Has(TextTraits.Nul) && !g.Has(TextTraits.Invalid));
        var large = Select(g => g.Storage is StorageClass.Text or StorageClass.Blob && g.Has(TextTraits.TooLarge) && !g.Has(TextTraits.Nul | TextTraits.Invalid));
        AddUnmovable(FindingCodes.InvalidText, invalid, "text that is not valid in the database's encoding", quarantine);
        AddUnmovable(FindingCodes.NulInText, nul, "text with a NUL byte, which PostgreSQL's text does not hold", quarantine);
        if (large.Count > 0)
        {
            // A quarantine table's fields are no larger.
            Add(FindingCodes.ValueTooLarge, Severity.Error, large, $"{Values(large)} larger than a field of PostgreSQL holds (1 GB)", "Keep such values outside the database, or split them");
        }
        return Count(invalid) + Count(nul) + Count(large);
    }

    private void AddUnmovable(FindingCode code, IReadOnlyList<ValueGroup> groups, string what, bool quarantine)
    {
        if (groups.Count == 0) return;
        if (quarantine) AddQuarantined(groups, what);
        else Add(code, Severity.Error, groups, $"{Values(groups)} {what}", "Correct the rows in the source, or move on without them: --quarantine keeps them, bytes and all, in a table beside");
    }

    /// <summary>Values that the chosen type does not fit, one finding for each kind of value.</summary>
    public void AddMisfits(IReadOnlyList<ValueGroup> misfits, Proposal chosen, Evidence evidence, bool quarantine)
    {
        // A remedy is named only where it helps: without an affinity, text does not read back as a number.
        var textFits = evidence.FitsAll(new Proposal(TargetType.Text, new ValueMapping(MappingKind.AnyText), ""));
        foreach (var kind in misfits.GroupBy(KindOf))
        {
            IReadOnlyList<ValueGroup> groups = [.. kind];
            if (IsFailure(groups[0], chosen))
            {
                AddFailed(groups, quarantine);
                continue;
            }
            if (quarantine)
            {
                AddQuarantined(groups, $"{kind.Key} where {Expected(chosen)} is expected");
                continue;
            }
            var takesStorage = MappingFit.Takes(chosen.Mapping.Kind, groups[0].Storage) && !groups[0].Has(TextTraits.Empty);
            var where = evidence.IsOverridden ? "for which the mapping file says " + chosen.Type.Sql
                : column.DeclaredType.Length > 0 ? "declared " + column.DeclaredType
                : "without a declared type";
            var joined = evidence.Columns.Count > 1 ? ", joined to others by foreign keys" : "";
            Add(evidence.IsOverridden && takesStorage ? FindingCodes.OutOfRange : FindingCodes.MixedStorage, Severity.Error, groups,
                $"{Values(groups)} {kind.Key} in a column {where}{joined}, where {Expected(chosen)} is expected", Remedy(groups[0], textFits));
        }
    }

    /// <summary>A transform's failure is of a storage class that its results are never of.</summary>
    private bool IsFailure(ValueGroup group, Proposal chosen) =>
        column.Transform is { IsCopy: false } && group.Storage == (chosen.Type.Name == TypeName.Bytea ? StorageClass.Text : StorageClass.Blob);

    private void AddFailed(IReadOnlyList<ValueGroup> groups, bool quarantine)
    {
        var what = $"without a result of {column.Transform!.Kind}({string.Join(", ", column.Transform.Inputs)})";
        if (quarantine) AddQuarantined(groups, what);
        else Add(FindingCodes.TransformFailed, Severity.Error, groups, $"{Values(groups)} {what}", "Correct the rows in the source or the transform's parameters, or move on without them: --quarantine keeps them, bytes and all, in a table beside");
    }

    /// <summary>Texts that keep a column declared as something else from becoming it.</summary>
    public void AddStayedText(Proposal wished, IReadOnlyList<ValueGroup> misfits) =>
        Add(FindingCodes.TypeChosen, Severity.Note, misfits,
            $"{Values(misfits)} not {MappingForms.Describe(wished.Mapping)}, so the column declared {column.DeclaredType} becomes text and not {wished.Type.Sql}",
            misfits.All(g => g.Has(TextTraits.Empty))
                ? $"To have {wished.Type.Sql}, write empty: null in a mapping file (--map): they become NULL"
                : $"To have {wished.Type.Sql}, correct the rows in the source, or map the column to it and run with --quarantine");

    public void AddTooLong(int length, IReadOnlyList<ValueGroup> longer) =>
        Add(FindingCodes.TypeChosen, Severity.Note, longer, $"{Values(longer)} longer than the {length} characters of {column.DeclaredType}, which SQLite does not enforce; no CHECK is made", remedy: null);

    public void AddConflict(string types) =>
        _findings.Add(Finding.Error(FindingCodes.MapFile, $"The mapping file gives {types} to columns that a foreign key joins; they must have one type", Place(null), "Give them the same type"));

    private void AddQuarantined(IReadOnlyList<ValueGroup> groups, string what) =>
        Add(FindingCodes.Quarantined, Severity.Warning, groups, $"{Values(groups)} {what}: their rows go to quarantine", remedy: null);

    private void Add(FindingCode code, Severity severity, IReadOnlyList<ValueGroup> groups, string message, string? remedy)
    {
        var rows = RowsOf(groups);
        _findings.Add(new Finding { Code = code, Severity = severity, Message = $"{message}: {RowsText(rows, Count(groups))}", Place = Place(rows), Remedy = remedy });
    }

    private Place.InTable Place(long[]? rows) =>
        new(column.Table, rows is null or [] ? null : column.HasRowId ? rows[0].ToString(CultureInfo.InvariantCulture) : $"number {rows[0]} {KeyOrder}", column.Name);

    private string KeyOrder => column.KeyColumns.Count == 0 ? "in the order of reading" : $"in the order of key ({string.Join(", ", column.KeyColumns)})";

    private string RowsText(long[] rows, long count)
    {
        var list = string.Join(", ", rows);
        var more = count > rows.Length ? $", … ({count} in all)" : "";
        return column.HasRowId ? $"row{(count == 1 ? "" : "s")} {list}{more}" : $"row{(count == 1 ? "" : "s")} number {list}{more} {KeyOrder}";
    }

    private static string Values(IReadOnlyList<ValueGroup> groups) => Count(groups) is var count && count == 1 ? "1 value is" : $"{count} values are";

    private static string KindOf(ValueGroup group) => group.Storage switch
    {
        StorageClass.Text when group.Has(TextTraits.Empty) => "empty TEXT",
        StorageClass.Text => "TEXT",
        StorageClass.Blob => "BLOB",
        StorageClass.Real => "REAL",
        _ => "INTEGER",
    };

    private static string Expected(Proposal chosen) => chosen.Mapping.Kind switch
    {
        MappingKind.Integer when chosen.Type.Name != TypeName.Bigint => $"INTEGER within {chosen.Type.Sql}",
        MappingKind.Number when chosen.Type.Precision is not null => $"a number that fits {chosen.Type.Sql}",
        MappingKind.Text when chosen.Type.Name == TypeName.Json => "JSON",
        MappingKind.Text when chosen.Type.Length is { } length => $"TEXT of at most {length} characters",
        _ => MappingForms.Describe(chosen.Mapping),
    };

    private static string Remedy(ValueGroup group, bool textFits)
    {
        var asText = textFits ? ", or write type: text in a mapping file (--map) to keep every value as text" : "";
        return group.Storage == StorageClass.Text && group.Has(TextTraits.Empty)
            ? $"Write empty: null in a mapping file (--map) to make them NULL{(textFits ? ", or type: text to keep every value as text" : "")}; or run with --quarantine"
            : $"Correct the rows in the source{asText}; or run with --quarantine";
    }

    private IReadOnlyList<ValueGroup> Select(Func<ValueGroup, bool> predicate) => [.. column.Profile.Groups.Where(predicate)];

    private static long Count(IEnumerable<ValueGroup> groups) => groups.Sum(g => g.Count);

    private static long[] RowsOf(IReadOnlyList<ValueGroup> groups) => [.. groups.SelectMany(g => g.Rows.ToArray()).Order().Take(ValueGroup.SampleSize)];
}
