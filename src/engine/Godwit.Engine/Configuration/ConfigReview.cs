using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;
using Godwit.Security.Secrets;

namespace Godwit.Engine.Configuration;

/// <summary>Holds a configuration against what it has to be. Of no value anything is shown, not even its length.</summary>
public static class ConfigReview
{
    private const long LargestFile = 1024 * 1024;

    /// <returns>What each variable and file is, and what is wrong; or why nobody can tell.</returns>
    public static async Task<ConfigView> LookAsync(ConfigSettings settings, string folder, IRunEnvironment environment, CancellationToken cancellation)
    {
        Func<string, string?> find = name => OutsideValue.Find(environment, name);
        if (settings.EnvironmentFile is { } path)
        {
            try
            {
                var file = new FileInfo(Path.Combine(folder, path));
                if (!file.Exists || file.Length > LargestFile) return new ConfigView([], [], $"{path} {(file.Exists ? "is larger than a file of variables is" : "is not there")}");
                var values = DotEnvFile.Read(await File.ReadAllTextAsync(file.FullName, cancellation));
                find = name => values.GetValueOrDefault(name);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return new ConfigView([], [], $"{path} cannot be read");
            }
        }
        var wrong = new List<(string, string)>();
        var right = new List<string>();
        // All at once: that two secrets are one shows only so.
        var faults = SecretReview.Look([.. settings.Variables.Where(v => v.Secret is not null).Select(v => (v.Name, find(v.Name), v.Secret!))]).ToLookup(f => f.Name, f => f.Why, StringComparer.Ordinal);
        foreach (var variable in settings.Variables)
        {
            var why = variable.Refuse(find(variable.Name), variable.DiffersFrom is { } other ? find(other) : null);
            Note(variable.Name, why ?? (faults[variable.Name].Any() ? string.Join(", and ", faults[variable.Name]) : null));
        }
        foreach (var file in settings.Files) Note(file.Path, file.Refuse(folder));
        return new ConfigView(right, wrong, null);

        void Note(string name, string? why)
        {
            if (why is null) right.Add(name);
            else wrong.Add((name, why));
        }
    }
}

/// <param name="Right">Names of what is as required.</param>
/// <param name="Wrong">Names of what is not, and why.</param>
/// <param name="Unknown">Why nobody can tell; null when it was looked at.</param>
public sealed record ConfigView(IReadOnlyList<string> Right, IReadOnlyList<(string Name, string Why)> Wrong, string? Unknown)
{
    /// <summary>What evidence says of what is right.</summary>
    public const string AsRequired = "as required";

    public IReadOnlyDictionary<string, string> Evidence
    {
        get
        {
            var evidence = Right.ToDictionary(n => n, _ => AsRequired, StringComparer.Ordinal);
            foreach (var (name, why) in Wrong) evidence[name] = why;
            return evidence;
        }
    }
}
