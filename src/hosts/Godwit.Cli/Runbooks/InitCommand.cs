using System.CommandLine;
using System.Text;
using Godwit.Cli.Move;
using Godwit.Cli.Runs;
using Godwit.Documents.Shapes;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;

namespace Godwit.Cli.Runbooks;

/// <summary><c>godwit init [FOLDER]</c>: a commented runbook to begin with, a first migration, and the schema for the editor.</summary>
internal static class InitCommand
{
    private static readonly Argument<string> Folder = new("folder") { Description = "Where to write; made when missing. Default: here.", HelpName = "FOLDER", DefaultValueFactory = _ => "." };

    private static readonly Option<string?> Show = new("--show") { Description = "Print a checklist that comes with Godwit, instead of writing anything.", HelpName = "NAME" };

    public static Command Create(RunbookKinds kinds)
    {
        var command = new Command("init", "Writes a commented runbook and a first migration; overwrites nothing.") { Folder, Show, RunbookOptions.Json };
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "init", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration, 
            console => Task.FromResult(result.GetValue(Show) is { } name ? Print(name, result.InvocationConfiguration.Output, console) : Write(kinds, result.GetRequiredValue(Folder), console)), cancellation, next: null));
        return command;
    }

    /// <summary>As <c>include</c> reads it, for whoever wants to know what it asks, or to have a file of their own made of it.</summary>
    private static int Print(string name, TextWriter output, RunConsole console)
    {
        var full = name.StartsWith(Shape.File.BuiltInPrefix, StringComparison.Ordinal) ? name : Shape.File.BuiltInPrefix + name;
        if (!BuiltInRunbooks.IsName(full))
        {
            var meant = Suggestion.For(full, BuiltInRunbooks.Names);
            return console.Refuse([Finding.Error(
                FindingCodes.RunbookNoFile, $"Nothing that comes with Godwit is called {name}", null, (meant is null ? "" : $"Did you mean {meant}? ") + $"There are: {string.Join(", ", BuiltInRunbooks.Names)}")], ExitCode.Usage);
        }
        var text = Encoding.UTF8.GetString(BuiltInRunbooks.Read(full));
        if (!console.Json) output.Write(text);
        return console.Finish(new RunDocument { Outcome = "shown", ExitCode = ExitCode.Done, Files = [full], Text = text });
    }

    private static int Write(RunbookKinds kinds, string folder, RunConsole console)
    {
        var files = FirstRunbook.Files(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), kinds);
        var present = files.Keys.Where(f => Path.Exists(Path.Combine(folder, f))).ToList();
        if (present.Count > 0)
        {
            return console.Refuse([.. present.Select(f => Finding.Error(
                FindingCodes.AlreadyThere, "This file is already there; nothing was written", new Place.InFile(Path.Combine(folder, f), 1, 1), "Name another folder, or move the file away"))]);
        }
        foreach (var (name, text) in files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // Should the file have come to be since, it stays what it is.
            using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            using var writer = new StreamWriter(stream);
            writer.Write(text);
            console.Console.Line($"wrote {path}");
        }
        var runbook = Path.Combine(folder, RunbookOptions.FileName);
        var next = $"edit {runbook}, then godwit check {runbook}";
        console.Console.Line($"next: {next}");
        return console.Finish(new RunDocument { Outcome = "written", ExitCode = ExitCode.Done, Files = [.. files.Keys.Select(f => Path.GetFullPath(f, Path.GetFullPath(folder)))], Next = next });
    }
}
