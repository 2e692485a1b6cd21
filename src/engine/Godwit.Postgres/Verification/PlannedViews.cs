using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Npgsql;

namespace Godwit.Postgres.Verification;

internal static class PlannedViews
{
    private const string Sql = """
        SELECT c.relname::text, ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relkind = 'v'
        """;

    public static async Task CheckAsync(NpgsqlConnection connection, MovePlan plan, CheckRecord record, CancellationToken cancellationToken)
    {
        var rows = await TargetQuery.ReadAsync(connection, Sql, r => (Name: r.GetString(0), Columns: r.GetFieldValue<string[]>(1)),
            cancellationToken, plan.Schema, plan.Views.Select(v => v.TargetName).ToArray());
        var actual = rows.ToDictionary(r => r.Name, r => r.Columns, StringComparer.Ordinal);
        foreach (var view in plan.Views)
        {
            record.Count("views");
            if (!actual.TryGetValue(view.TargetName, out var columns)) Add(view, "is missing");
            else if (view.ColumnNames.Count > 0 && !columns.SequenceEqual(view.ColumnNames)) Add(view, "has other columns than planned");
        }

        void Add(ViewPlan view, string difference) =>
            record.Add(Finding.Error(FindingCodes.SchemaDiffers, $"view {view.TargetName} {difference}", new Place.InObject("view", view.TargetName)));
    }
}
