namespace Godwit.Engine.Steps;

/// <summary>Whether a path that a runbook names lies in its folder.</summary>
public static class StepFolder
{
    private const string Any = "/a/b/c/d";

    public static bool Holds(string path) => Path.GetFullPath(path, Any).StartsWith(Any + "/", StringComparison.Ordinal);
}
