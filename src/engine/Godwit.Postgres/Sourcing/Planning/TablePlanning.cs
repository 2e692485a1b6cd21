using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Model.Values;
using Godwit.Postgres.Sourcing.Catalog;

namespace Godwit.Postgres.Sourcing.Planning;

/// <summary>A table of a catalog as the plan has it: everything but its rows.</summary>
internal sealed class TablePlanning(SchemaCatalog catalog, Renaming names)
{
    private const string NotValid = " NOT VALID";

    // Types that the rest of the engine knows by name; the text is the same.
    private static readonly Dictionary<string, TargetType> s_known = new TargetType[]
    {
        TargetType.Bigint, new(TypeName.Integer), new(TypeName.Smallint), TargetType.DoublePrecision, TargetType.Boolean, TargetType.Text, TargetType.Bytea, TargetType.Uuid, TargetType.Date,
    }.ToDictionary(t => t.Sql, StringComparer.Ordinal);

    private readonly Dictionary<long, CatalogTable> _tables = catalog.Tables.ToDictionary(t => t.Id);
    private readonly ILookup<long, CatalogConstraint> _constraints = catalog.Constraints.ToLookup(k => k.Table);
    private readonly ILookup<long, CatalogIndex> _indexes = catalog.Indexes.ToLookup(i => i.Table);
    private readonly Dictionary<(long Table, int Column), CatalogSequence> _identities =
        catalog.Sequences.Where(s => s.OwnerKind == "i").ToDictionary(s => (s.OwnerTable, s.OwnerColumn));

    public TablePlan Of(CatalogTable table, IReadOnlyCollection<long> moved)
    {
        var constraints = _constraints[table.Id].ToList();
        var primary = constraints.Find(k => k.Kind == "p");
        var uniques = constraints.Where(k => k.Kind == "u").ToList();
        var key = primary ?? uniques.Find(u => Places(table, u.Columns).All(c => table.Columns[c].NotNull));
        List<int> keyColumns = key is null ? [] : Places(table, key.Columns);
        var columns = table.Columns.Select(c => Column(table, c)).ToList();
        return new TablePlan
        {
            SourceName = table.Name,
            TargetName = names.Table(table.Name),
            Columns = columns,
            HasRowId = false,
            RowIdColumn = keyColumns is [var only] && columns[only].Type.Name is TypeName.Bigint or TypeName.Integer or TypeName.Smallint ? keyColumns[0] : null,
            KeyColumns = keyColumns,
            PrimaryKey = primary is null ? null : Key(table, primary),
            Uniques = [.. uniques.Select(u => Key(table, u))],
            Exclusions = constraints.Exists(k => k.Kind == "x") ? [.. constraints.Where(k => k.Kind == "x").Select(k => Key(table, k) with { Columns = [] })] : null,
            Indexes = [.. _indexes[table.Id].Where(i => !i.Constraint && i.Valid).Select(i => Index(table, i))],
            Checks = [.. constraints.Where(k => k is { Kind: "c", Inherited: false }).Select(k => new CheckPlan(k.Name, "") { Definition = k.Definition })],
            ForeignKeys = [.. constraints.Where(k => k is { Kind: "f", HasParentConstraint: false } && moved.Contains(k.Parent)).Select(k => ForeignKey(table, k))],
            Definition = Definition(table),
            Partitioned = table.IsPartitioned,
            Rows = 0,
            Bytes = table.Bytes,
            LeftOutColumns = table.LeftOut.Count == 0 ? null : table.LeftOut,
            Ranges = [],
        };
    }

    private ColumnPlan Column(CatalogTable table, CatalogColumn column)
    {
        var text = names.TypeText(catalog, column);
        return new ColumnPlan
        {
            SourceName = column.Name,
            TargetName = column.Name,
            DeclaredType = column.Inputs is [var input, ..] ? input : column.TypeText,
            Transform = column.Transform,
            Affinity = Affinity.Blob,
            Type = s_known.TryGetValue(text, out var known) ? known : new TargetType(TypeName.Verbatim) { Verbatim = text },
            Mapping = new ValueMapping(MappingKind.Verbatim),
            Reason = column.Transform?.Text ?? "as it is at the source",
            NotNull = column.NotNull,
            GeneratedSql = column.Generated.Length > 0 ? column.Expression : null,
            Definition = string.Join(' ', Clauses(table, column)),
            ComparedAsText = catalog.Types.HasForeignNumbers(column.Type),
        };
    }

