using System.Collections;

namespace Godwit.Cli.Detaching;

/// <summary>What another process needs to be this program.</summary>
internal static class ThisProgram
{
    /// <summary>Of this program, however it was started: beside the assembly, where it is built or published as files; else this very process's.</summary>
    /// <exception cref="InvalidOperationException">There is neither.</exception>
    public static string Path
    {
        get
        {
            var beside = System.IO.Path.Combine(AppContext.BaseDirectory, "godwit");
            return File.Exists(beside) ? beside : Environment.ProcessPath ?? throw new InvalidOperationException("this process has no program file");
        }
    }

    /// <summary>All variables of this process as NAME=value, but for what says that it is a detached one.</summary>
    public static IReadOnlyList<string> Variables() =>
        [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Where(e => (string)e.Key != Detachment.Variable).Select(e => $"{e.Key}={e.Value}")];
}
