using Godwit.Model.Findings;
using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Choosing;

/// <summary>
/// Chooses what a column becomes, from its declaration and its values together: the best proposal that every value fits. Where none does, the
/// column is a finding, or, with quarantine, becomes what most of its values fit.
/// </summary>
public sealed class TypeChooser(Convention convention, bool quarantine = false)
{
    public TypeChoice Choose(ColumnToChoose column) => ChooseGroup([column])[0];

    /// <summary>Chooses one type for columns that foreign keys join; the first, whose declaration is asked first, should be the one referred to.</summary>
    /// <returns>A choice for each column, in the same order, all with one type and one mapping.</returns>
    /// <exception cref="ArgumentException">There are no columns.</exception>
    public IReadOnlyList<TypeChoice> ChooseGroup(IReadOnlyList<ColumnToChoose> columns)
    {
        if (columns.Count == 0) throw new ArgumentException("no columns", nameof(columns));
        var evidence = new Evidence(columns);
        var proposals = Proposals.For(evidence, convention);
        var fitting = proposals.FirstOrDefault(evidence.FitsAll);
        var chosen = fitting ?? NearestTo(evidence, proposals);
        return [.. columns.Select(c => ChoiceFor(c, evidence, proposals, chosen))];
    }

    /// <summary>The proposal that the most values fit; without quarantine the declaration's own come before all others, since they say what was expected.</summary>
    private Proposal NearestTo(Evidence evidence, IReadOnlyList<Proposal> proposals)
    {
        var counted = proposals.Select(p => (Proposal: p, Fitting: evidence.CountFitting(p))).ToList();
        if (!quarantine)
        {
            var declared = counted.Where(c => !c.Proposal.IsFallback && c.Fitting > 0).ToList();
            if (declared.Count > 0) return declared.MaxBy(c => c.Fitting).Proposal;
        }
        return counted.MaxBy(c => c.Fitting).Proposal;
    }

    private TypeChoice ChoiceFor(ColumnToChoose column, Evidence evidence, IReadOnlyList<Proposal> proposals, Proposal chosen)
    {
        var findings = new ChoiceFindings(column);
        var unmovable = findings.AddUnmovable(quarantine);
        var misfits = evidence.Misfits(column, chosen);
        findings.AddMisfits(misfits, chosen, evidence, quarantine);
        if (chosen is { IsFallback: true, Mapping.Kind: MappingKind.Text }) AddWhyText(column, evidence, proposals, findings);
        AddConflict(column, evidence, findings);
        return new TypeChoice(chosen.Type, chosen.Mapping, Reason(chosen, evidence))
        {
            LengthCheck = CheckLength(column, chosen, findings),
            Misfits = unmovable + misfits.Sum(g => g.Count),
            Findings = findings.All,
        };
    }

    private static string Reason(Proposal chosen, Evidence evidence) => evidence.IsEmpty switch
    {
        true when evidence.IsOverridden => chosen.Reason,
        true => evidence.Columns[0].Family == DeclaredFamily.None ? "no declared type and no values" : $"declared {evidence.Columns[0].DeclaredType}, no values to go by",
        _ => evidence.Columns.Count > 1 ? $"{chosen.Reason}; one type for the columns that foreign keys join" : chosen.Reason,
    };

    /// <summary>Tells which rows kept a date, a boolean or a UUID from becoming one, where some values would have fitted.</summary>
    private static void AddWhyText(ColumnToChoose column, Evidence evidence, IReadOnlyList<Proposal> proposals, ChoiceFindings findings)
    {
        var wished = proposals.Where(p => !p.IsFallback).MaxBy(evidence.CountFitting);
        if (wished is null || evidence.CountFitting(wished) == 0) return;
        var misfits = evidence.Misfits(column, wished);
        if (misfits.Count > 0) findings.AddStayedText(wished, misfits);
    }

    private static void AddConflict(ColumnToChoose column, Evidence evidence, ChoiceFindings findings)
    {
        var types = evidence.Columns.Select(c => c.Override?.Type).OfType<TargetType>().Distinct().ToList();
        if (types.Count > 1 && column.Override?.Type is not null) findings.AddConflict(string.Join(" and ", types.Select(t => t.Sql)));
    }

    private static int? CheckLength(ColumnToChoose column, Proposal chosen, ChoiceFindings findings)
    {
        if (column.Declaration.Length is not { } length || chosen.Type.Name != TypeName.Text || column.Override?.Type is not null) return null;
        IReadOnlyList<ValueGroup> longer = [.. column.Profile.Groups.Where(g => g.Storage == StorageClass.Text && g.Has(TextTraits.TooLong) && !g.Has(TextTraits.Unmovable))];
        if (longer.Count == 0) return length;
        findings.AddTooLong(length, longer);
        return null;
    }
}
