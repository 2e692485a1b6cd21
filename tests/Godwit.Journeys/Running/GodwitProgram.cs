using Godwit.TestServers;

namespace Godwit.Journeys.Running;

/// <summary>
/// The program under test: the one that GODWIT_PROGRAM names, as `./test` does with the published one, else the one that was built with the tests: in its own
/// folder, because the copy beside the tests lacks what their shared framework has and the program's has not.
/// </summary>
internal static class GodwitProgram
{
    public static string Path { get; } = Environment.GetEnvironmentVariable("GODWIT_PROGRAM") is { Length: > 0 } path
        ? path
        : System.IO.Path.Combine(RepositoryFolder.Path, "src", "hosts", "Godwit.Cli", "bin", "Release", "net10.0", "godwit");
}
