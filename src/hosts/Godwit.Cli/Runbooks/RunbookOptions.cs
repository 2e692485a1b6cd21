using System.CommandLine;

namespace Godwit.Cli.Runbooks;

/// <summary>What the commands about runbooks share.</summary>
internal static class RunbookOptions
{
    public const string FileName = "runbook.yaml";

    public static readonly Argument<string> File = new("file")
    {
        Description = $"The runbook, or its folder; default: {FileName} here.",
        HelpName = "FILE",
        DefaultValueFactory = _ => FileName,
    };

    public static readonly Option<string[]> Set = new("--set")
    {
        Description = "Gives a parameter another value than its default. Repeatable.",
        HelpName = "NAME=VALUE",
        AllowMultipleArgumentsPerToken = false,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document." };

    static RunbookOptions() => Set.Validators.Add(result =>
    {
        foreach (var token in result.Tokens.Where(t => t.Value.IndexOf('=', StringComparison.Ordinal) < 1)) result.AddError($"--set takes name=value, not {token.Value}");
        foreach (var twice in result.Tokens.GroupBy(t => NameOf(t.Value)).Where(g => g.Count() > 1)) result.AddError($"--set names {twice.Key} twice");
    });

    /// <summary>The path of the runbook, as findings are to name it.</summary>
    public static string PathOf(ParseResult result) =>
        FileOf(result.GetRequiredValue(File));

    /// <summary>Whether a runbook is named, or stands here.</summary>
    public static bool IsNamedOrHere(ParseResult result) => result.GetResult(File) is { Tokens.Count: > 0 } || System.IO.File.Exists(FileName);

    /// <summary>A folder stands for the runbook in it.</summary>
    public static string FileOf(string path) => Directory.Exists(path) ? Path.Combine(path, FileName) : path;

    public static IReadOnlyDictionary<string, string> SetOf(ParseResult result) =>
        (result.GetValue(Set) ?? []).ToDictionary(NameOf, s => s[(s.IndexOf('=', StringComparison.Ordinal) + 1)..], StringComparer.Ordinal);

    private static string NameOf(string text) => text.Split('=', 2)[0];
}
