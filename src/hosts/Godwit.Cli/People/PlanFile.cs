using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Runbooks;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.People;

/// <summary>
/// A plan in a file, for people who sign without reaching the database: the whole plan, so that its hash is computed where it is signed, and which database and run it is for.
/// </summary>
/// <param name="Run">Null before there is one.</param>
/// <param name="Target">Null where the file was written without a database: then nothing but its author's signature can be made of it.</param>
internal sealed record PlanFile(RunbookPlan Plan, Guid? Run, string? Target)
{
    private const string Format = "godwit-plan-file/1";

    private const long LongestFile = 256L << 20;

    public string Write()
    {
        var json = new JsonObject { ["format"] = Format, ["plan"] = JsonNode.Parse(RunbookPlanJson.Write(Plan)) };
        if (Run is { } run) json["run"] = run.ToString("D");
        if (Target is not null) json["target"] = Target;
        return json.ToJsonString() + "\n";
    }

    /// <returns>The file, or why it is none.</returns>
    public static (PlanFile? File, string? Fault) Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LongestFile) return (null, "it is too large for a plan");
            if (JsonNode.Parse(File.ReadAllText(path, Encoding.UTF8)) is not JsonObject json || json.TextOrNull("format") != Format) return (null, "it is not what `godwit plan --out` writes");
            var run = json.TextOrNull("run");
            Guid? named = run is null ? null : Guid.ParseExact(run, "D");
            return (new PlanFile(RunbookPlanJson.Read(json.Map("plan").ToJsonString()), named, json.TextOrNull("target")), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException or InvalidOperationException or FormatException or RunbookPlanException)
        {
            return (null, e.Message);
        }
    }
}
