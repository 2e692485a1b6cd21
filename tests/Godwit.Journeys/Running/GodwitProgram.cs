namespace Godwit.Journeys.Running;

/// <summary>The program under test: the one that GODWIT_PROGRAM names, as `./test` does with the published one, else the one that was built with the tests.</summary>
internal static class GodwitProgram
{
    public static string Path { get; } = Environment.GetEnvironmentVariable("GODWIT_PROGRAM") is { Length: > 0 } path ? path : System.IO.Path.Combine(AppContext.BaseDirectory, "godwit");
}
