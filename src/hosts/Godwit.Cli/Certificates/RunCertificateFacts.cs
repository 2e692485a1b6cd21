using System.Globalization;
using Godwit.Engine.Certificates;

namespace Godwit.Cli.Certificates;

/// <summary>The main facts of a run's certificate, a line each.</summary>
internal static class RunCertificateFacts
{
    public static IEnumerable<(string Name, string Text)> Of(RunCertificate c)
    {
        yield return ("Verdict", c.Verdict == RunVerdict.Finished ? "finished" : "rolled back, and verified to be as it was");
        yield return ("Run", Text($"{c.RunId} of {c.Runbook}, {c.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, {(c.FinishedAt - c.StartedAt).TotalSeconds:0.0} s, Godwit {c.ToolVersion}"));
        yield return ("Plan", c.Plan);
        yield return ("Target", $"database {c.Target.Database}, PostgreSQL {c.Target.ServerVersion}");
        yield return ("Schema", c.Target.SchemaBefore == c.Target.SchemaAfter ? $"the same before and after: {c.Target.SchemaBefore ?? "-"}" : $"{c.Target.SchemaBefore} before, {c.Target.SchemaAfter} after");
        foreach (var phase in c.Phases) yield return ("Phase", Text($"{phase.Phase}, {phase.Milliseconds / 1000.0:0.0} s"));
        foreach (var gate in c.Gates) yield return ("Gate", $"{gate.Id} of {gate.Phase}: {gate.State}: {gate.Summary}");
        foreach (var step in c.Steps) yield return ("Step", Text($"{step.Id} ({step.Kind}): {step.State}{(step.Done > 0 ? Text($", {step.Done:N0}") : "")}, {step.Milliseconds / 1000.0:0.0} s{string.Concat(step.Evidence.Select(e => $"; {e.Key}: {e.Value}"))}"));
        foreach (var said in c.Statements) yield return ("Agreed", Text($"{said.For}: {said.Person}{(said.Role.Length == 0 ? "" : $" as {said.Role}")}, {said.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC, key {said.Kid}, statement {said.Statement}"));
        if (c.Rollback is { } back)
        {
            yield return ("Decided", $"{back.Row}{(back.Approvals.Count == 0 ? "" : $", approved by {string.Join(", ", back.Approvals.Select(a => $"{a.Name} ({a.Role}, {a.Proof})"))}")}{(back.Overridden is { } why ? $", overridden: {why}" : "")}");
            foreach (var (name, saw) in back.Items) yield return ("Checked", $"{name}: {saw}");
        }
        yield return ("Journal", Text($"head {c.Journal.Sequence}:{c.Journal.Hash}"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
