using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Choosing;
using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Reading;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>Types, chosen together for columns that foreign keys join.</summary>
internal static class TypePlanning
{
    public static void Plan(PlanContext context, IReadOnlyDictionary<string, TableProfile> profiles)
    {
        var (convention, recognised) = Conventions.Detect(context.Source.Tables.Select(t => t.Name));
        context.Findings.AddRange(recognised);
        var chooser = new TypeChooser(convention, context.Options.Quarantine);
        var tables = context.Tables.ConvertAll(t => t.Source);
        foreach (var group in ColumnGroups.Of(tables))
        {
            var columns = group.Select(at => Candidate(context, context.Tables[at.Table], at.Column, profiles)).ToList();
            foreach (var ((at, column), choice) in group.Zip(columns).Zip(Choose(chooser, columns, context.Options.Quarantine)))
                Take(context, context.Tables[at.Table], at.Column, column, choice);
        }
    }

    /// <summary>
    /// One type for all. Where no type holds the values of all of them, but each column alone has one, the foreign key gives way: that is a finding
    /// the user can accept, and no value is asked to be another.
    /// </summary>
    private static IReadOnlyList<TypeChoice> Choose(TypeChooser chooser, List<ColumnToChoose> columns, bool quarantine)
    {
        var together = chooser.ChooseGroup(columns);
        if (columns.Count == 1 || quarantine || !together.Any(HasError)) return together;
        if (together.SelectMany(c => c.Findings).Any(f => f.Code == FindingCodes.MapFile)) return together;
        var alone = columns.ConvertAll(chooser.Choose);
        return alone.Exists(HasError) ? together : alone;
    }

    private static bool HasError(TypeChoice choice) => choice.Findings.Any(f => f.Severity == Severity.Error);

    private static ColumnToChoose Candidate(PlanContext context, TableDraft table, int column, IReadOnlyDictionary<string, TableProfile> profiles)
    {
        var source = table.Source.Columns[column];
        return new ColumnToChoose(table.Name, source.DeclaredType, table.Source.Strict, profiles[table.Name].Columns[column])
        {
            HasRowId = table.Source.RowIdName is not null,
            KeyColumns = RowOrder.Names(table.Source),
            Override = ProfileRequest.Said(table.Source, source, context.Options.Map),
            Transform = source.Transform,
        };
    }

    private static void Take(PlanContext context, TableDraft table, int index, ColumnToChoose candidate, TypeChoice choice)
    {
        context.Findings.AddRange(choice.Findings);
        var column = table.Columns[index];
        var profile = candidate.Profile;
        column.Type = choice.Type;
        column.Mapping = choice.Mapping;
        column.Reason = table.Source.Columns[index].Transform is { } transform ? $"{transform.Text} gives {choice.Type.Sql}{(transform.IsCopy ? $": {choice.Reason}" : "")}" : choice.Reason;
        column.LengthCheck = choice.LengthCheck;
        column.Misfits = choice.Misfits;
        column.Nulls = profile.Count(StorageClass.Null) + (choice.Mapping.EmptyIsNull ? profile.EmptyTexts : 0);
        column.LongestBytes = Math.Max(profile.MaxTextBytes, profile.MaxBlobBytes);
        column.OnlyText = profile.Count(StorageClass.Integer) + profile.Count(StorageClass.Real) + profile.Count(StorageClass.Blob) == 0;
        column.HasReals = profile.Count(StorageClass.Real) > 0;
        column.Identity = table.Source.RowIdAlias == index && choice.Mapping.Kind == MappingKind.Integer;
        column.UsesDatabaseCollation = candidate.Override?.Collation == CollationChoice.DatabaseDefault;
    }
}
