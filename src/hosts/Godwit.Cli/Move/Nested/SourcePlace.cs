using Godwit.Cli.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Move.Nested;

/// <summary>Where a source of a runbook is: the path of a file, which a variable, a file or the runbook itself says.</summary>
internal static class SourcePlace
{
    public static (string? Path, Finding? Finding) Find(string name, string folder, IReadOnlyDictionary<string, ValueFrom> sources, IRunEnvironment environment)
    {
        if (!sources.TryGetValue(name, out var from)) return (null, Finding.Error(FindingCodes.SourceUndeclared, $"The plan has no source \"{name}\"", null, "Declare it under \"sources\", and plan anew"));
        try
        {
            var value = from switch
            {
                { Literal: { } literal } => literal,
                { Environment: { } variable } => environment.Find(variable),
                { File: { } file } => ProcessEnvironment.ReadFile(Path.Combine(folder, file)),
                _ => null,
            };
            if (value is { Length: > 0 }) return (Path.GetFullPath(value, Path.GetFullPath(folder)), null);
            var what = from.Environment is { } unset ? $"{unset} and {unset}_FILE are not set" : "its path is empty";
            return (null, Finding.Error(FindingCodes.SourceNotNamed, $"Where the source \"{name}\" is, is not said: {what}", null, "Set it to the path of the database file"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, Finding.Error(FindingCodes.SourceNotNamed, $"Where the source \"{name}\" is, cannot be read: {e.Message}"));
        }
    }
}
