using Godwit.Cli.Move.Sources;
using Godwit.Cli.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;

namespace Godwit.Cli.Move.Nested;

/// <param name="Path">A file, or the URL of a PostgreSQL database without its password; null where none is known.</param>
/// <param name="Connections">Where a password is found, one that stood in the URL included.</param>
internal sealed record FoundSource(string? Path, ConnectionEnvironment Connections, Finding? Finding = null);

/// <summary>Where a source of a runbook is: the path of a file or a URL, which a variable, a file or the runbook itself says.</summary>
internal static class SourcePlace
{
    public static FoundSource Find(string name, string folder, IReadOnlyDictionary<string, ValueFrom> sources, IRunEnvironment environment)
    {
        if (!sources.TryGetValue(name, out var from)) return Missing(Finding.Error(FindingCodes.SourceUndeclared, $"The plan has no source \"{name}\"", null, "Declare it under \"sources\", and plan anew"));
        try
        {
            var value = from switch
            {
                { Literal: { } literal } => literal,
                { Environment: { } variable } => environment.Find(variable),
                { File: { } file } => ProcessEnvironment.ReadFile(Path.Combine(folder, file)),
                _ => null,
            };
            if (value is { Length: > 0 } && SourceAddress.IsUrl(value))
            {
                var (url, connections) = SecretUrl.Split(value, ConnectionEnvironment.Process);
                return new FoundSource(url, connections);
            }
            if (value is { Length: > 0 }) return new FoundSource(Path.GetFullPath(value, Path.GetFullPath(folder)), ConnectionEnvironment.Process);
            var what = from.Environment is { } unset ? $"{unset} and {unset}_FILE are not set" : "its path is empty";
            return Missing(Finding.Error(FindingCodes.SourceNotNamed, $"Where the source \"{name}\" is, is not said: {what}", null, "Set it to the path of the database file, or to a PostgreSQL URL"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Missing(Finding.Error(FindingCodes.SourceNotNamed, $"Where the source \"{name}\" is, cannot be read: {e.Message}"));
        }
    }

    /// <summary>Where the password of a source is found that is known by its address alone, as of a move that has begun.</summary>
    public static ConnectionEnvironment ConnectionsOf(string address, string folder, IReadOnlyDictionary<string, ValueFrom> sources, IRunEnvironment environment) =>
        sources.Keys.Select(name => Find(name, folder, sources, environment)).FirstOrDefault(s => s.Path == address)?.Connections ?? ConnectionEnvironment.Process;

    private static FoundSource Missing(Finding finding) => new(null, ConnectionEnvironment.Process, finding);
}
