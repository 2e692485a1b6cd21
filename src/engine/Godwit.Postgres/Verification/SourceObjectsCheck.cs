using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Verification;
using Godwit.Postgres.Schema;
using Godwit.Postgres.Sourcing.Catalog;
using Godwit.Postgres.Sourcing.Planning;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>
/// Whether the target has what a PostgreSQL source had, definition by definition: the target's catalog is read as the source's was, and planned as if it were to be
/// moved to where it is. Servers of different major versions print some definitions otherwise: a text that differs is then a warning.
/// </summary>
internal static class SourceObjectsCheck
{
    private const int VersionsPerMajor = 10000;

    private static readonly HashSet<string> s_guards = new(["primary key", "unique constraint", "exclusion constraint", "index", "check", "foreign key", "trigger"], StringComparer.Ordinal);

    public static async Task<CheckResult> RunAsync(NpgsqlConnection connection, MovePlan plan, PostgresPlan source, CheckRecord record, CancellationToken cancellationToken)
    {
        SchemaCatalog? catalog = null;
        var version = 0;
        var fault = await Probe.RunAsync(connection, plan.Schema, settings: null, async () =>
        {
            catalog = await SchemaCatalogReader.ReadAsync(connection, plan.Schema, source.SearchPath, cancellationToken);
            version = (await TargetQuery.ReadAsync(connection, "SELECT current_setting('server_version_num')::int", r => r.GetInt32(0), cancellationToken))[0];
        }, cancellationToken);
        if (fault is not null) throw fault;
        var severity = version / VersionsPerMajor == source.Version / VersionsPerMajor ? Severity.Error : Severity.Warning;
        var (planned, actual) = (Lines(plan.Tables, source), Lines(catalog!, plan));
        foreach (var ((kind, table, name), text) in planned)
        {
            record.Count(kind is "index" ? "indexes" : $"{kind}s");
            if (!actual.TryGetValue((kind, table, name), out var there)) Add(kind, table, name, "is missing", Severity.Error);
            else if (there != text) Add(kind, table, name, $"is not as it was planned: {there} instead of {text}", severity);
        }
        foreach (var key in catalog!.Constraints.Where(k => !k.Enforced))
        {
            if (catalog.Tables.First(t => t.Id == key.Table).Name is var table && plan.Tables.Any(t => t.TargetName == table)) Add("foreign key", table, key.Name, "is not enforced: its triggers are disabled", Severity.Error);
        }
        return record.Result;

        void Add(string kind, string table, string name, string what, Severity weight) => record.Add(new Finding
        {
            Code = s_guards.Contains(kind) ? FindingCodes.ConstraintNotValid : FindingCodes.SchemaDiffers,
            Severity = weight,
            Message = $"{kind} {name}{(table.Length > 0 && table != name ? $" of {table}" : "")} {what}",
            Place = kind == "column" ? new Place.InTable(table, Column: name) : kind == "table" ? new Place.InTable(table) : new Place.InObject(kind, name),
        });
    }

    /// <summary>The target's own catalog, planned for where it is.</summary>
    private static Dictionary<(string Kind, string Table, string Name), string> Lines(SchemaCatalog catalog, MovePlan plan)
    {
        var names = new Renaming(plan.Schema, new Dictionary<string, string>(StringComparer.Ordinal));
        var ids = catalog.Tables.Select(t => t.Id).ToHashSet();
        var planning = new TablePlanning(catalog, names);
        var objects = new ObjectPlanning(catalog, names);
        IReadOnlyList<CatalogItem> items = [.. catalog.Items.Where(i => i.Sql is not null)];
        return Lines(
            [.. catalog.Tables.Where(t => t.Kind != "f").Select(t => planning.Of(t, ids))],
            plan.Postgres! with { Objects = objects.Of(items, ids, catalog.Sequences), Sequences = objects.Positions(catalog.Sequences) });
    }

    private static Dictionary<(string Kind, string Table, string Name), string> Lines(IReadOnlyList<TablePlan> tables, PostgresPlan source)
    {
        var lines = new Dictionary<(string, string, string), string>();
        foreach (var table in tables)
        {
            var name = table.TargetName;
            lines[("table", name, name)] = $"{(table.Partitioned ? "partitioned" : "ordinary")} {table.Definition}";
            foreach (var column in table.Columns) lines[("column", name, column.TargetName)] = $"{column.Type.Sql} {column.Definition}";
            if (table.PrimaryKey is { } primary) lines[("primary key", name, primary.Name)] = primary.Definition ?? "";
            foreach (var unique in table.Uniques) lines[("unique constraint", name, unique.Name)] = unique.Definition ?? "";
            foreach (var exclusion in table.Exclusions ?? []) lines[("exclusion constraint", name, exclusion.Name)] = exclusion.Definition ?? "";
            foreach (var index in table.Indexes) lines[("index", name, index.Name)] = $"{(index.Unique ? "unique " : "")}{index.Definition}";
            foreach (var check in table.Checks) lines[("check", name, check.Name)] = check.Definition ?? "";
            foreach (var key in table.ForeignKeys) lines[("foreign key", name, key.Name)] = $"{key.Parent} {key.Definition}{(key.Validate ? "" : " NOT VALID")}";
        }
        foreach (var made in source.Objects) lines[(made.Kind, made.Table ?? "", made.Name)] = made.Sql;
        foreach (var sequence in source.Sequences) lines[("sequence", "", sequence.Name)] = $"{sequence.Definition} {sequence.Table} {sequence.Column} {sequence.Identity}";
        return lines;
    }
}