    private IEnumerable<string> Clauses(CatalogTable table, CatalogColumn column)
    {
        if (column.CollationName is { } collation) yield return $"COLLATE {TargetName.Qualify(column.CollationSchema!, collation)}";
        if (column.Generated.Length > 0) yield return $"GENERATED ALWAYS AS ({column.Expression}) {(column.Generated == "s" ? "STORED" : "VIRTUAL")}";
        else if (column.Identity.Length > 0)
        {
            // A partition's column has the identity of the partitioned table's, which comes with it (PostgreSQL 17).
            if (_identities.TryGetValue((table.Id, column.Number), out var sequence))
                yield return $"GENERATED {(column.Identity == "a" ? "ALWAYS" : "BY DEFAULT")} AS IDENTITY (SEQUENCE NAME {TargetName.Qualify(names.Schema, names.Derived(table.Name, sequence.Name))} {sequence.Options})";
        }
        else if (column.Expression is { } value) yield return $"DEFAULT {Default(value)}";
        if (column.NotNull) yield return "NOT NULL";
    }

    /// <summary>The next value of a sequence that has another name there; everything else as it is.</summary>
    private string Default(string expression)
    {
        foreach (var sequence in catalog.Sequences.Where(s => _tables.TryGetValue(s.OwnerTable, out var owner) && names.IsRenamed(owner.Name)))
        {
            if (expression == Next(sequence.Name)) return Next(names.Derived(_tables[sequence.OwnerTable].Name, sequence.Name));
        }
        return expression;

        string Next(string name) => $"nextval({TargetName.Literal(catalog.Quoting.Of(name))}::regclass)";
    }

    private static string? Definition(CatalogTable table)
    {
        var parts = new[]
        {
            table.PartitionKey is { } key ? $"PARTITION BY {key}" : null, table.AccessMethod is { } method and not "heap" ? $"USING {TargetName.Quote(method)}" : null,
            table.Options is { } options ? $"WITH ({options})" : null,
        }.OfType<string>().ToList();
        return parts.Count == 0 ? null : string.Join(' ', parts);
    }

    private KeyPlan Key(CatalogTable table, CatalogConstraint key) =>
        new(names.Derived(table.Name, key.Name), Places(table, key.Columns)) { Definition = key.Definition };

    private IndexPlan Index(CatalogTable table, CatalogIndex index)
    {
        // The only place where the table's name stands between blanks after ON: names before it are quoted where they have blanks.
        var only = $" ON ONLY {index.TableText} ";
        var plain = $" ON {index.TableText} ";
        var at = table.IsPartitioned ? index.Definition.IndexOf(only, StringComparison.Ordinal) : -1;
        var from = at >= 0 ? at + only.Length : index.Definition.IndexOf(plain, StringComparison.Ordinal) + plain.Length;
        return new IndexPlan(names.Derived(table.Name, index.Name), index.Unique, "", index.Where) { Definition = index.Definition[from..], Parts = index.Parts };
    }

    private ForeignKeyPlan ForeignKey(CatalogTable table, CatalogConstraint key)
    {
        var before = $") REFERENCES {key.ParentText}";
        var definition = key.Definition[(key.Definition.IndexOf(before, StringComparison.Ordinal) + before.Length)..];
        return new ForeignKeyPlan
        {
            Name = names.Derived(table.Name, key.Name),
            Columns = Places(table, key.Columns),
            Parent = names.Table(_tables[key.Parent].Name),
            ParentColumns = key.ParentColumns,
            Operators = key.Operators,
            Definition = !key.Validated && definition.EndsWith(NotValid, StringComparison.Ordinal) ? definition[..^NotValid.Length] : definition,
            Validate = key.Validated,
        };
    }

    private static List<int> Places(CatalogTable table, int[] numbers)
    {
        var byNumber = table.Columns.Index().ToDictionary(c => c.Item.Number, c => c.Index);
        return [.. numbers.Where(byNumber.ContainsKey).Select(n => byNumber[n])];
    }
}
