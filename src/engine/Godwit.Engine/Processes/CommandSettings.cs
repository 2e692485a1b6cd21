using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;

namespace Godwit.Engine.Processes;

/// <summary>A program and what it is started with. No shell is in between: an argument is what it is.</summary>
public sealed record CommandSettings(
    IReadOnlyList<string> Run, IReadOnlyList<KeyValuePair<string, OutsideValue>> Environment, string Folder, IReadOnlyList<int> ExitCodes, bool KeepOutput)
{
    public static IReadOnlyList<Field> Fields { get; } =
    [
        new("run", new Shape.List(new Shape.Text { MaxLength = 10_000 }) { Min = 1, Max = 500 }, "The program and its arguments; no shell is in between. One with a slash starts at the runbook's folder, one without is looked up in godwit's PATH", Required: true),
        new("environment", new Shape.Named(OutsideValue.Shape) { NamePattern = "^[A-Za-z_][A-Za-z0-9_]{0,127}$" }, "All of its environment, beside GODWIT_IDEMPOTENCY_KEY, GODWIT_EPOCH, GODWIT_RUN, GODWIT_STEP and in a rehearsal GODWIT_REHEARSAL: nothing is inherited, PATH neither"),
        new("folder", new Shape.Text { MaxLength = 1000 }, "Where it works, from the runbook's folder") { Default = "." },
        new("exit_codes", new Shape.List(new Shape.Whole(0, 255)) { Min = 1, Max = 100 }, "The exit codes that mean that it is done") { Default = "[0]" },
        new("keep_output", new Shape.Flag(), "Whether the end of what it prints, with secrets masked, is kept with the run; false for one that prints rows") { Default = "true" },
    ];

    public static CommandSettings Read(JsonObject settings) => new(
        settings.Texts("run"),
        OutsideValue.ReadAll(settings, "environment"),
        settings.Text("folder"),
        [.. (settings["exit_codes"] as JsonArray ?? []).Select(c => (int)c!.GetValue<long>())],
        settings.Flag("keep_output"));

    public static IEnumerable<Finding> Check(JsonObject settings, Place.InFile? place)
    {
        var command = Read(settings);
        if (command.Run[0].Length == 0) yield return Finding.Error(FindingCodes.KindSettings, "The command has no program", place);
        // PostgreSQL's journal cannot hold it, and no argument can.
        if (command.Run.Append(command.Folder).Any(a => a.Contains('\0', StringComparison.Ordinal))) yield return Finding.Error(FindingCodes.KindSettings, "An argument holds a NUL character", place);
        foreach (var finding in OutsideValue.Check(command.Environment, place)) yield return finding;
        foreach (var (name, _) in command.Environment.Where(e => e.Key.StartsWith("GODWIT_", StringComparison.Ordinal)))
            yield return Finding.Error(FindingCodes.KindSettings, $"{name} is one of godwit's own variables", place);
    }

    /// <summary>The same command with words of its arguments replaced.</summary>
    public CommandSettings Fill(Func<string, string> fill) => this with { Run = [.. Run.Select(fill)] };
}
