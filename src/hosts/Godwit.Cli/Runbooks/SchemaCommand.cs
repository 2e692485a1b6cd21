using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Godwit.Documents.Shapes;
using Godwit.Engine.Requests;
using Godwit.Engine.Runbooks;

namespace Godwit.Cli.Runbooks;

/// <summary><c>godwit schema</c>: the JSON Schema of runbooks, by which editors complete and check them.</summary>
internal static class SchemaCommand
{
    /// <summary>Read by people and editors, never put into a page.</summary>
    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Option<bool> Include = new("--include") { Description = "The schema of files that a runbook includes." };

    private static readonly Option<bool> Requests = new("--requests") { Description = "The schema of files of requests, for smoke and load tests." };

    private static readonly Option<bool> Reference = new("--reference") { Description = "Print the same as tables in Markdown." };

    public static Command Create(RunbookKinds kinds)
    {
        var command = new Command("schema", "Prints the JSON Schema of runbooks (draft 2020-12).") { Include, Requests, Reference };
        command.SetAction(result =>
        {
            var include = result.GetValue(Include);
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(Requests)) output.WriteLine(result.GetValue(Reference) ? RequestsReference() : RequestsText());
            else if (result.GetValue(Reference)) output.Write(ReferenceOf(kinds, include));
            else output.WriteLine(TextOf(kinds, include));
            return ExitCode.Done;
        });
        return command;
    }

    public static string RequestsText() => ShapeSchema.Create(RequestFileShape.Document, "A file of requests for Godwit").ToJsonString(s_readable);

    public static string RequestsReference() => ShapeReference.Create(RequestFileShape.Document, "file of requests", level: 3).TrimEnd();

    /// <param name="kinds">What steps and gates there are.</param>
    /// <param name="include">Of an included file instead of a runbook.</param>
    public static string TextOf(RunbookKinds kinds, bool include = false)
    {
        var shape = new RunbookShape(kinds);
        var schema = ShapeSchema.Create(include ? shape.Part : shape.Document, include ? "A part of a Godwit runbook" : "A Godwit runbook", takesParameters: true);
        return schema.ToJsonString(s_readable);
    }

    public static string ReferenceOf(RunbookKinds kinds, bool include = false)
    {
        var shape = new RunbookShape(kinds);
        return ShapeReference.Create(include ? shape.Part : shape.Document, include ? "included file" : "runbook", level: 3);
    }
}
