using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Godwit.Documents.Shapes;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.PersonalData;

/// <summary>Whether a plan's texts name a column: both its table and itself, as words, in whatever case.</summary>
public static class ColumnMention
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    /// <summary>All that settings say, and what stands in the files that they name.</summary>
    /// <param name="settings">Of a step or gate.</param>
    /// <param name="plan">Has the files.</param>
    /// <param name="keys">Whether keys count too: some are columns, and most are words that a column may be called by as well.</param>
    public static string TextOf(JsonNode? settings, RunbookPlan plan, bool keys = false) => string.Join('\n', Texts(settings, plan, keys));

    public static bool IsIn(string text, PersonalColumn column) => IsWord(column.Table[(column.Table.IndexOf('.', StringComparison.Ordinal) + 1)..], text) && IsWord(column.Column, text);

    public static bool IsWord(string name, string text) => Regex.IsMatch(text, $@"(?<![\w$]){Regex.Escape(name)}(?![\w$])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, s_limit);

    /// <summary>Whether a step of the plan could make it: one that names it, or a move into its schema.</summary>
    public static bool MayCome(RunbookPlan plan, PersonalColumn column) => plan.Phases.SelectMany(p => p.Steps).Any(s =>
        (s.Kind == "move" && column.Table.StartsWith(s.Settings.Text("schema") + ".", StringComparison.Ordinal)) || IsIn(TextOf(s.Settings, plan, keys: true), column));

    private static IEnumerable<string> Texts(JsonNode? node, RunbookPlan plan, bool keys) => node switch
    {
        JsonObject map => map.SelectMany(p => keys ? Texts(p.Value, plan, keys).Prepend(p.Key) : Texts(p.Value, plan, keys)),
        JsonArray list => list.SelectMany(i => Texts(i, plan, keys)),
        JsonValue value when value.TryGetValue<string>(out var text) => plan.Files.TryGetValue(text, out var file) ? [text, file.Text] : [text],
        _ => [],
    };
}
