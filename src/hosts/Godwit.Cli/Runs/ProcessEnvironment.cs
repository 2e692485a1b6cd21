using Godwit.Engine.Steps;

namespace Godwit.Cli.Runs;

/// <summary>This process's variables; NAME_FILE names a file that holds NAME's value, as container platforms hand secrets over.</summary>
internal sealed class ProcessEnvironment : IRunEnvironment
{
    private const int LongestFile = 64 * 1024;

    public static ProcessEnvironment Instance { get; } = new();

    /// <exception cref="IOException">The file that NAME_FILE names cannot be read, or is larger than a secret is.</exception>
    public string? Find(string name)
    {
        if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value) return value;
        return Environment.GetEnvironmentVariable(name + "_FILE") is { Length: > 0 } path ? ReadFile(path) : null;
    }

    public static string ReadFile(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.Length > LongestFile) throw new IOException($"{path} is larger than {LongestFile / 1024} KB");
        // Editors and echo end a file with a line feed that is no part of the value.
        return File.ReadAllText(path).TrimEnd('\r', '\n');
    }
}
