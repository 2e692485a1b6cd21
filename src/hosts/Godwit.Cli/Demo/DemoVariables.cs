namespace Godwit.Cli.Demo;

/// <summary>The variables that a person would export for the runbook: the demo's own, whatever the shell has, until the demo is over.</summary>
internal sealed class DemoVariables : IDisposable
{
    private readonly Dictionary<string, string?> _former = new(StringComparer.Ordinal);

    /// <param name="values">By name; null is not set.</param>
    public DemoVariables(IReadOnlyDictionary<string, string?> values)
    {
        foreach (var (name, value) in values)
        {
            _former[name] = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    public void Dispose()
    {
        foreach (var (name, value) in _former) Environment.SetEnvironmentVariable(name, value);
    }
}
