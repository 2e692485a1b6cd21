using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;
using Godwit.Sqlite.Translation;
using Translated = Godwit.Sqlite.Translation.Translation;

namespace Godwit.Sqlite.Planning;

/// <summary>CHECK constraints, and the lengths that a declared type promises.</summary>
internal sealed class CheckPlanning(PlanContext context, ConstraintNaming naming)
{
    public void Plan(TableDraft table)
    {
        var checks = Written(table).Where(c => !TransformRules.Stops(
            context, table.Source, TransformRules.Changed(table.Source, ExpressionTree.ColumnsOf(c.Condition)), Dependents.Checks, $"A {Kind(c)} of {table.Name}", "check", Label(table, c), c.Text)).ToList();
        var violated = FindViolated(table, checks.ConvertAll(c => c.Text));
        foreach (var (check, isViolated) in checks.Zip(violated)) Plan(table, check, isViolated);
        foreach (var column in table.Columns)
        {
            if (column is not { LengthCheck: { } length, Type.IsText: true }) continue;
            table.Checks.Add(new CheckPlan(
                naming.Plain(table, written: null, table.TargetName, column.TargetName, "length"), $"char_length({TargetName.Quote(column.TargetName)}) <= {length}"));
        }
    }

    private void Plan(TableDraft table, WrittenCheck check, bool isViolated)
    {
        var place = new Place.InTable(table.Name, Column: check.Column);
        var kind = Kind(check);
        switch (ExpressionTranslator.Translate(check.Condition, table.Relation, ExpressionPurpose.Check))
        {
            case Translated.Failure failure:
                _ = context.Findings.AcceptsLoss(
                    Finding.Error(FindingCodes.ExpressionNotTranslated, $"A {kind} of {table.Name} cannot be translated: {failure.Reason}", place,
                        "Write one that means the same in PostgreSQL.", check.Text),
                    "check", Label(table, check), table.Name);
                break;
            case Translated.Success when isViolated:
                var rows = RowQuestion.Ask(context.Connection, table.Source, $"NOT ({check.Text})");
                _ = context.Findings.AcceptsLoss(
                    rows.Locate(Finding.Error(FindingCodes.CheckViolated, $"{rows.Counted(table.Name, "breaks", "break")} a {kind} that SQLite did not enforce when they were written.",
                        place, "Mend the rows, or go without the check.", check.Text)),
                    "check", Label(table, check), table.Name);
                break;
            case Translated.Success success:
                table.Checks.Add(new CheckPlan(Name(table, check), success.Sql));
                break;
        }
    }

    private static string Kind(WrittenCheck check) => check.Name is null ? "CHECK" : $"CHECK {check.Name}";

    private string Name(TableDraft table, WrittenCheck check) => check.Column is { } column
        ? naming.Plain(table, check.Name, table.TargetName, column, "check")
        : naming.Plain(table, check.Name, table.TargetName, "check");

    private static string Label(TableDraft table, WrittenCheck check) => check.Name is { } name ? $"{name} of {table.Name}" : $"of {table.Name}";

    private static IEnumerable<WrittenCheck> Written(TableDraft table)
    {
        var statement = table.Source.Sql;
        foreach (var column in table.Syntax.Columns)
        {
            foreach (var check in column.Constraints.OfType<ColumnCheck>())
                yield return new WrittenCheck(check.Name?.Text, column.Name.Text, check.Condition, KeySyntax.Text(check.Condition, statement));
        }
        foreach (var check in table.Syntax.Constraints.OfType<TableCheck>())
            yield return new WrittenCheck(check.Name?.Text, Column: null, check.Condition, KeySyntax.Text(check.Condition, statement));
    }

    /// <summary>Which conditions some row breaks, all asked in one scan. SQLite takes NULL for kept, and so does the question.</summary>
    private bool[] FindViolated(TableDraft table, List<string> conditions)
    {
        if (conditions.Count == 0) return [];
        var questions = string.Join(", ", conditions.Select(c => $"max(NOT ({c}))"));
        try
        {
            using var statement = context.Connection.Prepare($"SELECT {questions} FROM main.{SqliteName.Quote(table.Name)}");
            _ = statement.Step();
            return [.. conditions.Select((_, i) => !statement.IsNull(i) && statement.GetInteger(i) != 0)];
        }
        catch (SqliteException e) when (!e.IsTransient)
        {
            // One of them calls a function of the application's: ask one by one, and let translation say what is the matter with that one.
            return conditions.Count == 1 ? [false] : [.. conditions.SelectMany(c => FindViolated(table, [c]))];
        }
    }

    private sealed record WrittenCheck(string? Name, string? Column, Expression Condition, string Text);
}
