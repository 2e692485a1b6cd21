using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Engine.Gates;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Postgres.Gates.Integrity;

/// <summary>What the data has to be.</summary>
public sealed class IntegrityGateKind : IGateKind
{
    private static readonly Shape.Text s_table = new() { MaxLength = 200, Expected = "a table as SQL names it, such as public.users" };

    private static readonly Shape.Text s_tables = new() { MaxLength = 200, Expected = "a table as SQL names it, such as public.users, or public.* for all of a schema" };

    public string Name => "integrity";

    public bool HoldsAfterRollback => true;

    public string Summary => "Looks whether the data is what it has to be: queries, counts, rows, NULLs, constraints, indexes, extensions.";

    public Shape.Map Shape { get; } = new(
        Engine.Checks.Check.ListField("checks", "Questions with expected answers"),
        new Field("equal", new Shape.List(new Shape.Map(
            new Field("name", new Shape.Text { MaxLength = 100 }, "What evidence calls it", Required: true),
            new Field("left", new Shape.Text(), "A query of one value", Required: true),
            new Field("right", new Shape.Text(), "The query that has to answer the same, asked of the same moment", Required: true))
        {
            Name = "equal answers",
            Description = "Two queries that have to answer the same",
        }) { Max = 200 }, "Queries that have to agree, such as counts of old and new"),
        new Field("same_rows", new Shape.List(new Shape.Map(
            new Field("name", new Shape.Text { MaxLength = 100 }, "What evidence calls it", Required: true),
            new Field("left", new Shape.Text(), "A query of any rows", Required: true),
            new Field("right", new Shape.Text(), "The query that has to give the same rows, in any order, asked of the same moment", Required: true))
        {
            Name = "same rows",
            Description = "Two queries that have to give the same rows",
        }) { Max = 200 }, "Queries whose rows have to be the same, by number and by hash"),
        new Field("not_null", new Shape.List(new Shape.Map(
            new Field("table", s_table, "The table", Required: true),
            new Field("columns", new Shape.List(new Shape.Text { MaxLength = 63 }) { Min = 1, Max = 200 }, "Its columns, as they are called", Required: true))
        {
            Name = "columns without NULL",
            Description = "Columns in which there is no NULL",
        }) { Max = 200 }, "Columns in which there must be no NULL, declared so or not"),
        new Field("constraints", new Shape.List(s_tables) { Max = 200 }, "Tables of which every constraint has to be validated"),
        new Field("indexes", new Shape.List(s_tables) { Max = 200 }, "Tables of which every index has to be valid"),
        new Field("extensions", new Shape.List(new Shape.Text { MaxLength = 63 }) { Max = 200 }, "Extensions that have to be installed, such as pgcrypto"),
        new Field("search_path", new Shape.Text { MaxLength = 1000 }, "Where unqualified names are looked up") { Default = "public" },
        new Field("statement_timeout", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(2)), "How long one question may take") { Default = "15m" });

    public bool IsAskedInRehearsal(GateSettings gate) => true;

    public IEnumerable<Finding> Check(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files)
    {
        if (gate.Settings.All(s => s.Value is not JsonArray { Count: > 0 })) yield return Finding.Error(FindingCodes.KindSettings, "The gate asks for nothing", gate.Place);
        foreach (var finding in Engine.Checks.Check.CheckAll(gate.Settings, "checks", gate.At)) yield return finding;
    }

    public IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = gate.Settings;
        IEnumerable<IIntegrityQuestion> questions =
        [
            .. settings.Maps("equal").Select(e => new EqualAnswers(e.Text("name"), e.Text("left"), e.Text("right"))),
            .. settings.Maps("same_rows").Select(r => new SameRows(r.Text("name"), r.Text("left"), r.Text("right"))),
            .. settings.Maps("not_null").SelectMany(n => n.Texts("columns").Select(c => new NoNulls(n.Text("table"), c))),
            .. settings.Texts("constraints").Select(t => new CatalogState(t, CatalogState.Constraints)),
            .. settings.Texts("indexes").Select(t => new CatalogState(t, CatalogState.Indexes)),
            .. settings.Texts("extensions").Select(e => new InstalledExtension(e)),
        ];
        return new IntegrityGate(
            Engine.Checks.Check.ReadAll(settings, "checks", files), [.. questions], new SessionTerms(settings.Duration("statement_timeout"), TimeSpan.FromSeconds(2), settings.Text("search_path")));
    }
}
