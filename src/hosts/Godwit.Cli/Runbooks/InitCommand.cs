using System.CommandLine;
using Godwit.Cli.Move;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;

namespace Godwit.Cli.Runbooks;

/// <summary><c>godwit init [FOLDER]</c>: a commented runbook to begin with, a first migration, and the schema for the editor.</summary>
internal static class InitCommand
{
    private static readonly Argument<string> Folder = new("folder") { Description = "Where to write; made when missing. Default: here.", HelpName = "FOLDER", DefaultValueFactory = _ => "." };

    public static Command Create(RunbookKinds kinds)
    {
        var command = new Command("init", "Writes a commented runbook and a first migration; overwrites nothing.") { Folder };
        command.SetAction(result =>
        {
            var folder = result.GetRequiredValue(Folder);
            var console = new MoveConsole(result.InvocationConfiguration.Output, result.InvocationConfiguration.Error, json: false, showValues: false);
            var files = FirstRunbook.Files(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), kinds);
            var present = files.Keys.Where(f => Path.Exists(Path.Combine(folder, f))).ToList();
            if (present.Count > 0)
            {
                RunbookFindings.Print(console, [.. present.Select(f => Finding.Error(
                    FindingCodes.AlreadyThere, "This file is already there; nothing was written", new Place.InFile(Path.Combine(folder, f), 1, 1), "Name another folder, or move the file away"))]);
                return ExitCode.Findings;
            }
            foreach (var (name, text) in files)
            {
                var path = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                // Should the file have come to be since, it stays what it is.
                using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
                using var writer = new StreamWriter(stream);
                writer.Write(text);
                console.Line($"wrote {path}");
            }
            var runbook = Path.Combine(folder, RunbookOptions.FileName);
            console.Line($"next: edit {runbook}, then godwit check {runbook}");
            return ExitCode.Done;
        });
        return command;
    }
}
